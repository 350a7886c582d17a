"""Clips are real files, made once, and their labels fall with the damage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from starter.clips import clips, contents, defects, encoder, plans
from starter.clips.clips import Clip
from starter.clips.contents import Content
from starter.clips.defects import BY_NAME, DEFECTS
from starter.clips.human_opinion import CLEAN_MOS
from starter.clips.plans import Item
from xl_vqa.training.cache import read_json, write_json

pytest.importorskip("imageio_ffmpeg", reason="the training extra is not installed")


@pytest.fixture
def content(tmp_path: Path) -> Content:
    rng = np.random.default_rng(4)
    coarse = Image.fromarray(rng.integers(0, 256, (24, 36, 3), dtype=np.uint8))
    picture = coarse.resize((720, 480), Image.Resampling.BICUBIC)
    grain = np.asarray(picture, np.int16) + rng.integers(-14, 15, (480, 720, 3))
    Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(tmp_path / "photo.png")
    place = "package", "train", "Anna", "CC0-1.0", str(tmp_path / "photo.png")
    return Content("package/photo#0", "package/photo", *place, 256, 192, 25.0)


def test_encoding_errors_are_named(tmp_path: Path) -> None:
    frames = np.zeros((2, 16, 16, 3), np.uint8)
    with pytest.raises(encoder.EncoderError, match="ffmpeg stopped"):
        encoder.encode(frames, 25.0, tmp_path / "x.mp4", "h264", 20, filters="nosuchfilter")


@pytest.mark.slow
def test_every_defect_makes_a_readable_file_and_vmaf_falls(content: Content, tmp_path: Path) -> None:
    frames = contents.render(content, 12)
    reference = tmp_path / "reference.yuv"
    encoder.write_raw(frames, reference)
    for defect in DEFECTS:
        recoded = defect in defects.NEW
        items = [Item(((defect.name, severity),), recoded) for severity in (1, 5)]
        made = [clips.make_clip(content, item, frames, reference, tmp_path) for item in items]
        for clip in made:
            with av.open(clip.path) as container:
                count = sum(1 for _ in container.decode(video=0))
            assert count == 12, clip.key
        assert made[0].mos > made[1].mos or defect.name in {"av1", "vp9", "mpeg4"}, defect.name


@pytest.mark.slow
def test_a_second_run_makes_nothing_new(content: Content, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    first = clips.make_all([content], folder, per_content=2, workers=1)
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")}
    lost = Path(first[1].path)
    lost.unlink()
    second = clips.make_all([content], folder, per_content=2, workers=1)
    assert [c.to_dict() for c in second] == [c.to_dict() for c in first]
    assert len({c.key for c in first}) == len(first) == len(plans.plan(content, 2)) > 2
    changed = {path for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert changed == {lost, lost.with_suffix(".json")}
    assert not list(folder.rglob("*.yuv"))
    assert not list(folder.rglob(".partial-*"))


def stored(content: Content, tmp_path: Path, *items: Item, frames: int = 8) -> list[Clip]:
    picture = contents.render(content, frames)
    reference = tmp_path / "reference.yuv"
    encoder.write_raw(picture, reference)
    return [clips.make_clip(content, item, picture, reference, tmp_path) for item in items]


def test_a_table_and_its_encode_both_count(content: Content, tmp_path: Path) -> None:
    item = Item((("underexposed", 3),), recoded=True)
    (clip,) = stored(content, tmp_path, item)
    assert clip.key == "package/photo#0/r-underexposed3"
    assert (clip.defect, clip.severity, clip.vmaf, clip.oracle_vmaf) == ("underexposed", 3, None, None)
    table = BY_NAME["underexposed"].table or ()
    assert 1 < clip.mos <= table[2]
    assert clip.attributes["exposure"] == 3
    assert clip.codec in encoder.CODECS
    assert clip.quality is not None


def test_the_worse_the_encode_the_lower_the_mos(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for quality in (10, 44):
        monkeypatch.setattr(clips, "ENCODES", (("h264", 1.0, quality, quality),))
        found += stored(content, tmp_path, Item((("color_cast", 2),), recoded=True))
    good, bad = found
    assert bad.mos < good.mos - 0.3
    assert bad.attributes["compression"] > good.attributes.get("compression", 0) + 1


def test_two_defects_in_one_clip_keep_both_names(content: Content, tmp_path: Path) -> None:
    parts = (("noise", 3.0), ("overexposed", 2.0))
    items = [Item((part,), recoded=True) for part in parts]
    both, noise, bright = stored(content, tmp_path, Item(parts, recoded=True), *items)
    assert (both.defect, both.severity, both.name) == ("combined", 3, "r-noise3+overexposed2")
    assert Path(both.path).name.startswith("r-noise3+overexposed2.")
    assert {"noise", "exposure"} <= both.attributes.keys()
    assert both.mos < min(noise.mos, bright.mos)


def test_what_nobody_can_see_costs_nothing(content: Content, tmp_path: Path) -> None:
    still = np.repeat(contents.render(content, 1), 12, axis=0)
    reference = tmp_path / "reference.yuv"
    encoder.write_raw(still, reference)
    item = Item((("stutter", 5),), recoded=True)
    assert clips.make_clip(content, item, still, reference, tmp_path).mos > 4


def test_severities_of_one_content_are_stored_alike(content: Content, tmp_path: Path) -> None:
    made = stored(content, tmp_path, *(Item((("warping", s),), recoded=True) for s in (1, 3, 5)))
    assert len({(clip.codec, clip.quality) for clip in made}) == 1
    assert [clip.mos for clip in made] == sorted((clip.mos for clip in made), reverse=True)


def test_a_freeze_that_shows_nothing_has_no_attribute_and_costs_nothing(content: Content, tmp_path: Path) -> None:
    still = np.repeat(contents.render(content, 1), 8, axis=0)
    reference = tmp_path / "reference.yuv"
    encoder.write_raw(still, reference)
    made = clips.make_clip(content, Item((("freeze", 4),)), still, reference, tmp_path)
    assert (made.mos, dict(made.attributes)) == (CLEAN_MOS, {})
    assert not Clip(**made.to_dict()).attributes


def test_a_record_keeps_what_was_measured_and_gets_today_s_label(
    content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = replace(content, name="package/photo#asked", look="plain", frames=6, width=128, height=96)
    folder = tmp_path / "clips"
    made = clips.make_all([scene], folder, per_content=0, workers=1)
    again = clips.load([scene], folder, per_content=0)
    assert [c.to_dict() for c in again] == [c.to_dict() for c in made]
    origins = {c.origin for c in again if c.defect != "clean"}
    assert "people" in origins
    coded = next(c for c in again if c.name == "r-clean0")
    assert coded.vmaf == coded.rest_vmaf is not None
    monkeypatch.setattr(defects, "VMAF_POINTS", ((0.0, 1.0), (100.0, 2.0)))
    moved = {c.name: c.mos for c in clips.load([scene], folder, per_content=0)}
    assert moved["r-clean0"] == pytest.approx(1 + coded.vmaf / 100, abs=0.001)
    assert moved["clean0"] == CLEAN_MOS


def test_changes_that_were_not_recorded_are_measured_once(content: Content, tmp_path: Path) -> None:
    scene = replace(content, name="package/photo#asked", look="plain", frames=6, width=128, height=96)
    folder = tmp_path / "clips"
    made = {c.name: c for c in clips.make_all([scene], folder, per_content=0, workers=1)}
    for path in folder.rglob("*.json"):
        record = read_json(path)
        assert record is not None
        del record["changes"]
        write_json(path, record)
    asked = {name for name, c in made.items() if c.origin == "people"}
    assert clips.fill_changes([scene], folder, per_content=0) >= len(asked) > 0
    again = {c.name: c for c in clips.load([scene], folder, per_content=0)}
    for name in asked:
        # two frames of the scene instead of all, and other noise
        assert again[name].changes[0] == pytest.approx(made[name].changes[0], rel=0.3, abs=0.5)
    assert clips.fill_changes([scene], folder, per_content=0) == 0


def test_an_old_record_gets_its_attributes(content: Content) -> None:
    place = "x.mp4", content.name, content.group, content.source, "train"
    old = Clip(*place, "web_copy", 4, 2.0, 40.0, 256, 192, 25.0)
    assert dict(old.attributes) == {"blur": 3.2, "compression": 4.0}
    assert old.key == "package/photo#0/web_copy4"
    assert not Clip(*place, "clean", 0, 5.0, 99.0, 256, 192, 25.0).attributes


@pytest.mark.slow
def test_the_oracle_is_measured_once_and_goes_on_where_it_stopped(content: Content, tmp_path: Path) -> None:
    scene = replace(content, split="test")
    folder = tmp_path / "clips"
    item = plans.plan(scene, 2)[1]
    made = {c.key: c for c in clips.make_all([scene], folder, per_content=2, workers=1)}
    later = [c for c in made.values() if c.name.startswith("r-")]
    # new clips are measured at once, whoever gave their MOS
    assert later
    assert all(c.judged_by_vmaf is not None for c in later)
    lacking = [c for c in made.values() if c.judged_by_vmaf is None]
    records = {path: path.read_bytes() for path in folder.rglob("*.json")}
    assert clips.fill_oracle([scene], folder, per_content=2, workers=1) == len(lacking)
    assert clips.fill_oracle([scene], folder, per_content=2, workers=1) == 0
    found = clips.load([scene], folder, per_content=2)
    assert all(c.judged_by_vmaf is not None for c in found)
    assert {c.key: c.mos for c in found} == {c.key: c.mos for c in made.values()}
    assert all(path.read_bytes() == content for path, content in records.items())
    assert item.defect in {c.defect for c in found}


@pytest.mark.parametrize("fps", [24.0, 25.0, 30.0, 60.0])
def test_vmaf_compares_a_frame_with_itself(content: Content, tmp_path: Path, fps: float) -> None:
    # a pan of several pixels per frame: against the frame before, the score would collapse
    rng = np.random.default_rng(1)
    wide = np.asarray(Image.fromarray(rng.integers(0, 256, (24, 60, 3), dtype=np.uint8)).resize((480, 192)))
    frames = np.stack([wide[:, 6 * i : 6 * i + 256] for i in range(16)])
    encoder.write_raw(frames, tmp_path / "reference.yuv")
    encoder.encode(frames, fps, tmp_path / "clean.mp4", "h264", 8)
    assert encoder.vmaf(tmp_path / "clean.mp4", tmp_path / "reference.yuv", (256, 192)) > 90
