"""A file is there as it was or as it shall be, whatever happens while it is written."""

from __future__ import annotations

import ast
import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.core.sources import trees
from xl_vqa import atomic
from xl_vqa.atomic import new_folder, replacing, write_atomically
from xl_vqa.words.catalogue import LANGUAGES, phrases
from xl_vqa.words.errors import OutputNotWritableError
from xl_vqa.words.reasons import why_unwritten

posix = pytest.mark.skipif(os.name == "nt", reason="modes, links and signals of POSIX")


def put(path: Path, content: bytes, **options: bool) -> None:
    with write_atomically(path, **options) as file:
        file.write(content)


def put_half(path: Path, failure: BaseException | None) -> None:
    with write_atomically(path) as file:
        file.write(b"half")
        if failure is not None:
            raise failure


def test_a_new_file_and_a_replaced_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    put(path, b"hello")
    assert path.read_bytes() == b"hello"
    put(path, b"again", durable=False)
    assert path.read_bytes() == b"again"
    assert os.listdir(tmp_path) == ["a.csv"]


@posix
def test_permissions_stay_and_new_files_have_those_that_the_user_gives(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    mask = os.umask(0o027)
    try:
        put(path, b"new")
        put(tmp_path / "secret", b"token", private=True)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    path.chmod(0o604)
    put(path, b"again")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@posix
def test_what_is_private_is_never_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    with replacing(path, private=True) as partial:
        assert stat.S_IMODE(partial.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only an administrator gives files away")
def test_an_administrator_leaves_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    os.chown(path, 1234, 2345)
    put(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


@posix
def test_links_keep_pointing_at_what_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "a.csv"
    for link, to in (("absolute", target), ("relative", Path("real/a.csv")), ("chain", tmp_path / "relative")):
        (tmp_path / link).symlink_to(to)
        put(tmp_path / link, link.encode())
        assert (tmp_path / link).is_symlink()
        assert target.read_bytes() == link.encode()
    (tmp_path / "dangling").symlink_to(tmp_path / "real" / "later.csv")
    put(tmp_path / "dangling", b"made")
    assert (tmp_path / "real" / "later.csv").read_bytes() == b"made"
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OSError, match="symbolic links"):
        put(tmp_path / "loop", b"x")
    assert sorted(os.listdir(tmp_path / "real")) == ["a.csv", "later.csv"]


@pytest.mark.parametrize("failure", [RuntimeError("stop"), KeyboardInterrupt(), OSError(errno.ENOSPC, "full")])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, failure: BaseException) -> None:
    path = tmp_path / "a.csv"
    for old in (None, b"old"):
        if old is not None:
            path.write_bytes(old)
        with pytest.raises(type(failure)):
            put_half(path, failure)
        assert [entry.read_bytes() for entry in tmp_path.iterdir()] == ([] if old is None else [old])


@pytest.mark.parametrize("refused", ["write", "fsync", "replace"])
def test_a_full_disk_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fail(*_: object) -> None:
        raise full

    if refused != "write":
        monkeypatch.setattr(os, refused, fail)
    with pytest.raises(OSError, match="No space") as caught:
        put_half(path, full if refused == "write" else None)
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.csv"]
    error = OutputNotWritableError(path=str(path), problem=why_unwritten(caught.value))
    assert "no room left on the drive" in error.message("en")
    assert "空き容量が足りません" in error.message("ja")


@posix
def test_write_protected_files_and_folders(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(PermissionError) as caught:
        put(path, b"new")
    assert why_unwritten(caught.value) == "problem_write_protected"
    with pytest.raises(IsADirectoryError) as folder:
        put(tmp_path, b"new")
    assert why_unwritten(folder.value) == "problem_folder"
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["a.csv"])


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from xl_vqa.atomic import write_atomically
from xl_vqa.words.reasons import why_unwritten
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with write_atomically(Path(sys.argv[1])) as file:
        file.write(b"new")
except OSError as error:
    print(why_unwritten(error)); sys.exit(7)
"""


@posix
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """In a real process without an administrator's rights."""
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"old")
    (folder / "a.csv").chmod(0o666)
    folder.chmod(0o555)
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(folder / "a.csv")], capture_output=True, text=True, check=False
    )
    folder.chmod(0o755)
    assert (done.returncode, done.stdout.strip()) == (7, "problem_no_write_permission"), done.stderr
    assert (folder / "a.csv").read_bytes() == b"old"
    assert os.listdir(folder) == ["a.csv"]


KILLED = """
import sys
from pathlib import Path
from xl_vqa.atomic import write_atomically
with write_atomically(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("half", flush=True)
    sys.stdin.read()
"""


@posix
def test_a_process_killed_half_way(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "half\n"
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    assert path.read_bytes() == b"old"
    (left,) = set(os.listdir(tmp_path)) - {"a.csv"}
    # young leftovers may belong to a run that is going on
    atomic.remove_leftovers(path)
    assert left in os.listdir(tmp_path)
    os.utime(tmp_path / left, (1, 1))
    atomic.remove_leftovers(path)
    assert os.listdir(tmp_path) == ["a.csv"]


def test_windows_forbids_for_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    really, waits, refused = os.replace, [], [3]

    def held(source: Path, target: Path) -> None:
        if refused[0]:
            refused[0] -= 1
            raise PermissionError(errno.EACCES, "Access is denied")
        really(source, target)

    monkeypatch.setattr(atomic, "WINDOWS", True)
    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr("time.sleep", waits.append)
    put(path, b"new")
    assert path.read_bytes() == b"new"
    assert waits == list(atomic.WAITS_S[:3])
    refused[0] = 99
    with pytest.raises(PermissionError):
        put(path, b"newer")
    assert len(waits) == 3 + len(atomic.WAITS_S)
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"new", ["a.csv"])


@posix
def test_a_device_or_a_pipe_receives_the_bytes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()), daemon=True)
    reader.start()
    put(pipe, b"hello")
    reader.join(30)
    assert found == [b"hello"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    put(Path(os.devnull), b"gone")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_the_ending_stays_for_encoders(tmp_path: Path) -> None:
    with replacing(tmp_path / ("動" * 80 + ".mp4"), ending=".mp4") as partial:
        assert partial.suffix == ".mp4"
        assert partial.parent == tmp_path
        partial.write_bytes(b"video")
    with replacing(tmp_path / "b.mp4") as one, replacing(tmp_path / "b.mp4") as two:
        assert one != two


def test_a_folder_is_new_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "above" / "model"
    with new_folder(path) as folder:
        (folder / "a").write_text("1")
    with pytest.raises(RuntimeError), new_folder(path, over=True) as folder:
        raise RuntimeError("stop")
    with pytest.raises(FileExistsError), new_folder(path):
        pass
    assert [entry.name for entry in path.iterdir()] == ["a"]
    with new_folder(path, over=True) as folder:
        (folder / "b").write_text("2")
    assert [entry.name for entry in path.iterdir()] == ["b"]
    assert os.listdir(path.parent) == ["model"]


@pytest.mark.parametrize("number", sorted(atomic._REASONS))
def test_every_reason_is_a_phrase_in_both_languages(number: int) -> None:
    assert set(phrases()[str(atomic.known_reason(OSError(number, os.strerror(number))))]) == set(LANGUAGES)


def test_nothing_else_of_ours_replaces_files() -> None:
    """One writer: nobody else renames a file into place or makes a temporary one for it."""
    found = []
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            name = node.func.attr
            module = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            renames = (module in ("os", "shutil") and name in ("replace", "rename", "renames", "move")) or (
                # Path.replace and Path.rename take one argument, str.replace two, a table's rename a keyword
                name in ("replace", "rename") and len(node.args) == 1 and not node.keywords
            )
            temporary = name in ("mkstemp", "NamedTemporaryFile", "mktemp")
            beside = name in ("TemporaryDirectory", "mkdtemp") and any(k.arg == "dir" for k in node.keywords)
            if renames or temporary or beside:
                found.append(f"{file}: {module}.{name}")
    # memory that two processes share, on systems without memfd: it has no name as soon as it is there
    assert set(found) == {"atomic.py: os.replace", "video/clip_memory.py: tempfile.mkstemp"}
