"""The two container formats that packages keep pictures in, against files written here by their layout."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.pictures import archives

TIME = bytes(8)


def resource_file(files: dict[str, bytes], *, version: int, compressed: bool) -> bytes:
    """A Qt binary resource with one folder, "pictures", in it."""
    names, contents, tree = b"", b"", b""

    def name_of(text: str) -> int:
        nonlocal names
        at = len(names)
        names += struct.pack(">HI", len(text), 0) + text.encode("utf-16-be")
        return at

    extra = TIME if version >= 2 else b""
    tree += struct.pack(">IHII", 0, 2, 1, 1) + extra
    tree += struct.pack(">IHII", name_of("pictures"), 2, len(files), 2) + extra
    for name, body in files.items():
        stored = struct.pack(">I", len(body)) + zlib.compress(body) if compressed else body
        tree += struct.pack(">IHHHI", name_of(name), int(compressed), 0, 0, len(contents)) + extra
        contents += struct.pack(">I", len(stored)) + stored
    header = struct.pack(">4s4I", b"qres", version, 20, 20 + len(tree), 20 + len(tree) + len(contents))
    return header + tree + contents + names


NAMES = st.text(
    st.characters(min_codepoint=48, max_codepoint=0x3FF, categories=["L", "N"]), min_size=1, max_size=12
)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=5), st.sampled_from([1, 2, 3]), st.booleans())
def test_every_file_of_a_qt_resource_comes_back(files: dict[str, bytes], version: int, compressed: bool) -> None:
    data = resource_file(files, version=version, compressed=compressed)
    assert dict(archives.qt_resources(data)) == {f"pictures/{name}": body for name, body in files.items()}


def test_another_file_is_no_qt_resource() -> None:
    with pytest.raises(ValueError, match="Qt binary resource"):
        list(archives.qt_resources(b"PK" + bytes(40)))


def edje_file(entries: dict[str, bytes]) -> bytes:
    head, names = 12 + 24 * len(entries), b""
    bodies = b"".join(entries.values())
    directory, at = b"", head
    for name, body in entries.items():
        encoded = name.encode() + bytes(1)
        place = head + len(bodies) + len(names)
        directory += struct.pack(">6I", at, len(body), len(body), place, len(encoded), 0)
        names, at = names + encoded, at + len(body)
    return struct.pack(">3I", 0x1EE70F42, len(entries), 0) + directory + bodies + names


def test_the_largest_jpeg_of_a_theme_is_taken() -> None:
    small, large = b"\xff\xd8\xff" + bytes(10), b"\xff\xd8\xff" + bytes(50)
    theme = edje_file(
        {
            "edje/file": b"\xff\xd8\xff" + bytes(99),
            "edje/images/4": small,
            "edje/images/0": large,
            "edje/images/1": bytes(80),
        }
    )
    assert archives.edje_photo(theme) == large
    assert archives.edje_photo(edje_file({"edje/images/0": bytes(80)})) is None
    with pytest.raises(ValueError, match="Edje"):
        archives.edje_photo(b"\xff\xd8\xff" + bytes(40))


def test_what_is_there_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sources" / "debian" / "a-package"
    folder.mkdir(parents=True)
    assert archives.fetch_debian("a-package", tmp_path, "1.0") == folder
    tools = tmp_path / "bin"
    tools.mkdir()
    # dpkg -x ARCHIVE FOLDER, of an archive whose version has an epoch
    (tools / "dpkg").write_text('#!/bin/sh\ncp "$2" "$3/told"\n')
    (tools / "dpkg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/bin:/usr/bin")
    archive = tmp_path / "sources" / "archives" / "other_4%3a1.0-1_all.deb"
    archive.parent.mkdir()
    archive.touch()
    assert (archives.fetch_debian("other", tmp_path, "4:1.0-1") / "told").exists()
    kept = tmp_path / "sources" / "pip" / "a-package-1-0" / "a-package-1.0.tar.gz"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert archives.pip_download("a-package==1.0", tmp_path) == kept


def test_a_package_that_is_not_to_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\necho \"E: Version '$2' was not found\" >&2\nexit 100\n")
    (tools / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/bin:/usr/bin")
    with pytest.raises(archives.SourceError, match=r"a-package could not be fetched .*a-package=9\.9"):
        archives.fetch_debian("a-package", tmp_path / "work", "9.9")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(archives.SourceError, match="apt-get is not on this machine"):
        archives.fetch_debian("a-package", tmp_path / "work", "9.9")


@pytest.mark.parametrize("opened", [False, True])
def test_one_file_of_a_zip_is_taken_whole_or_not_at_all(tmp_path: Path, opened: bool) -> None:
    path = tmp_path / "films.zip"
    with zipfile.ZipFile(path, "w") as written:
        written.writestr("other.txt", "no")
        written.writestr("deep/film.mp4", b"pictures")
    target = tmp_path / "there" / "film.mp4"
    with path.open("rb") as stream:
        assert archives.take_member(stream if opened else path, "/film.mp4", target) == target
        assert target.read_bytes() == b"pictures"
        with pytest.raises(archives.SourceError, match=r"there is no /film.mkv in .*films.zip"):
            archives.take_member(stream if opened else path, "/film.mkv", tmp_path / "there" / "b.mkv")
    assert [file.name for file in target.parent.iterdir()] == ["film.mp4"]
