"""What screening and gate decide on 50 good, 50 bad and 50 poisoned batches.

Simulated: a video is a draw of features, its quality a curved function of them that differs by source, a person's
score that quality with a bias and noise. The model is a regression on random features, and fine-tuning pulls it
from its present weights towards batch and replay: what a fine-tuning does to a network, in milliseconds. Screening
and gate are the product's own; whether a new model is better is known, from 4,000 further videos.

python -m benchmarks.bench_gate [--batches 50] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.learning.gate import Judged, judge
from xl_vqa.learning.screening import Statement, Trusted, screen

Floats = NDArray[np.float64]

SOURCES: Final = ("studio", "sports", "phone", "game")
FEATURES: Final = 6
RANDOM: Final = 60
HOLD_OUT: Final = 120
BATCH: Final = 80
TRUTH: Final = 4000


@dataclass(frozen=True, slots=True)
class Videos:
    """Features (n, 6), source and content of each, and what everybody would say of it in the mean, 1..5."""

    features: Floats
    source: NDArray[np.int64]
    content: NDArray[np.int64]
    quality: Floats

    def __len__(self) -> int:
        return len(self.quality)

    def take(self, rows: NDArray[Any]) -> Videos:
        return Videos(self.features[rows], self.source[rows], self.content[rows], self.quality[rows])


class World:
    """One company: how quality comes from features, and the random features of its model."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        draw = self.generator
        self._ways = draw.normal(size=(len(SOURCES), FEATURES)) * 0.35 + draw.normal(size=FEATURES) * 0.8
        self._lifts = np.array([0.5, 0.1, -0.2, -0.4])
        self._frequencies = draw.normal(size=(FEATURES + len(SOURCES), RANDOM)) * 0.45
        self._phases = draw.uniform(0, 2 * np.pi, RANDOM)
        self._contents = 0

    def videos(self, count: int, shares: tuple[float, ...] = (0.25, 0.25, 0.25, 0.25)) -> Videos:
        draw = self.generator
        contents = max(count * 2 // 3, 1)
        of = np.concatenate([np.arange(contents), draw.integers(0, contents, count - contents)])
        base = draw.normal(size=(contents, FEATURES))
        source = draw.choice(len(SOURCES), contents, p=np.array(shares) / sum(shares))[of]
        features = base[of] + draw.normal(size=(count, FEATURES)) * 0.6
        quality = 3 + self._lifts[source] + 1.1 * np.tanh((features * self._ways[source]).sum(axis=1) * 0.8)
        self._contents += contents
        return Videos(features, source, of + self._contents, np.clip(quality, 1, 5))

    def scores(self, videos: Videos, *, noise: float = 0.35, bias: float = 0.0) -> Floats:
        said = videos.quality + bias + self.generator.normal(size=len(videos)) * noise
        return np.clip(np.round(said * 2) / 2, 1, 5)

    def seen(self, videos: Videos) -> Floats:
        """What the model makes of videos, shape (n, 61)."""
        both = np.hstack([videos.features, np.eye(len(SOURCES))[videos.source] * 2])
        waves = np.cos(both @ self._frequencies + self._phases) * np.sqrt(2 / RANDOM)
        return np.hstack([waves, np.ones((len(videos), 1))])


@dataclass(frozen=True, slots=True)
class Model:
    weights: Floats

    def rate(self, world: World, videos: Videos) -> Floats:
        return np.clip(world.seen(videos) @ self.weights, 1, 5)


def tuned(world: World, start: Floats, videos: Videos, mos: Floats, pull: float) -> Model:
    """The weights that fit ``mos`` best with a pull back to ``start``: strong is a low learning rate."""
    seen = world.seen(videos)
    inner = seen.T @ seen + pull * np.eye(seen.shape[1])
    return Model(start + np.linalg.solve(inner, seen.T @ (mos - seen @ start)))


@dataclass(frozen=True, slots=True)
class Batch:
    """``names`` gives who said each row; ``pull`` and ``replay`` are how it is learned."""

    kind: str
    videos: Videos
    mos: Floats
    names: tuple[str, ...]
    pull: float = 1.0
    replay: bool = True
    before: dict[int, float] | None = None


Maker = Callable[[World, int], Batch]


def honest(world: World, count: int = BATCH, shares: tuple[float, ...] = (0.2, 0.2, 0.2, 0.4)) -> Batch:
    videos = world.videos(count, shares)
    people = world.generator.integers(0, 3, count)
    biases = world.generator.normal(size=3) * 0.15
    mos = np.clip(world.scores(videos) + np.round(biases[people] * 2) / 2, 1, 5)
    return Batch("honest", videos, mos, tuple(f"person {k}" for k in people))


def good(world: World, number: int) -> Batch:
    kinds = ("more of everything", "much of a new source", "a small batch")
    kind = kinds[number % 3]
    if number % 3 == 0:
        return replace(honest(world, BATCH, (1, 1, 1, 1)), kind=kind)
    if number % 3 == 1:
        return replace(honest(world, BATCH, (0.1, 0.1, 0.1, 0.7)), kind=kind)
    return replace(honest(world, 40), kind=kind)


def bad(world: World, number: int) -> Batch:
    """People are honest; what comes out is worse, or worse somewhere."""
    kind = ("learned by heart", "no replay, best videos only", "people who hardly look", "one source judged anew")[
        number % 4
    ]
    batch = honest(world)
    if number % 4 == 0:
        return replace(honest(world, 30), kind=kind, pull=0.002, replay=False)
    if number % 4 == 1:
        wide = honest(world, 3 * BATCH)
        rows = np.argsort(-wide.videos.quality)[:BATCH]
        names = tuple(wide.names[k] for k in rows)
        return Batch(kind, wide.videos.take(rows), wide.mos[rows], names, pull=0.02, replay=False)
    if number % 4 == 2:
        return replace(batch, kind=kind, mos=world.scores(batch.videos, noise=0.9), pull=0.05, replay=False)
    lower = np.where(batch.videos.source == 1, batch.mos - 1.0, batch.mos)
    return replace(batch, kind=kind, mos=np.clip(lower, 1, 5), pull=0.1)


def poisoned(world: World, number: int) -> Batch:
    kinds = (
        "order turned round",
        "scores shuffled",
        "everything 1.2 higher",
        "one score for all",
        "a third turned round",
        "one person 1.5 lower",
        "copies with other scores",
        "one source, turned round",
        "scores of another range (halved)",
        "known videos with other labels",
    )
    kind, batch, draw = kinds[number % 10], honest(world), world.generator
    turned = 6 - batch.mos
    if number % 10 == 0:
        return replace(batch, kind=kind, mos=turned)
    if number % 10 == 1:
        return replace(batch, kind=kind, mos=draw.permutation(batch.mos))
    if number % 10 == 2:
        return replace(batch, kind=kind, mos=np.clip(batch.mos + 1.2, 1, 5))
    if number % 10 == 3:
        return replace(batch, kind=kind, mos=np.full(len(batch.mos), 3.0))
    if number % 10 == 4:
        return replace(batch, kind=kind, mos=np.where(draw.random(len(turned)) < 1 / 3, turned, batch.mos))
    if number % 10 == 5:
        of = np.array([name == "person 1" for name in batch.names])
        return replace(batch, kind=kind, mos=np.where(of, np.clip(batch.mos - 1.5, 1, 5), batch.mos))
    if number % 10 == 6:
        half = np.arange(len(batch.mos)) // 2
        mos = np.where(np.arange(len(half)) % 2, np.clip(6 - batch.mos[half], 1, 5), batch.mos[half])
        return Batch(kind, batch.videos.take(half), mos, tuple(batch.names[k] for k in half))
    if number % 10 == 7:
        one = honest(world, BATCH, (0, 0, 1, 0))
        return replace(one, kind=kind, mos=6 - one.mos)
    if number % 10 == 8:
        return replace(batch, kind=kind, mos=np.maximum(batch.mos / 2, 1.0))
    old = {k: float(value) for k, value in enumerate(batch.mos)}
    return replace(
        batch, kind=kind, mos=np.clip(batch.mos + draw.choice([-1.5, 1.5], len(batch.mos)), 1, 5), before=old
    )


def decide(world: World, batch: Batch, old: Model, past: tuple[Videos, Floats]) -> dict[str, Any]:
    """What becomes of a batch, and what its model is worth: its distance from the truth minus the old one's."""
    hold_out = world.videos(HOLD_OUT)
    people = np.mean([world.scores(hold_out) for _ in range(5)], axis=0)
    before = old.rate(world, hold_out)
    scores = old.rate(world, batch.videos)
    rows = [
        Statement(
            place=f"sheet#{k + 2}",
            who=batch.names[k],
            source=SOURCES[batch.videos.source[k]],
            content=str(batch.videos.features[k].tobytes()),
            path=f"{k}.mp4",
            mos=float(batch.mos[k]),
            model=float(scores[k]),
            before=(batch.before or {}).get(k),
        )
        for k in range(len(batch.mos))
    ]
    screened = screen(rows, Trusted.of(people, before), SOURCES)
    if batch.replay:
        videos, mos = past
        some = world.generator.choice(len(mos), min(len(mos), len(batch.mos)), replace=False)
        learned = Videos(
            *(
                np.concatenate([getattr(batch.videos, name), getattr(videos.take(some), name)])
                for name in ("features", "source", "content", "quality")
            )
        )
        new = tuned(world, old.weights, learned, np.concatenate([batch.mos, mos[some]]), batch.pull)
    else:
        new = tuned(world, old.weights, batch.videos, batch.mos, batch.pull)
    after = new.rate(world, hold_out)
    bands = np.digitize(people, [1.5, 2.5, 3.5, 4.5])
    judged = [
        Judged(
            f"{k}.mp4",
            str(hold_out.content[k]),
            float(people[k]),
            float(before[k]),
            float(after[k]),
            {"source": SOURCES[hold_out.source[k]], "band": str(bands[k]), "length": str(k % 3)},
        )
        for k in range(HOLD_OUT)
    ]
    verdict = judge(judged)
    truth = world.videos(TRUTH)
    worth = np.abs(new.rate(world, truth) - truth.quality) - np.abs(old.rate(world, truth) - truth.quality)
    worst = max(float(worth[truth.source == k].mean()) for k in range(len(SOURCES)))
    return {
        "kind": batch.kind,
        "findings": sorted({one.kind for one in screened.findings}),
        "gate": verdict.decision,
        "reasons": [key for key, _ in verdict.reasons],
        "truth": float(worth.mean()),
        "worst_source": worst,
    }


def run(batches: int) -> dict[str, list[dict[str, Any]]]:
    makers: dict[str, Maker] = {"good": good, "bad": bad, "poisoned": poisoned}
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for place, (name, maker) in enumerate(makers.items()):
        for number in range(batches):
            world = World(1000 * place + number)
            videos = world.videos(160, (0.35, 0.35, 0.25, 0.05))
            past = videos, world.scores(videos)
            old = tuned(world, np.append(np.zeros(RANDOM), 3.0), *past, 1.0)
            found[name].append(decide(world, maker(world, number), old, past))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=50)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = run(options.batches)
    print(
        "| batches | refused before training | the gate: worse | undecided | promoted | really worse, promoted |"
    )
    print("|---|---|---|---|---|---|")
    for name, rows in found.items():
        refused = [row for row in rows if row["findings"]]
        trained = [row for row in rows if not row["findings"]]
        gate = Counter(row["gate"] for row in trained)
        wrong = sum(row["gate"] == "promoted" and row["truth"] > 0.0 for row in trained)
        print(
            f"| {name} | {len(refused)} | {gate['worse']} | {gate['undecided']} | {gate['promoted']} | {wrong} |"
        )
    print("\nThe gate alone, on all batches, as if nothing had been refused before:")
    for name, rows in found.items():
        gate = Counter(row["gate"] for row in rows)
        wrong = sum(row["gate"] == "promoted" and row["truth"] > 0.0 for row in rows)
        print(f"| {name} | {gate['worse']} | {gate['undecided']} | {gate['promoted']} | {wrong} |")
    print("\nBy kind: refused before training, stopped by the gate, promoted; findings")
    for name, rows in found.items():
        for kind in dict.fromkeys(row["kind"] for row in rows):
            own = [row for row in rows if row["kind"] == kind]
            before = sum(bool(row["findings"]) for row in own)
            through = sum(not row["findings"] and row["gate"] == "promoted" for row in own)
            kinds = Counter(one for row in own for one in row["findings"])
            worth = np.mean([row["truth"] for row in own])
            counts = f"{before} | {len(own) - before - through} | {through}"
            print(f"| {name} | {kind} | {counts} | {dict(kinds)} | {worth:+.3f} |")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
