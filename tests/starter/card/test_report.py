"""The figures of the card, on answers whose quality is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from starter.card import report
from starter.clips.clips import Clip
from starter.clips.defects import UNSEEN_DEFECTS
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution

SCALE = Scale()


def clip(content: str, defect: str, severity: int, mos: float) -> Clip:
    return Clip(f"{content}.mp4", content, content, "package", "test", defect, severity, mos, None, 64, 48, 25.0)


def answer(mos: float) -> LabelDistribution:
    label = SCALE.to_label(mos)
    return LabelDistribution(SCALE, tuple(float(k == label) for k in SCALE.labels), 0.001)


CLIPS = [
    clip(name, defect, severity, 5.0 - 0.8 * severity)
    for name in ("a", "b")
    for defect, severity in (("clean", 0), *(("blur", s) for s in range(1, 6)))
]


def test_perfect_answers() -> None:
    found = report.evaluate(CLIPS, [answer(c.mos) for c in CLIPS])
    assert found["srcc"] == pytest.approx(1)
    assert found["rmse"] == pytest.approx(0, abs=1e-9)
    assert found["clean_above"] == found["clean_above_severe"] == found["severity_order"] == 1
    assert (found["n"], found["contents"], found["by_defect"]["blur"]["n"]) == (12, 2, 10)


def test_upside_down_answers() -> None:
    found = report.evaluate(CLIPS, [answer(6.0 - c.mos) for c in CLIPS])
    assert found["srcc"] == pytest.approx(-1)
    assert found["clean_above"] == found["severity_order"] == 0


def test_a_content_may_have_several_clean_copies() -> None:
    both = [*CLIPS, replace(CLIPS[0], name="r-clean0"), replace(CLIPS[6], name="r-clean0")]
    scores = [c.mos for c in CLIPS] + [1.0, 5.0]
    found = report.order(report.table_of(both, scores))
    # the clean copies of "a" got 5 and 1: its two mildest blurs lie above their mean
    assert found["clean_above"] == pytest.approx(8 / 10)


def test_one_answer_for_all_earns_nothing() -> None:
    found = report.evaluate(CLIPS, [answer(3.0)] * len(CLIPS))
    assert found["srcc"] == found["plcc"] == found["clean_above"] == found["severity_order"] == 0
    assert found["predicted_spread"] == 0


def test_as_many_answers_as_clips() -> None:
    with pytest.raises(ValueError, match="1 answers for 12 clips"):
        report.evaluate(CLIPS, [answer(3.0)])


def test_calibration_compares_alike_answers_with_their_labels() -> None:
    found = report.evaluate(CLIPS, [answer(1.0 if c.severity == 5 else 4.4) for c in CLIPS])
    low, high = found["calibration"]
    assert (low["n"], high["n"]) == (2, 10)
    assert low["predicted"] == low["mos"] == pytest.approx(1.0)
    assert high["mos"] == pytest.approx(3.4)


def test_oracles_know_the_severity() -> None:
    oracles = report.evaluate(CLIPS, [answer(3.0)] * len(CLIPS))["srcc_of_oracles"]
    assert oracles["severity"] == pytest.approx(1)
    assert 0 < oracles["defect"] < 1


def test_clean_above_is_told_by_severity() -> None:
    # mild damage is overlooked, severe damage seen
    found = report.evaluate(CLIPS, [answer(5.0 if c.severity < 4 else 2.0) for c in CLIPS])
    assert found["clean_above_by_severity"] == {"1": 0, "2": 0, "3": 0, "4": 1, "5": 1}


def test_copies_of_one_label_have_no_order_to_get_right() -> None:
    # a freeze of a still scene is no worse than the scene: rating it as high, or higher, is no fault
    still = [clip("a", "freeze", severity, 5.0 - 0.01 * severity) for severity in (1, 2)]
    clips = [*CLIPS, *still]
    found = report.evaluate(clips, [*(answer(c.mos) for c in CLIPS), answer(5.0), answer(5.0)])
    assert (found["clean_above"], found["alike"]) == (1, 2)
    assert found["by_defect"]["freeze"]["clean_above"] is None
    # but a difference that the label knows counts
    worse = [*CLIPS, clip("a", "freeze", 3, 4.9)]
    found = report.evaluate(worse, [*(answer(c.mos) for c in CLIPS), answer(5.0)])
    assert (found["clean_above"], found["alike"]) == (10 / 11, 0)


def test_a_severer_copy_that_is_labelled_better_is_not_asked_for() -> None:
    clips = [clip("a", "clean", 0, 5.0), clip("a", "freeze", 1, 3.0), clip("a", "freeze", 2, 3.5)]
    found = report.evaluate(clips, [answer(c.mos) for c in clips])
    assert found["severity_order"] is None


def many(contents: int = 20, seed: int = 0) -> tuple[list[Clip], list[LabelDistribution]]:
    rng = np.random.default_rng(seed)
    clips = [
        replace(one, content=f"c{i}", group=f"g{i // 2}", mos=float(np.clip(one.mos + rng.normal(0, 0.3), 1, 5)))
        for i in range(contents)
        for one in CLIPS[:6]
    ]
    return clips, [answer(float(np.clip(c.mos + rng.normal(0, 0.7), 1, 5))) for c in clips]


def test_the_correlations_are_scipys_and_lie_in_their_intervals() -> None:
    clips, answers = many(40)
    found = report.evaluate(clips, answers)
    scores, mos = report.scores_of(answers), np.array([c.mos for c in clips])
    assert found["srcc"] == pytest.approx(stats.spearmanr(scores, mos).statistic)
    assert found["plcc"] == pytest.approx(stats.pearsonr(scores, mos).statistic)
    assert found["within_half_mos"] == pytest.approx((np.abs(scores - mos) <= 0.5 + 1e-9).mean())
    for name in ("srcc", "plcc", "rmse"):
        low, high = found[f"{name}_ci95"]
        assert low < found[name] < high
        assert high - low < 0.3


def test_too_few_photographs_have_no_interval() -> None:
    # 18 contents, but two of each photograph: nine things to draw
    found = report.evaluate(*many(18))
    assert found["contents"] == 18
    assert found["srcc_ci95"] is found["rmse_ci95"] is None


def test_whole_photographs_are_drawn_not_clips() -> None:
    # 12 photographs, each with an offset of its own: clips of one photograph tell little more than one clip
    rng = np.random.default_rng(4)
    clips, answers = [], []
    for i, level in enumerate(rng.uniform(1, 5, 12)):
        for k in range(20):
            clips.append(replace(clip(f"{i}.{k}", "blur", 3, float(level)), group=f"g{i}"))
            answers.append(answer(float(np.clip(level + (1.5 if i % 2 else -1.5), 1, 5))))
    low, high = report.evaluate(clips, answers)["srcc_ci95"]
    single = [replace(c, group=c.content) for c in clips]
    narrow = report.evaluate(single, answers)["srcc_ci95"]
    assert high - low > 2 * (narrow[1] - narrow[0])


def test_untaught_defects_have_a_table_of_their_own() -> None:
    novel = UNSEEN_DEFECTS[0]
    clips = [*CLIPS, *(replace(c, defect=novel) for c in CLIPS if c.severity)]
    found = report.evaluate(clips, [answer(c.mos if c.defect != novel else 6 - c.mos) for c in clips])
    assert set(found["by_defect"]) == {"blur"}
    assert set(found["by_unseen_defect"]) == {novel}
    assert found["by_defect"]["blur"]["srcc"] == pytest.approx(1)
    assert found["unseen_defects"]["srcc"] == pytest.approx(-1)
    assert found["unseen_defects"]["n"] == 10
    assert report.evaluate(CLIPS, [answer(3.0)] * 12)["unseen_defects"] is None


def test_a_defect_says_where_its_labels_come_from() -> None:
    judged = [replace(c, vmaf=50.0) if c.content == "a" else c for c in CLIPS]
    answers = [answer(c.mos) for c in CLIPS]
    assert report.evaluate(CLIPS, answers)["by_defect"]["blur"]["label"] == "table"
    assert report.evaluate(judged, answers)["by_defect"]["blur"]["label"] == "both"
    whole = [replace(c, vmaf=50.0) for c in CLIPS]
    assert report.evaluate(whole, answers)["by_defect"]["blur"]["label"] == "VMAF"


def test_severities_that_look_alike_have_no_order_to_get_right() -> None:
    # a freeze of a still scene: nothing to see at any severity, but at the last one
    flat = [replace(c, mos=5.0) if c.severity < 5 else c for c in CLIPS]
    found = report.evaluate(flat, [answer(c.mos) for c in flat])
    assert found["severity_order"] == 1
    blind = report.evaluate([replace(c, mos=5.0) for c in CLIPS], [answer(3.0)] * 12)
    assert blind["severity_order"] is None


def test_sizes_and_frame_rates_are_told_apart() -> None:
    clips = [replace(c, fps=60.0, width=1280, height=720) if c.content == "b" else c for c in CLIPS]
    found = report.evaluate(clips, [answer(c.mos if c.content == "a" else 3.0) for c in clips])
    assert found["by_fps"] == {"25": {"n": 6, "srcc": pytest.approx(1)}, "60": {"n": 6, "srcc": 0}}
    assert set(found["by_size"]) == {"64x48", "1280x720"}


def test_credits_count_photographs_by_licence() -> None:
    credits = report.credits(CLIPS, {name: ("Anna", "CC-BY-4.0", name) for name in ("a", "b")})
    assert credits == [("package", "CC-BY-4.0", "Anna", 2)]


def test_credits_of_two_lessons_name_everybody_once() -> None:
    first = [["a", "CC0-1.0", "Ann; Bob", 5], ["b", "CC-BY-4.0", "Cy", 2]]
    later = [("a", "CC0-1.0", "Bob; Dan", 3), ("c", "CC0-1.0", "Eve", 1)]
    assert report.joined_credits(first, later) == [
        ("a", "CC0-1.0", "Ann; Bob; Dan", 5),
        ("b", "CC-BY-4.0", "Cy", 2),
        ("c", "CC0-1.0", "Eve", 1),
    ]
