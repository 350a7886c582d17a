"""The gate: better passes, worse anywhere by more than the margin does not, too few is undecided."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scipy import stats

from xl_vqa.learning.gate import EQUAL, FEWEST, Judged, Verdict, judge


def hold_out(
    new: Callable[[int, float, float, np.random.Generator], float],
    *,
    count: int = 120,
    contents: int | None = None,
    seed: int = 0,
) -> list[Judged]:
    """``new`` gives the new model's score from the place, people's MOS and the old model's."""
    draw = np.random.default_rng(seed)
    rows = []
    for k in range(count):
        mos = float(draw.uniform(1, 5))
        old = float(np.clip(mos + draw.normal() * 0.4, 1, 5))
        parts = {"source": f"s{k % 4}", "length": "short" if k % 3 else "long"}
        content = str(k % contents if contents else k)
        rows.append(Judged(f"{k}.mp4", content, mos, old, float(np.clip(new(k, mos, old, draw), 1, 5)), parts))
    return rows


def keys(found: Verdict) -> list[str]:
    return [key for key, _ in found.reasons]


def test_a_better_model_is_promoted() -> None:
    found = judge(hold_out(lambda k, mos, old, draw: mos + 0.5 * (old - mos)))
    assert (found.decision, found.reasons) == ("promoted", ())
    assert found.whole.change < -0.05
    assert found.whole.new == pytest.approx(found.whole.old + found.whole.change)
    assert found.order_new is not None
    assert found.order_old is not None
    assert found.order_new > found.order_old


def test_the_same_model_is_promoted_and_a_worse_one_is_not() -> None:
    assert judge(hold_out(lambda k, mos, old, draw: old)).decision == "promoted"
    found = judge(hold_out(lambda k, mos, old, draw: mos + 1.6 * (old - mos)))
    assert (found.decision, keys(found)[0]) == ("worse", "gate_worse")


def test_better_overall_and_worse_in_one_part_is_named() -> None:
    def new(k: int, mos: float, old: float, draw: np.random.Generator) -> float:
        return mos + 2.2 * (old - mos) if k % 4 == 2 else mos + 0.3 * (old - mos)

    found = judge(hold_out(new))
    assert found.whole.change < 0
    assert (found.decision, keys(found)) == ("worse", ["gate_part_worse"])
    assert found.reasons[0][1]["part"] == "source: s2"
    assert [part.value for part in found.parts if part.worse] == ["s2"]


def test_a_part_worse_within_the_margin_passes() -> None:
    def new(k: int, mos: float, old: float, draw: np.random.Generator) -> float:
        away = 1.0 if old >= mos else -1.0
        return old + 0.05 * away if k % 4 == 2 else mos + 0.5 * (old - mos)

    assert judge(hold_out(new)).decision == "promoted"
    assert judge(hold_out(new), margin=0.01).decision == "worse"


def test_order_that_is_lost() -> None:
    # as near as before in the mean, and the best no more told from the good
    found = judge(hold_out(lambda k, mos, old, draw: 3.0, count=200))
    assert found.decision == "worse"
    assert found.order_new is None


def test_few_contents_are_undecided_however_many_videos() -> None:
    found = judge(hold_out(lambda k, mos, old, draw: mos, contents=10))
    assert (found.decision, keys(found)) == ("undecided", ["gate_few"])
    assert found.whole.videos == 120
    assert found.whole.contents == 10


def test_a_part_of_few_contents_is_named_and_not_judged() -> None:
    rows = hold_out(lambda k, mos, old, draw: mos)
    rare = [
        Judged(row.path, row.content, row.mos, row.old, row.new, {"source": "rare" if k < 3 else "usual"})
        for k, row in enumerate(rows)
    ]
    found = judge(rare)
    part = next(part for part in found.parts if part.value == "rare")
    assert part.contents < FEWEST
    assert (part.p, part.worse) == (None, False)


def test_noise_around_no_change_is_undecided_or_equal_never_better_than_it_is() -> None:
    found = judge(hold_out(lambda k, mos, old, draw: old + draw.normal() * 0.9, count=24))
    assert found.decision != "promoted"


def test_versions_of_a_content_are_drawn_together() -> None:
    # 24 contents of 5 alike versions prove no more than 24 videos
    many = [
        Judged(f"{k}-{j}.mp4", str(k), row.mos, row.old, row.new, row.parts)
        for k, row in enumerate(hold_out(lambda k, mos, old, draw: old + draw.normal() * 0.2, count=24))
        for j in range(5)
    ]
    single = judge([row for row in many if "-0." in row.path])
    found = judge(many)
    assert found.whole.low == pytest.approx(single.whole.low, abs=0.01)
    assert found.whole.high == pytest.approx(single.whole.high, abs=0.01)


def test_the_chance_is_that_of_a_paired_test() -> None:
    rows = hold_out(lambda k, mos, old, draw: old + draw.normal() * 0.25, count=200, seed=4)
    found = judge(rows)
    part = next(part for part in found.parts if part.value == "s1")
    inside = [row for row in rows if row.parts["source"] == "s1"]
    changes = [abs(row.new - row.mos) - abs(row.old - row.mos) for row in inside]
    low, high = stats.t.interval(0.9, len(changes) - 1, np.mean(changes), stats.sem(changes))
    assert part.change == pytest.approx(np.mean(changes))
    assert part.low == pytest.approx(low, abs=0.02)
    assert part.high == pytest.approx(high, abs=0.02)


def test_false_blocks_over_many_parts_are_rare() -> None:
    blocked = 0
    for seed in range(100):
        draw = np.random.default_rng(seed)
        rows = hold_out(lambda k, mos, old, draw: mos + 0.97 * (old - mos) + draw.normal() * 0.15, seed=seed)
        names = [{f"p{j}": str(draw.integers(0, 4)) for j in range(5)} for _ in rows]
        mixed = [
            Judged(r.path, r.content, r.mos, r.old, r.new, parts) for r, parts in zip(rows, names, strict=True)
        ]
        blocked += "gate_part_worse" in keys(judge(mixed, resamples=1000, margin=0.0))
    # 20 parts of each of 100 runs
    assert blocked <= 20


@given(st.integers(0, 10_000), st.floats(-0.3, 0.3))
@examples(max_examples=25)
def test_laws(seed: int, more: float) -> None:
    rows = hold_out(lambda k, mos, old, draw: old + more * draw.random(), count=40, seed=seed)
    found = judge(rows, resamples=300)
    shuffled = judge(rows[::-1], resamples=300)
    assert found.whole.change == pytest.approx(shuffled.whole.change)
    if found.decision == "promoted":
        assert found.whole.change <= EQUAL
        assert not any(part.worse for part in found.parts)
    assert (found.decision == "promoted") == (found.reasons == ())
    for part in found.parts:
        assert part.change == pytest.approx(part.new - part.old)


def test_nothing_to_judge_by() -> None:
    with pytest.raises(ValueError, match="needs videos"):
        judge([])
