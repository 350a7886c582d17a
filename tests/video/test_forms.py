"""The same pictures in ten and more forms get the same score from the starter that ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.media import make_clip, moving_content
from tests.video.matrix import copied
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.loader import load_rater

COUNT = 90
LOSSLESS = {"preset": "veryfast", "crf": "0"}
RATE = 25


def forms(folder: Path) -> list[Path]:
    whole = make_clip(folder / "a.mkv", 192, 112, COUNT, RATE, options=LOSSLESS, gop=30, b_frames=2, barcode=False)
    made = [whole]
    made += [copied(whole, folder / f"a.{ending}") for ending in ("mp4", "mov", "ts", "flv", "nut")]
    open_groups = {**LOSSLESS, "x264-params": "open-gop=1:keyint=24:bframes=3"}
    refresh = {**LOSSLESS, "x264-params": "intra-refresh=1:keyint=30"}
    for name, options in (("open.mp4", open_groups), ("open.ts", open_groups), ("refresh.mkv", refresh)):
        made.append(make_clip(folder / name, 192, 112, COUNT, RATE, options=options, barcode=False))
    hevc = {"x265-params": "lossless=1:keyint=30"}
    made.append(make_clip(folder / "hevc.mp4", 192, 112, COUNT, RATE, "libx265", options=hevc, barcode=False))
    made.append(make_clip(folder / "ffv1.mkv", 192, 112, COUNT, RATE, "ffv1", barcode=False))
    content = moving_content(192, 112)
    longer = make_clip(
        folder / "longer.mkv",
        192,
        112,
        COUNT + 20,
        RATE,
        options=LOSSLESS,
        gop=30,
        barcode=False,
        content=lambda number: content(max(number - 20, 0)),
    )
    made.append(copied(longer, folder / "trimmed.mp4", hidden=20))
    parts = []
    for place, start in enumerate((0, COUNT // 2)):
        flags = {"mpegts_flags": "initial_discontinuity"} if place else {}
        part = make_clip(
            folder / f"part{place}.ts",
            192,
            112,
            COUNT // 2,
            RATE,
            options=LOSSLESS,
            barcode=False,
            start_s=8.0 - 5 * place,
            content=lambda number, start=start: content(number + start),
            container_options=flags,
        )
        parts.append(part.read_bytes())
    joined = folder / "joined.ts"
    joined.write_bytes(b"".join(parts))
    return [*made, joined]


@pytest.mark.slow
def test_the_score_is_of_the_pictures_and_not_of_the_form(tmp_path: Path) -> None:
    rater = load_rater("starter", device="cpu")
    scores = {}
    for path in forms(tmp_path):
        clip = read_frames(path, rater.spec.sampling)
        assert clip.used.frame_count == COUNT, path.name
        (outcome,) = rater.rate([(rater.prepare(clip), None)])
        scores[path.name] = outcome.expectation()  # type: ignore[union-attr]
    assert len(scores) >= 12
    # the pictures are the same to the bit, and so 0.3 labels is more than generous
    assert max(scores.values()) - min(scores.values()) <= 0.3, scores
