"""How often Why? points to a known defect: when, where, how faithfully, and at what cost.

    python -m benchmarks.bench_why FOLDER --work DOWNLOADS [--model MODEL] [--part K/N] [--genvideoscope PROGRAM]
    python -m benchmarks.bench_why FOLDER --table

Against chance and two baselines that need no model: frame difference (the time, or the field, where neighbouring
frames differ most) and sharpness (where the picture is least sharp). ``PROGRAM`` is the ``videoscope`` of an
environment of its own with genvideoscope 0.8.2 in it. Where ``FOLDER`` has no clips yet, those of docs/why.md are
made first (why_clips.py makes others); ``DOWNLOADS`` is the factory's work folder. It goes on where it was
stopped, and measures anew where the weights are others. Parts may run beside one another; the table joins them.
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

from benchmarks.why_clips import CLEAN, FURTHER, make_all
from xl_vqa.explaining.cell_statistics import COLUMNS, ROWS
from xl_vqa.explaining.explain import BUDGET, explain
from xl_vqa.explaining.faithfulness import faithfulness
from xl_vqa.explaining.heat import FIELDS, STANDS_OUT, Floats
from xl_vqa.explaining.in_words import sentence
from xl_vqa.explaining.measuring import Asked, Meter, pair_of
from xl_vqa.explaining.places import WHOLE
from xl_vqa.video.clip import Clip
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.rate_batch import Asked as AskedVideo
from xl_vqa.vlm.rate_batch import rate_batch, rating_of
from xl_vqa.vlm.rater import Rater
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.model_spec import Sampling
from xl_vqa.words.rating import LabelDistribution, Rating

FAULTS: Final = 50
GOOD: Final = 44
NEAR_S: Final = 0.5
GRID: Final = 72
"""Cells along a side in which areas are compared: a multiple of every map's fields."""
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
    rows, columns = strong.shape
    return np.kron(strong, np.ones((GRID // rows, GRID // columns))).astype(bool)


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def chance_of_place(truth: NDArray[np.bool_]) -> float:
    """The mean IoU of a box of the same size that lies anywhere."""
    rows, columns = np.where(truth.any(1))[0], np.where(truth.any(0))[0]
    height, width = len(rows), len(columns)
    found = []
    for top in range(0, GRID - height + 1, 4):
        for left in range(0, GRID - width + 1, 4):
            box = (left / GRID, top / GRID, (left + width) / GRID, (top + height) / GRID)
            found.append(iou(mask_of_box(box), truth))
    return float(np.mean(found))


def fields_of(picture: Floats, rows: int = FIELDS, columns: int = FIELDS) -> Floats:
    """[rows, columns]: means over the fields of a picture, or of a map with as many fields or more."""
    height, width = picture.shape[0] // rows * rows, picture.shape[1] // columns * columns
    if not height or not width:
        return np.full((rows, columns), float(picture.mean()))
    cut = picture[:height, :width].reshape(rows, height // rows, columns, width // columns)
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

    def place(self, name: str, at_s: float, rows: int = FIELDS, columns: int = FIELDS) -> Floats:
        """Its map of the frame that is shown at ``at_s``."""
        place = int(np.abs(np.array(self.times) - at_s).argmin())
        if name == "frame difference":
            return fields_of(np.abs(self.second[place] - self.first[place]), rows, columns)
        return -fields_of(edges(self.first[place]), rows, columns)


NAMES: Final = ("frame difference", "sharpness")
FINE: Final = "fine"
"""The same baselines in as many fields as the maps have now."""
OWN: Final = "frame difference at its own time"


def asked_of(rater: Rater, path: str, budget: float) -> tuple[Rating, Asked, float]:
    """The rating of a clip, how it is asked why, and the seconds of the plain score, reading not counted."""
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
    return rating, asked, seconds


def time_named(why: Explanation) -> float:
    """Of the worst moment; without one, of the change that is remarked, else of the lowest span."""
    if why.moments:
        return why.moments[0].at_s
    for remark in why.remarks:
        if remark["key"] == "why_change_unminded":
            return (float(remark["start"]) + float(remark["end"])) / 2
    return min(why.spans, key=lambda span: span.mos).middle_s


def look(rater: Rater, case: dict[str, Any], budget: float) -> dict[str, Any]:
    """All figures of one clip."""
    rating, asked, plain_s = asked_of(rater, case["path"], budget)
    why = explain(rating, asked, moment_limit=rater.describe().get("moment_limit"))
    told = {"said": sentence(why), "moments": [[one.start_s, one.end_s] for one in why.moments]}
    told["placed"] = any(one.box is not None and one.box != WHOLE for one in why.maps)
    if case["kind"] == CLEAN:
        return {"kind": CLEAN, **told}
    if case.get("steady"):
        truth = mask_of_box(case["box"])
        area = iou(mask_of_map(np.array(why.maps[0].relevance)), truth) if told["placed"] else 0.0
        return {"kind": case["kind"], "steady": True, **told, "area": area, "area_chance": chance_of_place(truth)}
    baselines = Baselines(case["path"], why.duration_s)
    at = time_named(why)
    found: dict[str, Any] = {
        "kind": case["kind"],
        "boxed": case["box"] is not None,
        "start": case["start"],
        "end": case["end"],
        **told,
        "when": {"Why?": near(at, case), **{name: near(baselines.time(name), case) for name in NAMES}},
        "chance": chance_of_time(case, why.duration_s),
        "passes": why.cost.passes,
        "seconds": why.cost.seconds + why.cost.reading_s,
        "plain_s": plain_s,
    }
    if case["box"] is not None:
        truth, middle = mask_of_box(case["box"]), (case["start"] + case["end"]) / 2
        maps = {name: baselines.place(name, middle) for name in NAMES}
        maps |= {f"{name}, {FINE}": baselines.place(name, middle, ROWS, COLUMNS) for name in NAMES}
        maps[OWN] = baselines.place(NAMES[0], baselines.time(NAMES[0]), ROWS, COLUMNS)
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
    orders: dict[str, Floats] = {"Why?": fields_of(np.array(one.relevance))}
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
    clean = [one for one in results if one["kind"] == CLEAN]
    steady = [one for one in results if one.get("steady")]
    results = [one for one in results if one["kind"] != CLEAN and not one.get("steady")]
    lines = []

    def mean(values: Sequence[float]) -> str:
        if not values:
            return "none"
        rng = np.random.default_rng(0)
        means = [np.mean(rng.choice(values, len(values))) for _ in range(2000)]
        low, high = np.quantile(means, (0.025, 0.975))
        return f"{np.mean(values):.3f} of {len(values)} ({low:.3f} to {high:.3f})"

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
    named = ("Why?", *NAMES, *(f"{name}, {FINE}" for name in NAMES), OWN)
    areas = {name: mean([one["where"][name] for one in placed]) for name in named}
    lines += [f"where, IoU, {name}: {found}" for name, found in areas.items()]
    lines.append(f"where, IoU, chance: {mean([one['where_chance'] for one in placed])}")
    for name in ("Why?", "random", *NAMES):
        pairs = [one["faithful"][name] for one in results if name in one.get("faithful", {})]
        for column, way in enumerate(("deletion", "insertion")):
            lines.append(f"{way}, {name}: {mean([pair[column] for pair in pairs])}")
    told = [any(start < one["end"] and end > one["start"] for start, end in one["moments"]) for one in results]
    lines.append(f"a moment overlaps the bad second: {mean([float(one) for one in told])}")
    lines.append(f"moments of a clip: {mean([len(one['moments']) for one in results])}")
    for key, words in (("moments", "a moment"), ("placed", "a place")):
        share = mean([float(bool(one[key])) for one in clean])
        lines.append(f"clips without a defect that get {words}: {share}")
    if steady:
        lines.append(f"steady, a place: {mean([float(one['placed']) for one in steady])}")
        lines.append(f"steady, a moment: {mean([float(bool(one['moments'])) for one in steady])}")
        lines.append(f"steady, IoU of those placed: {mean([one['area'] for one in steady if one['placed']])}")
        lines.append(f"steady, IoU, chance: {mean([one['area_chance'] for one in steady])}")
    if not results:
        return "\n".join(lines)
    lines.append(f"passes: {mean([one['passes'] for one in results])}")
    lines.append(f"CPU seconds, Why?: {mean([one['seconds'] for one in results])}")
    lines.append(f"CPU seconds, plain score, model alone: {mean([one['plain_s'] for one in results])}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--model", default="starter")
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--budget", type=float, default=BUDGET)
    parser.add_argument("--genvideoscope")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args(arguments)
    rater = load_rater(options.model, device="cpu")
    name = f"results-{rater.fingerprint.replace(':', '-')}"
    if options.table:
        files = sorted(options.folder.glob(f"{name}-*.json"))
        print(table([one for file in files for one in json.loads(file.read_text(encoding="utf-8"))]))
        return
    clips = options.folder / "clips.json"
    made = json.loads(clips.read_text(encoding="utf-8")) if clips.exists() else []
    if options.work is not None and len(made) < FAULTS + GOOD:
        made = make_all(options.folder, options.work, FAULTS, GOOD, name=FURTHER)
    part, parts = (int(number) for number in options.part.split("/"))
    cases = made[part - 1 :: parts]
    file = options.folder / f"{name}-{part}-{parts}.json"
    results = json.loads(file.read_text()) if file.exists() else []
    for case in cases[len(results) :]:
        found = look(rater, case, options.budget)
        if options.genvideoscope and case["kind"] != CLEAN:
            stretches = genvideoscope(options.genvideoscope, case["path"])
            found["when"]["genvideoscope"] = any(near((start + end) / 2, case) for start, end in stretches)
        results.append(found)
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table(results))


if __name__ == "__main__":
    main()
