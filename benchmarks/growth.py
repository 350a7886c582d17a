"""How cost grows: with a clip's length and size, with frames, with the batch, with the number of stored ratings.

    python -m benchmarks.growth [--only length size frames batch store] [--rows 1000000]

Prints a table for each curve and draws all: docs/pictures/growth.png, from benchmarks/growth.json, in which the
curves of earlier runs stay where ``--only`` leaves them out. Stands outside ``make bench``: a million stored
ratings take minutes and 1.5 GB of disk.

Seconds are processor time of one thread, the best of a few: other programs on the machine hardly show. ``length``
and ``size`` are the starter, ``frames`` and ``batch`` a Qwen2.5-VL of 25 million random weights, ``store`` the
host's own store.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import torch

from benchmarks.bench_tree import MIDDLE_TEXT, MIDDLE_VISION
from benchmarks.random_clip import RandomClip
from benchmarks.table import load, machine, print_table
from tests.media import make_clip
from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.stored_rows import NewRating, RatingKey
from xl_vqa.host.transfer import summaries
from xl_vqa.host.views import View, summary_json
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.threads import wait_patiently
from xl_vqa.vlm.vlm_rater import load_vlm_rater
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import Pixels, Sampling
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating
from xl_vqa.words.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[1]
KEPT: Final = ROOT / "benchmarks" / "growth.json"
PICTURE: Final = ROOT / "docs" / "pictures" / "growth.png"
LENGTHS: Final = (1, 2, 5, 10, 20)
HEIGHTS: Final = (180, 360, 720, 1080)
FRAMES: Final = (2, 4, 8, 16, 32, 64)
BATCHES: Final = (1, 2, 4, 8, 16)

Curve = dict[str, list[float]]
"""``x``, and the seconds of each line by its name."""


def best(work: Callable[[], object], times: int = 2) -> float:
    """Seconds of processor time, after one go that does not count."""
    work()
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def of_clips(name: str, clips: Iterator[tuple[float, Path]]) -> Curve:
    """The starter on clips: reading, and all that comes after."""
    rater = load_vlm_rater("starter", device="cpu", torch_threads=1)
    found: Curve = {"x": [], "read": [], "model": []}
    for x, path in clips:
        clip = read_frames(str(path), rater.spec.sampling)
        found["x"].append(x)
        found["read"].append(best(lambda path=path: read_frames(str(path), rater.spec.sampling)))
        found["model"].append(best(lambda clip=clip: rater.rate([(rater.prepare(clip), None)])))
        print(f"  {name} {x}", flush=True)
        path.unlink()
    return found


def length(folder: Path) -> Curve:
    """640x360, 30 frames a second, a key frame every 250."""
    clips = ((float(s), Path(make_clip(folder / f"{s}.mp4", 640, 360, 30 * s, 30, gop=250))) for s in LENGTHS)
    return of_clips("seconds", clips)


def size(folder: Path) -> Curve:
    """16:9, two seconds of 30 frames; ``x`` is megapixels."""
    clips = (
        (h * (h * 16 // 9) / 1e6, Path(make_clip(folder / f"{h}.mp4", h * 16 // 9, h, 60, 30, gop=250)))
        for h in HEIGHTS
    )
    return of_clips("megapixels", clips)


def qwen(folder: Path) -> Path:
    spec = tiny_spec(sampling=Sampling(8), pixels=Pixels(16 * 784, 48 * 784, 64 * 48 * 784))
    return save_tiny_qwen(folder / "qwen", spec=spec, text=MIDDLE_TEXT, vision=MIDDLE_VISION)


def frames(folder: Path) -> Curve:
    """Of 280x112 pixels, 20 tokens a pair: the model's work is that of 20 to 640 video tokens."""
    rater = load_vlm_rater(str(qwen(folder)), device="cpu", torch_threads=1)
    found: Curve = {"x": [], "model": []}
    for count in FRAMES:
        item = (rater.prepare(RandomClip(0, count, 112, 280)), None)
        found["x"].append(count)
        found["model"].append(best(lambda item=item: rater.rate([item])))
        print(f"  frames {count}", flush=True)
    return found


def batch(folder: Path) -> Curve:
    """Seconds a video: clips of one size and of sizes from 12 to 48 tokens a pair, two and eight frames, as the
    rater calls them."""
    rater = load_vlm_rater(str(qwen(folder)), device="cpu", torch_threads=1)
    found: Curve = {"x": [], "one size": [], "several sizes": []}
    shapes = [(112, 196, 2), (196, 112, 2), (168, 224, 4), (224, 168, 8)]
    for count in BATCHES:
        found["x"].append(count)
        for line, own in (("one size", shapes[:1]), ("several sizes", shapes)):
            clips = [own[n % len(own)] for n in range(max(count, len(own)))]
            items = [(rater.prepare(RandomClip(n, f, h, w)), None) for n, (h, w, f) in enumerate(clips)]

            def rate(items=items, count=count) -> None:  # type: ignore[no-untyped-def]
                for start in range(0, len(items), count):
                    rater.rate(items[start : start + count])

            found[line].append(best(rate) / len(items))
        print(f"  batch {count}", flush=True)
    return found


def key_of(number: int) -> RatingKey:
    return RatingKey("m1:" + "0" * 32, "s1:growth", f"b2:{number:064x}")


def ratings(start: int, end: int, view: View) -> Iterator[NewRating]:
    scale, rng = Scale(), random.Random(start)
    masses = {label: rng.random() ** 4 for label in scale.labels}
    total = sum(masses.values())
    distribution = LabelDistribution.from_joint(scale, {k: v / total for k, v in masses.items()})
    used = FramesUsed(tuple(range(8)), tuple(n / 4 for n in range(8)), 1280, 720, 300, 10.0, 30.0, "pyav", "h264")
    for number in range(start, end):
        key = key_of(number)
        day = f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}T00:00:00+00:00"
        rating = Rating("", distribution, used, key.video, "growth", key.model, key.settings, rated_at=day)
        yield NewRating(rating, view.key, summary_json(rating, view))


def store(folder: Path, most: int) -> Curve:
    """What a cell, a batch, a look at the list and a tidying take with so many ratings stored."""
    path = folder / "store.db"
    view = View.of(Settings(home=folder))
    rows = [10**power for power in range(3, 10) if 10**power <= most]
    found: Curve = {"x": []}
    done = 0
    for count in rows:
        with closing(Store(path)) as open_store:
            for start in range(done, count, 1000):
                open_store.save(list(ratings(start, min(start + 1000, count), view)))
                for number in range(start, min(start + 1000, count), 10):
                    open_store.remember_file(
                        f"/clips/{number}.mp4", KnownFile("1:1:1", key_of(number).video, True)
                    )
        done = count
        found["x"].append(count)
        for name, seconds in store_lines(path, count, view):
            found.setdefault(name, []).append(seconds)
        told = ", ".join(f"{name} {values[-1]:.3g}" for name, values in found.items() if name != "x")
        print(f"  stored {count}, {path.stat().st_size / 2**20:.0f} MB: {told}", flush=True)
    return found


def store_lines(path: Path, count: int, view: View) -> Iterator[tuple[str, float]]:
    rng = random.Random(count)
    some = [key_of(rng.randrange(count)) for _ in range(1000)]
    new = list(ratings(0, 100, view))

    def reopen() -> None:
        Store(path).close()

    yield "open", best(reopen)
    with closing(Store(path)) as open_store:
        yield "find one", best(lambda: [open_store.find([one]) for one in some[:100]]) / 100
        yield "find 1,000", best(lambda: open_store.find(some))
        yield "save 100", best(lambda: open_store.save(new))
        yield "count", best(open_store.count)
        yield "list models", best(lambda: summaries(path))
        yield "forget by path", best(lambda: open_store.forget(lambda name: name.endswith("/none.mp4")))
        yield "forget older", best(lambda: open_store.forget_older(datetime(2020, 1, 1, tzinfo=UTC)))


def draw(curves: dict[str, Curve], target: Path) -> None:
    """One small picture with a part for each curve."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot, ticker

    titles = {
        "length": "length of a clip, s (starter)",
        "size": "size of a frame, megapixels (starter)",
        "frames": "frames (small Qwen2.5-VL)",
        "batch": "videos in a call, s a video (small Qwen2.5-VL)",
        "store": "stored ratings",
    }
    there = {name: title for name, title in titles.items() if name in curves}
    width = 3.4 * len(there)
    figure, parts = pyplot.subplots(1, len(there), figsize=(width, 2.9), layout="constrained", squeeze=False)
    for part, (name, title) in zip(parts.flat, there.items(), strict=True):
        curve = curves[name]
        for line, seconds in curve.items():
            if line != "x":
                part.loglog(curve["x"], seconds, marker="o", markersize=3, linewidth=1, label=line)
        part.set_title(title, fontsize=9)
        # marks between powers of ten would be written over each other
        part.xaxis.set_minor_formatter(ticker.NullFormatter())
        part.tick_params(labelsize=7)
        part.grid(visible=True, linewidth=0.3)
        # a legend of many lines would lie on them
        beside = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)} if len(curve) > 4 else {}
        part.legend(fontsize=6, **beside)
    figure.supylabel("seconds of one core", fontsize=9)
    figure.savefig(target, dpi=80, pil_kwargs={"optimize": True}, metadata={"Software": None})
    pyplot.close(figure)


def rows_of(curve: Curve) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of a table."""
    lines = [name for name in curve if name != "x"]
    rows = [[f"{x:g}", *(f"{curve[name][n]:.3g}" for name in lines)] for n, x in enumerate(curve["x"])]
    return ["x", *lines], rows


def read_kept() -> dict[str, Any]:
    """The curves of this run and of earlier ones, with machine, load and date of each."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}


def main(arguments: Sequence[str] | None = None) -> None:
    curves: dict[str, Callable[[Path], Curve]] = {"length": length, "size": size, "frames": frames, "batch": batch}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=[*curves, "store"], default=[*curves, "store"])
    parser.add_argument("--rows", type=int, default=10**6)
    asked = parser.parse_args(arguments)
    wait_patiently()
    torch.set_num_threads(1)
    curves["store"] = lambda folder: store(folder, asked.rows)
    for name in asked.only:
        with tempfile.TemporaryDirectory() as folder:
            found = curves[name](Path(folder))
        kept = read_kept()
        kept[name] = {
            "machine": machine(),
            "load": load(),
            "date": datetime.now(UTC).date().isoformat(),
            "curve": found,
        }
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        print_table(f"{name}: seconds of one core", *rows_of(found))
        draw({name: one["curve"] for name, one in kept.items()}, PICTURE)


if __name__ == "__main__":
    main()
