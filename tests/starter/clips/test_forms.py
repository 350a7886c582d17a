"""A form is a real file of the same clip, made once, with the clip's label."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from starter.clips import encoder, forms
from starter.clips.clips import Clip
from starter.clips.defects import DEFECTS


def clip(number: int = 0, name: str = "blur3", split: str = "train", folder: Path = Path("none")) -> Clip:
    details = f"package/photo{number}#0", f"package/photo{number}", "package", split
    path = str(folder / f"{number}-{name}.mp4")
    return Clip(path, *details, name.rstrip("12345"), 3, 2.5, 40.0, 640, 360, 30.0, name)


def test_forms_are_drawn_by_name_and_of_every_kind() -> None:
    drawn = [forms.form_of(clip(number)) for number in range(400)]
    assert drawn == [forms.form_of(clip(number)) for number in range(400)]
    assert {form.name for form in drawn if form} == {form.name for form in forms.FORMS}
    assert abs(np.mean([form is not None for form in drawn]) - forms.SHARE) < 0.1


def test_what_is_held_out_or_a_matter_of_time_has_no_form() -> None:
    for number in range(60):
        for split in ("validation", "test", "unseen", "demo"):
            assert forms.form_of(clip(number, split=split)) is None
        for name in ("freeze3", "r-judder2", "r-noise2+stutter4", "r-identity_drift1"):
            assert forms.form_of(clip(number, name)) is None


def test_what_is_done_on_purpose_has_no_form() -> None:
    asked = [replace(clip(number), content=f"package/photo{number}#asked") for number in range(60)]
    looks = [replace(one, content=one.content.replace("#asked", "#look-fade")) for one in asked]
    assert any(forms.form_of(one) for one in asked)
    assert not any(forms.form_of(one) for one in looks)


def test_every_defect_of_time_is_known() -> None:
    assert set(forms.OF_TIME) <= {defect.name for defect in DEFECTS}


def test_a_small_clip_is_not_made_smaller_still() -> None:
    for number in range(200):
        form = forms.form_of(replace(clip(number), width=320, height=240))
        assert form is None or form.scale * 240 >= forms.SMALLEST


def test_a_form_has_its_clips_label_and_its_own_key() -> None:
    made = forms.in_form(clip(), forms.Form("half", scale=0.5))
    assert (made.width, made.height, made.fps) == (320, 180, 30.0)
    assert (made.mos, made.defect, made.content) == (2.5, "blur", clip().content)
    assert made.key == "package/photo0#0/blur3@half"
    assert forms.in_form(clip(), forms.Form("step3", step=3)).fps == 10.0


def test_files_are_made_once_and_again_when_their_clip_changes(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the training extra is not installed")
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (32, 360, 640, 3), dtype=np.uint8)
    chosen = {
        form.name: one for number in range(200) if (form := forms.form_of(one := clip(number, folder=tmp_path)))
    }
    for one in chosen.values():
        encoder.encode(frames, 30.0, Path(one.path), "h264", 40)
    assert forms.load([*chosen.values()]) == []
    made = forms.make_all([*chosen.values()], workers=1)
    counts = {}
    for one in made:
        with av.open(one.path) as container:
            stream = container.streams.video[0]
            assert (stream.width, stream.height) == (one.width, one.height)
            assert float(stream.average_rate or 0) == pytest.approx(one.fps, rel=0.02) or "@1f" in one.name
            counts[one.name.split("@")[1]] = sum(1 for _ in container.decode(video=0))
    whole = {"half": 32, "twothirds": 32}
    assert counts == {"1f": 1, "4f": 4, "8f": 8, "16f": 16, "step2": 16, "step3": 11, **whole}
    times = {one.path: Path(one.path).stat().st_mtime_ns for one in made}
    first = next(iter(chosen.values()))
    encoder.encode(frames, 30.0, Path(first.path), "h264", 41)
    assert len(forms.load([*chosen.values()])) == len(made) - 1
    assert forms.make_all([*chosen.values()], workers=1) == made
    assert sum(Path(path).stat().st_mtime_ns != time for path, time in times.items()) == 1
    assert not list(tmp_path.glob(".partial-*"))
