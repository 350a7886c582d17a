"""BRISQUE and NIQE on real clips: fitted on some contents, right about others, stored once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from starter.card import baseline_report, baselines
from starter.card.baselines import SceneFeatures
from starter.clips import encoder
from starter.clips.clips import Clip
from starter.pictures.sources import SourceError

pytest.importorskip("imageio_ffmpeg", reason="the training extra is not installed")

SIZE = 192, 128
DEFECTS = (("clean", 0, "", 5.0), ("noise", 2, "noise=alls=30:allf=t", 3.0), ("blur", 4, "gblur=sigma=3", 2.0))


def scene(seed: int) -> encoder.Frames:
    """Two pictures with the spectrum of natural scenes."""
    rng = np.random.default_rng(seed)
    width, height = SIZE
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    spectrum = np.fft.fft2(rng.normal(size=(height, width))) / np.maximum(np.hypot(fy, fx), 1 / width)
    values = np.fft.ifft2(spectrum).real
    grey = np.clip(128 + 45 * values / values.std(), 0, 255).astype(np.uint8)
    return np.stack([grey, np.roll(grey, 5, axis=1)])[..., None].repeat(3, axis=-1)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    folder = tmp_path_factory.mktemp("clips")
    made = []
    for seed in range(9):
        frames = scene(seed)
        for defect, severity, filters, mos in DEFECTS:
            path = folder / f"{seed}{defect}.mp4"
            encoder.encode(frames, 25.0, path, "h264", 10, filters=filters)
            split = "train" if seed < 6 else "test"
            vmaf = None if defect == "noise" else 20 + 77 * (mos - 1) / 4
            details = f"c/{seed}", f"g{seed}", "package", split, defect, severity, mos, vmaf, *SIZE, 25.0
            made.append(Clip(str(path), *details))
    return made


@pytest.fixture(scope="module")
def stored(clips: list[Clip], tmp_path_factory: pytest.TempPathFactory) -> list[SceneFeatures]:
    return [baselines.extract(clip.path) for clip in clips]


def test_both_tell_damage_in_contents_they_never_saw(clips: list[Clip], stored: list[SceneFeatures]) -> None:
    lesson = [i for i, clip in enumerate(clips) if clip.split == "train"]
    clean = [stored[i] for i in lesson if clips[i].defect == "clean"]
    fitted = baselines.fit(([stored[i] for i in lesson], [clips[i] for i in lesson]), clean, jobs=1)
    held_out = [i for i, clip in enumerate(clips) if clip.split == "test"]
    scores = {
        "starter": np.array([clips[i].mos for i in held_out]),
        "brisque": fitted.brisque([stored[i] for i in held_out]),
        "niqe": -fitted.niqe([stored[i] for i in held_out]),
    }
    assert ((scores["brisque"] >= 1) & (scores["brisque"] <= 5)).all()
    found = baseline_report.compare([clips[i] for i in held_out], scores)
    everything = found["all"]
    assert everything["starter"]["srcc"] == pytest.approx(1)
    assert everything["brisque"]["srcc"] > 0.8
    assert everything["brisque"]["clean_above"] == 1
    assert everything["niqe"]["clean_above"] >= 0.5
    # a distance has no RMSE in MOS
    assert "rmse" in everything["brisque"]
    assert "rmse" not in everything["niqe"]
    # VMAF is known of two thirds, and of no clip that a table judged
    assert found["with_vmaf"]["vmaf"]["n"] == 6
    assert found["with_vmaf"]["vmaf"]["srcc"] == pytest.approx(1)
    assert "with_vmaf_table" not in found
    assert fitted.facts["taught"] == 18
    assert fitted.facts["pristine"] == 6


def test_vmaf_is_an_oracle_on_clips_that_it_did_not_label(clips: list[Clip]) -> None:
    judged = [replace(clip, oracle_vmaf=40.0 + i) if clip.vmaf is None else clip for i, clip in enumerate(clips)]
    scores = {"starter": np.array([clip.mos for clip in clips])}
    found = baseline_report.compare(judged, scores)["with_vmaf_table"]
    assert found["vmaf"]["n"] == found["starter"]["n"] == 9
    # all of one label: nothing to rank
    assert found["vmaf"]["srcc"] == 0


def test_the_difference_is_paired(clips: list[Clip]) -> None:
    rng = np.random.default_rng(1)
    many = [
        replace(clip, content=f"{clip.content}.{i}", group=f"{clip.group}.{i}") for i in range(3) for clip in clips
    ]
    mos = np.array([clip.mos for clip in many])
    scores = {"starter": mos + rng.normal(0, 0.2, len(mos)), "brisque": rng.uniform(1, 5, len(mos))}
    same = {**scores, "brisque": scores["starter"]}
    low, high = baseline_report.compare(many, scores)["all"]["brisque"]["starter_minus"]
    assert 0 < low < high
    assert baseline_report.compare(many, same)["all"]["brisque"]["starter_minus"] == [0, 0]


def test_too_few_contents_and_no_clean_copies_are_named(clips: list[Clip], stored: list[SceneFeatures]) -> None:
    with pytest.raises(SourceError, match="4 contents at least"):
        baselines.fit((stored[:6], clips[:6]), stored[:1], jobs=1)
    with pytest.raises(SourceError, match="are 6 and 0"):
        baselines.fit((stored[:18], clips[:18]), [], jobs=1)


def test_features_are_stored_once_and_made_again_for_another_file(
    clips: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = clips[:2]
    first = baselines.extract_all(few, tmp_path, workers=1)
    assert "features of BRISQUE and NIQE 2/2" in capsys.readouterr().out
    asked: list[str] = []
    real = baselines.extract

    def counted(path: str) -> SceneFeatures:
        asked.append(path)
        return real(path)

    class Here:
        """A pool in this process, so that the calls can be counted."""

        def __init__(self, workers: int) -> None: ...
        def __enter__(self) -> Here:
            return self

        def __exit__(self, *details: object) -> None: ...
        def imap_unordered(self, function, jobs: Sequence[object], chunksize: int):  # type: ignore[no-untyped-def]
            return map(function, jobs)

    context = type("Context", (), {"Pool": staticmethod(Here)})
    monkeypatch.setattr(baselines.multiprocessing, "get_context", lambda method: context)
    monkeypatch.setattr(baselines, "extract", counted)
    again = baselines.extract_all(few, tmp_path)
    assert asked == []
    assert all((a.brisque == b.brisque).all() for a, b in zip(first, again, strict=True))
    # the file was written again
    os.utime(few[0].path, ns=(1, 1))
    baselines.extract_all(few, tmp_path)
    assert asked == [few[0].path]
    # a stored file that was cut off
    path = next(iter(sorted(tmp_path.glob("*.npz"))))
    path.write_bytes(path.read_bytes()[:200])
    baselines.extract_all(few, tmp_path)
    assert len(asked) == 2


def test_whole_contents_are_taught_in_an_order_of_their_own(clips: list[Clip]) -> None:
    chosen = baselines.taught(clips)
    assert {clip.split for clip in chosen} == {"train"}
    assert len(chosen) == 18
    mixed = baselines.taught(clips[9:] + clips[:9])
    assert {clip.key for clip in mixed} == {clip.key for clip in chosen}
    assert [clip.content for clip in mixed] == [clip.content for clip in chosen]
    assert [clip.defect for clip in baselines.pristine(clips)] == ["clean"] * 6


def test_no_more_are_taught_than_are_needed(clips: list[Clip], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "MOST_TAUGHT", 7)
    monkeypatch.setattr(baselines, "MOST_PRISTINE", 2)
    chosen = baselines.taught(clips)
    assert len(chosen) == 7
    assert len({clip.content for clip in chosen}) == 3
    assert len(baselines.pristine(clips)) == 2
