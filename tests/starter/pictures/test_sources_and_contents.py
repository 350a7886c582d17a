"""Licences are read, not assumed; no content is in two splits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from starter.clips import camera, contents, encoder, purpose
from starter.clips.contents import Content
from starter.pictures import drawn_pictures, live_films, more_photos, sources

COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: images/land/*
Copyright: Various
License: public-domain
 Taken from morgue-file.com, donated photographs.

Files: images/land/nasa*
Copyright: NASA
License: public-domain
 Created by government employees.

Files: images/land/*-harro*
Copyright: @harro.eu (copyright@harro.eu)
License: CC-BY-SA-4.0

Files:
 images/land/beach0*
 images/land/beach2*
Copyright: Various
License: public-domain
 Taken from unsplash.com, a collection.

Files: images/land/secret*
Copyright: Somebody
License: CC-BY-NC-4.0

License: CC-BY-SA-4.0
 The text.
"""


@pytest.fixture
def statements(tmp_path: Path) -> list[sources.Statement]:
    path = tmp_path / "copyright"
    path.write_text(COPYRIGHT, encoding="utf-8")
    return sources.read_copyright(path)


@pytest.mark.parametrize(
    ("name", "license"),
    [
        ("sky0.jpg", None),
        ("nasa3.jpg", "public-domain"),
        ("valley1-harro.jpg", "CC-BY-SA-4.0"),
        ("beach0.jpg", "public-domain"),
        ("beach1.jpg", None),
        ("secret.jpg", None),
    ],
)
def test_only_accepted_licences_pass(statements: list[sources.Statement], name: str, license: str | None) -> None:
    found = sources.license_of("images/land/" + name, statements)
    assert (found.license if found else None) == license


def test_a_file_without_a_statement_is_refused(statements: list[sources.Statement]) -> None:
    assert sources.license_of("images/ship/x.jpg", statements) is None


@pytest.fixture
def photo(tmp_path: Path) -> sources.Photo:
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, (30, 45, 3), dtype=np.uint8).repeat(40, 0).repeat(40, 1)
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return sources.Photo(path, "package/photo", "package", "Somebody", "CC0-1.0")


def test_views_of_one_photograph_share_a_group_and_a_split(photo: sources.Photo) -> None:
    views = contents._photo_contents(photo, 3)
    plain = [view for view in views if not view.look]
    usual, long = ([v for v in plain if (v.seconds is not None) == is_long] for is_long in (False, True))
    assert len({view.name for view in usual}) == 3
    assert long
    split = contents.split_of_photo("package/photo")
    assert {view.group for view in views} == {"package/photo"}
    assert {view.split for view in usual} == {split}
    assert {view.split for view in long} == {split if split in ("train", "validation") else contents.LONG}


@pytest.mark.parametrize("split", ["train", "validation", "test", "unseen", "demo"])
def test_long_views_of_held_out_pictures_are_held_out(tmp_path: Path, split: str) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (1600, 1200)).save(path)
    names = (
        *contents.DEMO_PHOTOS,
        *(f"{package}/{i}" for i in range(99) for package in ("p", "lomiri-wallpapers-20.04")),
    )
    name = next(name for name in names if contents.split_of_photo(name) == split)
    found = contents._photo_contents(sources.Photo(path, name, name.split("/")[0], "", "CC0-1.0"), 2)
    long = [content.split for content in found if content.seconds is not None]
    expected = {"demo": [], "test": ["long"], "unseen": ["long"]}.get(split, [split] * 2)
    assert long == expected


def test_splits_are_all_used_and_whole_sources_are_held_out() -> None:
    splits = [contents.split_of_photo(f"package/{i}") for i in range(400)]
    assert 0.7 < splits.count("train") / 400 < 0.9
    assert {"train", "validation", "test"} == set(splits)
    assert contents.split_of_photo("lomiri-wallpapers-20.04/flower") == "unseen"
    assert contents.split_of_photo("endless-sky-data/sea15-harro") == "unseen"
    assert {contents.split_of_photo(name) for name in contents.DEMO_PHOTOS} == {"demo"}


def test_drawn_art_is_both_trained_and_tested() -> None:
    splits = [contents.split_of_photo(f"{contents.DRAWN}/{i}") for i in range(100)]
    assert set(splits) == {"train", "test"}
    assert 30 < splits.count("train") < 70


def test_pictures_drawn_by_code_are_taught_not_tested(tmp_path: Path) -> None:
    splits = [contents.split_of_photo(f"{drawn_pictures.FOLDER}/{i:03}") for i in range(drawn_pictures.COUNT)]
    assert set(splits) == {"train", "validation"}
    assert splits.count("train") > 80
    path = tmp_path / "drawn.png"
    Image.new("RGB", drawn_pictures.SIZE).save(path)
    photo = sources.Photo(path, f"{drawn_pictures.FOLDER}/000", drawn_pictures.SOURCE, "", "CC0-1.0")
    assert len([one for one in contents._photo_contents(photo, 2) if not one.look]) == 1


@pytest.mark.parametrize("split", ["train", "validation", "test", "unseen", "demo"])
def test_what_people_were_asked_about_and_looks_are_taught_or_held_out(tmp_path: Path, split: str) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (1600, 1200)).save(path)
    names = (
        *contents.DEMO_PHOTOS,
        *(f"{part}/{i}" for i in range(99) for part in ("gcompris-qt-data", "lomiri-wallpapers-20.04")),
    )
    name = next(name for name in names if contents.split_of_photo(name) == split)
    photo = sources.Photo(path, name, name.split("/")[0], "", "CC0-1.0")
    asked = [one for one in contents._photo_contents(photo, 2) if one.look]
    if split == "demo":
        assert not asked
        return
    assert {one.group for one in asked} == {name}
    first, *looks = asked
    assert (first.name, first.look) == (f"{name}#asked", purpose.PLAIN)
    assert len({one.name for one in asked}) == len(asked)
    if split in ("train", "validation"):
        assert {one.split for one in asked} == {split}
        assert [purpose.LOOKS[one.look].moves for one in looks] == [True, False]
        # where nothing happens in time fewer frames are looked at, where it does more
        assert 0 < first.pairs < looks[0].pairs
    else:
        assert (first.split, {one.split for one in looks}) == (contents.ASKED, {contents.PURPOSE})
        assert {one.look for one in looks} == set(purpose.LOOKS)
        # as large as people's pictures, and all that the starter looks at of any video
        assert {(one.width, one.height, one.pairs) for one in asked} == {(512, 384, 0)}
        # of a drawn wallpaper the looks alone: half of what people were asked about cannot be seen on it
        drawn = contents._photo_contents(replace(photo, source="lxqt-themes"), 2)
        assert {one.look for one in drawn if one.look} == set(purpose.LOOKS)
        assert not any(contents.ASKED_MARK in one.name for one in drawn)


def test_a_picture_too_small_for_that_has_its_usual_views_alone(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    Image.new("RGB", (640, 360)).save(path)
    photo = sources.Photo(path, "p/0", "p", "", "CC0-1.0")
    assert not any(one.look for one in contents._photo_contents(photo, 2))


def test_shots_at_a_border_and_the_demo_excerpt_are_left_out() -> None:
    assert contents.split_of_film(10, 20) == "train"
    assert contents.split_of_film(385, 395) is None
    assert contents.split_of_film(400, 410) == "validation"
    assert contents.split_of_film(440, 470) == "test"
    assert contents.split_of_film(470, 480) is None


def test_the_same_content_looks_the_same_every_time(photo: sources.Photo) -> None:
    content = contents._photo_contents(photo, 1)[0]
    small = Content(**{**content.to_dict(), "width": 96, "height": 64})
    first, second = contents.render(small, 6), contents.render(small, 6)
    assert first.shape == (6, 64, 96, 3)
    assert np.array_equal(first, second)
    other = contents.render(Content(**{**small.to_dict(), "name": "another"}), 6)
    assert not np.array_equal(first, other)


def test_later_packages_are_parted_like_all() -> None:
    for package in more_photos.VERSIONS:
        splits = {contents.split_of_photo(f"{package}/{i}") for i in range(100)}
        assert splits == ({"unseen"} if package == more_photos.FORENSICS else {"train", "validation", "test"})


def scene_with_split(split: str) -> str:
    return next(name for i in range(200) if contents.split_of_photo(name := f"endless-sky-data/{i}") == split)


def test_a_larger_copy_is_of_its_scenes_split_and_never_of_a_tested_one(tmp_path: Path) -> None:
    path = tmp_path / "copy.png"
    Image.new("RGB", (1440, 720)).save(path)
    for split in ("train", "validation", "test"):
        scene = scene_with_split(split)
        copy = sources.Photo(path, "endless-sky-high-dpi/x", more_photos.HIGH_DPI, "Nobody", "CC0-1.0", scene)
        found = contents._photo_contents(copy, 2)
        assert {(c.group, c.split) for c in found} == (set() if split == "test" else {(scene, split)})


def test_later_packages_have_medium_sizes_and_large_or_drawn_pictures_more_views(tmp_path: Path) -> None:
    medium, huge = tmp_path / "medium.png", tmp_path / "huge.png"
    Image.new("RGB", (1024, 768)).save(medium)
    Image.new("RGB", (3000, 2000)).save(huge)

    def views(path: Path, package: str) -> list[Content]:
        taught = (f"{package}/{path.stem}{i}" for i in range(50))
        name = next(name for name in taught if contents.split_of_photo(name) == "train")
        found = contents._photo_contents(sources.Photo(path, name, package, "", "CC0-1.0"), 2)
        long = [c for c in found if c.seconds is not None]
        assert len(long) == (2 if path == huge else 1)
        assert all(4 <= (c.seconds or 0) <= 60 and c.width * 1.3 <= 3000 for c in long)
        return [c for c in found if c.seconds is None and not c.look]

    small = {size for size, _ in contents.SMALL_SIZES}
    assert {(c.width, c.height) for c in views(medium, "lomiri-wallpapers-16.04")} <= small
    assert {(c.width, c.height) for c in views(medium, more_photos.GCOMPRIS)} <= {
        size for size, _ in contents.MEDIUM_SIZES
    }
    assert len(views(huge, "lomiri-wallpapers-16.04")) == 2
    assert len(views(huge, more_photos.ENLIGHTENMENT)) == 4
    assert len(views(medium, contents.DRAWN)) == 4


def test_shallow_focus_softens_all_but_one_part() -> None:
    rng = np.random.default_rng(3)
    image = Image.fromarray(rng.integers(0, 256, (400, 600, 3), dtype=np.uint8))
    for seed in range(5):
        soft = np.asarray(camera.shallow_focus(image, np.random.default_rng(seed)), int)
        same = (np.abs(soft - np.asarray(image, int)) <= 1).all(-1)
        # a part is untouched, a part is blurred so that noise of 0..255 hardly varies any more
        assert 0.05 < same.mean() < 0.9
        blurred = soft.reshape(20, 20, 30, 20, 3).std(axis=(1, 3)).mean(-1)
        assert blurred.min() < 12
        assert blurred.max() > 60


def test_only_larger_copies_are_shown_in_shallow_focus() -> None:
    def scene(source: str, number: int) -> Content:
        return Content(f"p/{number}#0", "p", source, "train", "", "CC0-1.0", "none", 320, 240, 25.0)

    chosen = [contents.shallow(scene(more_photos.HIGH_DPI, i)) for i in range(200)]
    assert 70 < sum(chosen) < 130
    assert not any(contents.shallow(scene("endless-sky-data", i)) for i in range(50))


def test_a_telephones_picture_stands_upright_in_later_packages_only(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (600, 500)).save(path, exif=exif)
    with Image.open(path) as image:
        assert contents._upright(image, more_photos.FORENSICS).size == (500, 600)
        assert contents._upright(image, "ukui-wallpapers").size == (600, 500)


README = """Copyright: Somebody
License: CC-BY-SA 4.0
Source: https://commons.wikimedia.org/wiki/File:A.jpg
Files:
india/TajMahal.webp
india/other.webp

Files: heron.webp
License: CC0-1.0
Copyright: Order Differs
Comments: cropping

Copyright: Bruno
License: GPLv3
Files: cat.webp

Copyright: Reviewed
License: Public Domain
Source: https://commons.wikimedia.org/wiki/File:B.jpg
Files: hall.webp

Copyright: Nobody Knows
License: Public domain
Source: https://example.org/x.jpg
Files: hearsay.webp
"""


def test_credits_of_a_readme_are_read_and_refused_like_any_statement() -> None:
    found = {name: (c.author, c.license) for c in more_photos.read_credits(README) for name in c.files}
    assert found == {
        "india/tajmahal.webp": ("Somebody", "CC-BY-SA-4.0"),
        "india/other.webp": ("Somebody", "CC-BY-SA-4.0"),
        "heron.webp": ("Order Differs", "CC0-1.0"),
        "hall.webp": ("Reviewed", "public-domain"),
    }


def test_views_of_live_films_are_smaller_than_the_film() -> None:
    for film in live_films.FILMS:
        assert film.license in sources.ACCEPTED_LICENSES
        assert film.largest[0] < film.width
        assert film.largest[1] < film.height
        assert film.duration_s - film.steady_s > contents.FRAMES / film.fps
        assert contents._live_film(film.title) is film
    assert contents._live_film(sources.FILM_CREDIT[0]) is None


def test_no_frame_of_an_unevenly_timed_film_comes_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the training extra is not installed")
    monkeypatch.setattr(live_films, "FILMS", (replace(live_films.DOG, width=160, height=90),))
    film = tmp_path / "uneven.mp4"
    gray = np.arange(40, dtype=np.uint8)[:, None, None, None] * 6
    frames = np.broadcast_to(gray, (40, 90, 160, 3))
    # every fifth frame stays for three
    encoder.encode(frames, 30.0, film, "h264", 4, filters="setpts=(N+2*floor(N/5))/(30*TB)")
    details = live_films.DOG.title, "unseen", "", "CC0-1.0", str(film), 160, 90, 30.0, 0.2
    shown = contents.render(Content("dog/0.2", "film/dog", *details), 20).mean((1, 2, 3))
    assert np.all(np.diff(shown) > 3)


def test_the_catalogue_keeps_groups_together_where_the_sources_are_there() -> None:
    from xl_vqa.training.cache import cache_folder

    work = cache_folder("starter")
    if not (work / "sources" / "film" / "cuts.json").exists():
        pytest.skip("the training pictures are not on this machine")
    scenes = contents.catalogue(work)
    by_group: dict[str, set[str]] = {}
    for scene in scenes:
        by_group.setdefault(scene.group, set()).add(scene.split)
        assert scene.license in sources.ACCEPTED_LICENSES
    assert all(len(splits) == 1 for splits in by_group.values())
    assert len({scene.name for scene in scenes}) == len(scenes)
