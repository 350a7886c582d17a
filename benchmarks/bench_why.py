"""How often Why? points to a known defect: when, where, how faithfully, and at what cost.

    python -m benchmarks.why_clips FOLDER --work DOWNLOADS
    python -m benchmarks.bench_why FOLDER [--model MODEL] [--part K/N] [--genvideoscope PROGRAM]
    python -m benchmarks.bench_why FOLDER --table

Against chance and two baselines that need no model: frame difference (the time, or the field, where neighbouring
frames differ most) and sharpness (where the picture is least sharp). ``PROGRAM`` is the ``videoscope`` of an
environment of its own with genvideoscope 0.8.2 in it. Parts may run beside one another; the table joins them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.why_clips import CLEAN
from xl_vqa.explaining.explain import BUDGET, explain
from xl_vqa.explaining.faithfulness import faithfulness
from xl_vqa.explaining.heat import FIELDS, STANDS_OUT, Floats
from xl_vqa.explaining.measuring import Asked, Meter, pair_of
from xl_vqa.video.clip import Clip
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.rate_batch import Asked as AskedVideo
from xl_vqa.vlm.rate_batch import rate_batch, rating_of
from xl_vqa.vlm.rater import Rater
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.model_spec import Sampling
from xl_vqa.words.rating import LabelDistribution

NEAR_S: Final = 0.5
GRID: Final = 120
"""Cells along a side in which areas are compared."""
LOOK_S: Final = 0.04

Box = Sequence[float]


def near(at_s: float | None, case: dict[str, Any]) -> bool:
    """Whether a time lies in the bad second, or half a second from it."""
    return at_s is not None and case["start"] - NEAR_S <= at_s <= case["end"] + NEAR_S


def chance_of_time(case: dict[str, Any], duration_s: float) -> float:
    """Of a time that is drawn at random."""
    return (min(case["end"] + NEAR_S, duration_s) - max(case["start"] - NEAR_S, 0.0)) / duration_s


def mask_of_box(box: Box) -> NDArray[np.bool_]:
    """[GRID, GRID]"""
    left, top, right, bottom = (round(edge * GRID) for edge in box)
    mask = np.zeros((GRID, GRID), bool)
    mask[top:bottom, left:right] = True
    return mask


def mask_of_map(relevance: Floats) -> NDArray[np.bool_]:
    """[GRID, GRID]: what stands out of a map, by the rule that is the same for all."""
    fields = np.maximum(relevance - np.median(relevance), 0.0)
    strong = fields >= STANDS_OUT * fields.max() if fields.max() > 0 else np.zeros_like(fields, bool)
    each = GRID // FIELDS
    return np.kron(strong, np.ones((each, each))).astype(bool)


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def chance_of_place(truth: NDArray[np.bool_]) -> float:
    """The mean IoU of a box of the same size that lies anywhere."""
    rows, columns = np.where(truth.any(1))[0], np.where(truth.any(0))[0]
    height, width = len(rows), len(columns)
    found = []
    for top in range(0, GRID - height + 1, 6):
        for left in range(0, GRID - width + 1, 6):
            box = (left / GRID, top / GRID, (left + width) / GRID, (top + height) / GRID)
            found.append(iou(mask_of_box(box), truth))
    return float(np.mean(found))


def fields_of(picture: Floats) -> Floats:
    """[FIELDS, FIELDS]: means over the fields of a picture."""
    height, width = (side // FIELDS * FIELDS for side in picture.shape)
    cut = picture[:height, :width].reshape(FIELDS, height // FIELDS, FIELDS, width // FIELDS)
    means: Floats = cut.mean(axis=(1, 3))
    return means


def luma(frame: NDArray[np.uint8]) -> Floats:
    found: Floats = frame.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return found


def edges(grey: Floats) -> Floats:
    """How much each pixel differs from its four neighbours."""
    middle = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    found: Floats = np.abs(4 * middle - around)
    return found


class Baselines:
    """Of one clip, every frame of it."""

    def __init__(self, path: str, duration_s: float) -> None:
        times = np.arange(0, duration_s - LOOK_S / 2, LOOK_S).tolist()
        clip = read_frames(path, Sampling(), at_s=times)
        self.times = clip.used.timestamps_s[::2]
        self.first = [luma(frame) for frame in clip.frames[::2]]
        self.second = [luma(frame) for frame in clip.frames[1::2]]

    def time(self, name: str) -> float:
        if name == "frame difference":
            values = [np.abs(b - a).mean() for a, b in zip(self.first, self.second, strict=True)]
            return float(self.times[int(np.argmax(values))])
        return float(self.times[int(np.argmin([edges(grey).mean() for grey in self.first]))])

    def place(self, name: str, at_s: float) -> Floats:
        """Its map of the frame that is shown at ``at_s``."""
        place = int(np.abs(np.array(self.times) - at_s).argmin())
        if name == "frame difference":
            return fields_of(np.abs(self.second[place] - self.first[place]))
        return -fields_of(edges(self.first[place]))


NAMES: Final = ("frame difference", "sharpness")


def explained(rater: Rater, path: str, budget: float) -> tuple[Explanation, float, Asked]:
    """Why, and the seconds of a plain score of the same clip, reading not counted."""
    clip = read_frames(path, rater.spec.sampling)
    prepared = AskedVideo(path, rater.prepare(clip), None)
    start = time.process_time()
    (answer,) = rate_batch(rater, [prepared])
    seconds = time.process_time() - start
    assert isinstance(answer, LabelDistribution)
    told = {"frames": clip.used, "video_fingerprint": path, "warnings": clip.warnings}
    rating = rating_of(answer, rater, prepared, **told)
    asked = Asked(
        read=lambda times: read_frames(path, rater.spec.sampling, at_s=times),
        prepare=rater.prepare,
        rate=lambda items: rate_batch(rater, [AskedVideo(path, item, None) for item in items]),
        meter=Meter(budget, len(clip.frames) // 2),
        clock=time.process_time,
    )
    return explain(rating, asked), seconds, asked


def look(rater: Rater, case: dict[str, Any], budget: float) -> dict[str, Any]:
    """All figures of one clip."""
    why, plain_s, asked = explained(rater, case["path"], budget)
    if case["kind"] == CLEAN:
        return {"kind": CLEAN, "moments": [[one.start_s, one.end_s] for one in why.moments]}
    baselines = Baselines(case["path"], why.duration_s)
    at = why.moments[0].at_s if why.moments else min(why.spans, key=lambda span: span.mos).middle_s
    found: dict[str, Any] = {
        "kind": case["kind"],
        "boxed": case["box"] is not None,
        "start": case["start"],
        "end": case["end"],
        "moments": [[one.start_s, one.end_s] for one in why.moments],
        "when": {"Why?": near(at, case), **{name: near(baselines.time(name), case) for name in NAMES}},
        "chance": chance_of_time(case, why.duration_s),
        "passes": why.cost.passes,
        "seconds": why.cost.seconds + why.cost.reading_s,
        "plain_s": plain_s,
    }
    if case["box"] is not None:
        truth, middle = mask_of_box(case["box"]), (case["start"] + case["end"]) / 2
        maps = {name: baselines.place(name, middle) for name in NAMES}
        found["where"] = {name: iou(mask_of_map(one), truth) for name, one in maps.items()}
        found["where"]["Why?"] = iou(mask_of_map(np.array(why.maps[0].relevance)), truth) if why.maps else 0.0
        found["where_chance"] = chance_of_place(truth)
    if why.maps:
        asked.meter.budget = float("inf")
        found["faithful"] = faithful(asked, why, baselines)
    return found


def faithful(asked: Asked, why: Explanation, baselines: Baselines) -> dict[str, list[float]]:
    """Deletion and insertion of the first map, of random orders and of both baselines."""
    one = why.maps[0]
    inside = [(moment.start_s, moment.end_s) for moment in why.moments]
    outside = [at for at in why.looked_at_s if not any(start <= at <= end for start, end in inside)]
    good = min(outside, key=lambda at: abs(at - one.time_s))
    clip: Clip = asked.read([one.time_s, good])
    orders: dict[str, Floats] = {"Why?": np.array(one.relevance)}
    orders["random"] = np.random.default_rng(0).random((FIELDS, FIELDS))
    orders.update({name: baselines.place(name, one.time_s) for name in NAMES})
    found = {}
    for name, order in orders.items():
        result = faithfulness(order, pair_of(clip, 0), pair_of(clip, 1), asked.rate)
        if result is not None:
            found[name] = [result.deletion, result.insertion]
    return found


def genvideoscope(program: str, path: str) -> list[tuple[float, float]]:
    """Where genvideoscope finds anything, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "analyze", path, "--output", folder, "--json-only", "--quiet"]
        subprocess.run(command, capture_output=True, timeout=600, check=True)
        (report,) = Path(folder).rglob("report.json")
        told = json.loads(report.read_text(encoding="utf-8"))
    return list(_stretches(told))


def _stretches(value: Any) -> Iterator[tuple[float, float]]:
    """Every (start, end) in a report, however deep."""
    if isinstance(value, dict):
        start, end = value.get("start_seconds"), value.get("end_seconds")
        if isinstance(start, (int, float)) and isinstance(end, (int, float)):
            yield start, end
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _stretches(one)


def table(results: Sequence[dict[str, Any]]) -> str:
    """The figures in lines."""
    clean = [float(bool(one["moments"])) for one in results if one["kind"] == CLEAN]
    results = [one for one in results if one["kind"] != CLEAN]
    lines = []

    def mean(values: Sequence[float]) -> str:
        return f"{np.mean(values):.3f} of {len(values)}" if values else "none"

    groups: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
        ("all", lambda one: True),
        ("whole picture", lambda one: not one["boxed"]),
        ("in a box", lambda one: one["boxed"]),
    ]
    for words, holds in groups:
        chosen = [one for one in results if holds(one)]
        for name in ("Why?", *NAMES, "genvideoscope"):
            hits = [float(one["when"][name]) for one in chosen if name in one["when"]]
            lines.append(f"when, {words}, {name}: {mean(hits)}")
        lines.append(f"when, {words}, chance: {mean([one['chance'] for one in chosen])}")
    placed = [one for one in results if "where" in one]
    areas = {name: mean([one["where"][name] for one in placed]) for name in ("Why?", *NAMES)}
    lines += [f"where, IoU, {name}: {found}" for name, found in areas.items()]
    lines.append(f"where, IoU, chance: {mean([one['where_chance'] for one in placed])}")
    for name in ("Why?", "random", *NAMES):
        pairs = [one["faithful"][name] for one in results if name in one.get("faithful", {})]
        for column, way in enumerate(("deletion", "insertion")):
            lines.append(f"{way}, {name}: {mean([pair[column] for pair in pairs])}")
    told = [any(start < one["end"] and end > one["start"] for start, end in one["moments"]) for one in results]
    lines.append(f"a moment overlaps the bad second: {mean([float(one) for one in told])}")
    lines.append(f"moments of a clip: {mean([len(one['moments']) for one in results])}")
    lines.append(f"clips without a defect that get a moment: {mean(clean)}")
    lines.append(f"passes: {mean([one['passes'] for one in results])}")
    lines.append(f"CPU seconds, Why?: {mean([one['seconds'] for one in results])}")
    lines.append(f"CPU seconds, plain score, model alone: {mean([one['plain_s'] for one in results])}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="starter")
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--budget", type=float, default=BUDGET)
    parser.add_argument("--genvideoscope")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args(arguments)
    if options.table:
        print(
            table(
                [
                    one
                    for file in sorted(options.folder.glob("results-*.json"))
                    for one in json.loads(file.read_text())
                ]
            )
        )
        return
    part, parts = (int(number) for number in options.part.split("/"))
    cases = json.loads((options.folder / "clips.json").read_text(encoding="utf-8"))[part - 1 :: parts]
    rater = load_rater(options.model, device="cpu")
    results = []
    for case in cases:
        found = look(rater, case, options.budget)
        if options.genvideoscope and case["kind"] != CLEAN:
            stretches = genvideoscope(options.genvideoscope, case["path"])
            found["when"]["genvideoscope"] = any(near((start + end) / 2, case) for start, end in stretches)
        results.append(found)
        file = options.folder / f"results-{part}-{parts}.json"
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table(results))


if __name__ == "__main__":
    main()
