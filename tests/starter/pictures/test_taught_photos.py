"""Stock photographs: out of packages made here; what a package does not tell is refused; none is tested on."""

from __future__ import annotations

import io
import tarfile
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from starter.clips import contents
from starter.pictures import archives, taught_photos
from starter.pictures.jpeg_quality import jpeg_quality, shrink_by
from starter.pictures.picture_licenses import ACCEPTED_LICENSES
from starter.pictures.taught_photos import TaughtPackage, by_pexels_name, by_readme_list, by_unsplash_name

README = """Some words.

- [City day 01 - Ricky Esquivel ](https://www.pexels.com/pt-br/foto/foto-da-cidade-1604141/)
- [Interior - People inside a library - Tetiana Shevereva](https://www.pexels.com/photo/people-3490856/)
- [Friends - Chewy](https://unsplash.com/photos/3cAMUE3YAO8)
- [Handshake working - Sora Shimazaki](https://www.pexels.com/pt-br/foto/5673488/)
- [Elsewhere - Somebody](https://example.org/photos/1)
"""


def jpeg(quality: int, size: tuple[int, int] = (640, 480), exif: Image.Exif | None = None) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(5).integers(0, 256, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8)
    image = Image.fromarray(pixels).resize(size)
    image.save(stream, "JPEG", quality=quality, **({"exif": exif} if exif else {}))
    return stream.getvalue()


@pytest.mark.parametrize("quality", [20, 50, 60, 75, 90])
def test_the_quality_of_a_jpeg_is_read_off_its_tables(quality: int) -> None:
    with Image.open(io.BytesIO(jpeg(quality))) as image:
        assert jpeg_quality(image) == pytest.approx(quality, abs=1.5)
        assert shrink_by(image) == {20: 2.0, 50: 2.0, 60: 1.5, 75: 1.5, 90: 1.0}[quality]
    assert jpeg_quality(Image.new("RGB", (8, 8))) == 100


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ben-hershey-574483-unsplash.jpg", ("Ben Hershey", "Unsplash")),
        ("matt-artz-dh3zAdGGOIY-unsplash.jpg", ("Matt Artz", "Unsplash")),
        ("chuttersnap-_3aXbc-dE12-unsplash.jpg", ("Chuttersnap", "Unsplash")),
        ("beach.jpg", None),
    ],
)
def test_a_name_given_by_unsplash_tells_the_author(name: str, told: tuple[str, str] | None) -> None:
    assert by_unsplash_name(name) == told


def test_a_name_given_by_pexels_tells_author_or_number() -> None:
    assert by_pexels_name("pexels-cup-of-couple-6963787.jpg") == ("Cup Of Couple", "Pexels")
    assert by_pexels_name("pexels-4400637.jpg") == ("the author of Pexels' picture 4400637", "Pexels")
    assert by_pexels_name("interior-4400637.jpg") is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("city-day-01.jpg", ("Ricky Esquivel", "Pexels")),
        ("interior.jpg", ("Tetiana Shevereva", "Pexels")),
        ("friends.jpg", ("Chewy", "Unsplash")),
        ("handshake-work.jpg", ("Sora Shimazaki", "Pexels")),
        ("elsewhere.jpg", None),
        ("unlisted.jpg", None),
    ],
)
def test_a_readme_lists_the_authors(name: str, told: tuple[str, str] | None) -> None:
    assert by_readme_list(name, README) == told


@pytest.fixture
def package() -> TaughtPackage:
    return TaughtPackage(
        "some-photos",
        "@some/photos@1.2.0",
        "package/img/",
        ("friends.jpg", "city-day-01.jpg"),
        by_readme_list,
        statement="package/README.md",
        says="Some words",
        registry="npm",
    )


def packed(package: TaughtPackage, work: Path, members: dict[str, bytes]) -> None:
    if package.registry == "npm":
        path = work / "sources" / "npm" / "some-photos-1-2-0" / "some-photos-1.2.0.tgz"
        path.parent.mkdir(parents=True)
        with tarfile.open(path, "w:gz") as written:
            for name, body in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(body)
                written.addfile(info, io.BytesIO(body))
        return
    path = work / "sources" / "pip" / "some-photos-1-2-0" / "some_photos-1.2.0-py3-none-any.whl"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as wheel:
        for name, body in members.items():
            wheel.writestr(name, body)


@pytest.mark.parametrize("npm", [True, False])
def test_pictures_come_with_author_licence_and_clean(package: TaughtPackage, tmp_path: Path, npm: bool) -> None:
    package = package if npm else replace(package, registry="pip", requirement="some-photos==1.2.0")
    turned = Image.Exif()
    turned[0x0112] = 6
    members = {
        "package/img/friends.jpg": jpeg(90),
        "package/img/city-day-01.jpg": jpeg(50, (1280, 960), turned),
        "package/img/drawing.jpg": jpeg(90),
        "package/README.md": README.encode(),
    }
    packed(package, tmp_path, members)
    taught_photos.unpack(package, tmp_path)
    friends, city = taught_photos.photos_of(package, tmp_path)
    assert (friends.name, friends.author, friends.license) == ("some-photos/friends", "Chewy", "Unsplash")
    assert friends.source == ("@some/photos" if npm else "some-photos")
    assert friends.path.read_bytes() == members["package/img/friends.jpg"]
    # what was saved small is half as large, upright, and without another loss
    with Image.open(city.path) as image:
        assert (image.format, image.size) == ("PNG", (480, 640))
    there = {path.name for path in friends.path.parent.iterdir()}
    assert there == {"friends.jpg", "city-day-01.png", "STATEMENT.md"}


def test_a_package_that_lost_a_picture_or_its_word_on_them_is_refused(
    package: TaughtPackage, tmp_path: Path
) -> None:
    packed(package, tmp_path / "a", {"package/img/friends.jpg": jpeg(90), "package/README.md": README.encode()})
    with pytest.raises(
        archives.SourceError, match=r"@some/photos@1\.2\.0: there is no package/img/city-day-01\.jpg"
    ):
        taught_photos.unpack(package, tmp_path / "a")
    only = replace(package, names=("friends.jpg",))
    packed(only, tmp_path / "b", {"package/img/friends.jpg": jpeg(90), "package/README.md": b"Other words"})
    with pytest.raises(archives.SourceError, match="does not say where its pictures are from"):
        taught_photos.unpack(only, tmp_path / "b")
    # nothing half done is left behind
    assert not (tmp_path / "b" / "sources" / "photos").exists() or not any(
        (tmp_path / "b" / "sources" / "photos").iterdir()
    )
    untold = replace(package, names=("elsewhere.jpg",))
    packed(untold, tmp_path / "c", {"package/img/elsewhere.jpg": jpeg(90), "package/README.md": README.encode()})
    taught_photos.unpack(untold, tmp_path / "c")
    with pytest.raises(archives.SourceError, match=r"does not tell the author and licence of elsewhere\.jpg"):
        list(taught_photos.photos_of(untold, tmp_path / "c"))


def test_stock_photographs_are_taught_and_never_tested() -> None:
    for package in taught_photos.PACKAGES:
        names = [f"{package.name}/{Path(name).stem}" for name in package.names]
        assert len(set(names)) == len(names)
        assert {contents.split_of_photo(name) for name in names} <= {"train", "validation"}
        assert {contents.split_of_photo(f"{package.name}/{i}") for i in range(100)} == {"train", "validation"}
        assert package.source in contents.LATER
    assert {"Unsplash", "Pexels"} <= set(ACCEPTED_LICENSES)


COPYRIGHT = """Files: *
Copyright: 2019, Painters
License: GPL-2+

Files: img/sky*
Copyright: none
License: CC0
 The text.

Files: img/dog.jpg
Copyright: 2008, Somebody
License: CC-BY-3.0
"""
PUZZLES = """[Desktop Entry]
X-KDE-PluginInfo-Author=Derek Jensen
X-KDE-PluginInfo-Website=http://commons.wikimedia.org/wiki/Image:Bridge.jpg
X-KDE-PluginInfo-License=Public Domain
[Job]
Image=bridge.jpg
[Desktop Entry]
X-KDE-PluginInfo-Author=Eric
X-KDE-PluginInfo-Website=http://commons.wikimedia.org/wiki/Image:Castle.jpg
X-KDE-PluginInfo-License=FDL
[Job]
Image=castle.jpg
[Desktop Entry]
X-KDE-PluginInfo-Author=Nobody
X-KDE-PluginInfo-Website=http://example.org/x.jpg
X-KDE-PluginInfo-License=Public Domain
[Job]
Image=hearsay.jpg
"""


def test_a_debian_package_tells_by_its_copyright_file_or_by_each_puzzle() -> None:
    told = [taught_photos.by_copyright("img/", name, COPYRIGHT) for name in ("sky1.png", "dog.jpg", "cat.jpg")]
    assert told == [("not told", "CC0-1.0"), ("2008, Somebody", "CC-BY-3.0"), None]
    puzzles = [
        taught_photos.by_puzzle(f"{name}.jpg", PUZZLES) for name in ("bridge", "castle", "hearsay", "other")
    ]
    assert puzzles == [("Derek Jensen", "public-domain"), None, None, None]


def test_pictures_of_a_debian_package_are_found_in_its_folder(tmp_path: Path) -> None:
    package = TaughtPackage(
        "some-data",
        "some-data=4:1.2-1",
        "usr/share/some/",
        ("dog.jpg",),
        partial(taught_photos.by_copyright, "img/"),
        statement="/copyright",
        says="CC-BY-3.0",
        registry="debian",
    )
    root = tmp_path / "sources" / "debian" / "some-data"
    for name, body in (
        ("usr/share/some/dog.jpg", jpeg(95)),
        ("usr/share/doc/some-data/copyright", COPYRIGHT.encode()),
    ):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_bytes(body)
    taught_photos.unpack(package, tmp_path)
    (dog,) = taught_photos.photos_of(package, tmp_path)
    assert (dog.source, dog.author, dog.license) == ("some-data", "2008, Somebody", "CC-BY-3.0")
    assert dog.path.read_bytes() == jpeg(95)


def test_npm_packs_into_the_cache_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "npm").write_text('#!/bin/sh\n[ "$1" = pack ] || exit 9\ntouch "$5/photos-1.0.0.tgz"\n')
    (tools / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/bin:/usr/bin")
    found = archives.npm_pack("@a/photos@1.0.0", tmp_path / "work")
    assert found == tmp_path / "work" / "sources" / "npm" / "a-photos-1-0-0" / "photos-1.0.0.tgz"
    (tools / "npm").write_text("#!/bin/sh\nexit 1\n")
    assert archives.npm_pack("@a/photos@1.0.0", tmp_path / "work") == found
    with pytest.raises(archives.SourceError, match="could not be fetched by 'npm'"):
        archives.npm_pack("b@1.0.0", tmp_path / "work")
