"""The figures of the card, on answers whose quality is known."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from xl_vqa.labels import Scale
from xl_vqa.rating import LabelDistribution
from xl_vqa.training import starter_card, starter_figure, starter_report
from xl_vqa.training.clips import Clip

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
    found = starter_report.evaluate(CLIPS, [answer(c.mos) for c in CLIPS])
    assert found["srcc"] == pytest.approx(1)
    assert found["rmse"] == pytest.approx(0, abs=1e-9)
    assert found["clean_above"] == found["clean_above_severe"] == found["severity_order"] == 1
    assert (found["n"], found["contents"], found["by_defect"]["blur"]["n"]) == (12, 2, 10)


def test_upside_down_answers() -> None:
    found = starter_report.evaluate(CLIPS, [answer(6.0 - c.mos) for c in CLIPS])
    assert found["srcc"] == pytest.approx(-1)
    assert found["clean_above"] == found["severity_order"] == 0


def test_one_answer_for_all_earns_nothing() -> None:
    found = starter_report.evaluate(CLIPS, [answer(3.0)] * len(CLIPS))
    assert found["srcc"] == found["plcc"] == found["clean_above"] == found["severity_order"] == 0
    assert found["predicted_spread"] == 0


def test_ties_share_their_rank() -> None:
    assert starter_report.ranks([3.0, 1.0, 3.0]).tolist() == [2.5, 1.0, 2.5]


def test_as_many_answers_as_clips() -> None:
    with pytest.raises(ValueError, match="1 answers for 12 clips"):
        starter_report.evaluate(CLIPS, [answer(3.0)])


def test_calibration_compares_alike_answers_with_their_labels() -> None:
    found = starter_report.evaluate(CLIPS, [answer(1.0 if c.severity == 5 else 4.4) for c in CLIPS])
    low, high = found["calibration"]
    assert (low["n"], high["n"]) == (2, 10)
    assert low["predicted"] == low["mos"] == pytest.approx(1.0)
    assert high["mos"] == pytest.approx(3.4)


def test_oracles_know_the_severity() -> None:
    oracles = starter_report.evaluate(CLIPS, [answer(3.0)] * len(CLIPS))["srcc_of_oracles"]
    assert oracles["severity"] == pytest.approx(1)
    assert 0 < oracles["defect"] < 1


def test_clean_above_is_told_by_severity() -> None:
    # mild damage is overlooked, severe damage seen
    found = starter_report.evaluate(CLIPS, [answer(5.0 if c.severity < 4 else 2.0) for c in CLIPS])
    assert found["clean_above_by_severity"] == {"1": 0, "2": 0, "3": 0, "4": 1, "5": 1}


def facts() -> dict[str, object]:
    names = ("parameters", "trained", "frames", "max_pixels", "train_clips", "train_contents", "planned_contents")
    return {**dict.fromkeys(names, 8), "megabytes": 6.5, "minutes": 12.0, "cores": 2, "reused": "(from nothing)"}


def test_the_card_holds_the_figures_and_the_licences(tmp_path: Path) -> None:
    found = starter_report.evaluate(CLIPS, [answer(c.mos) for c in CLIPS])
    worse = starter_report.evaluate(CLIPS, [answer(6 - c.mos) for c in CLIPS])
    credits = starter_report.credits(CLIPS, {name: ("Anna", "CC-BY-4.0", name) for name in ("a", "b")})
    assert credits == [("package", "CC-BY-4.0", "Anna", 2)]
    moved = {"axis": "size", "content": "a", "copy": "clean", "mos": {"360p": 4.0, "720p": 4.25}}
    measured = {"test": found, "unseen": worse, "invariance": [moved]}
    starter_card.write_card(tmp_path / "README.md", measured, credits, facts())
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| SRCC | 1.000 | -1.000 | n/a | 0.85 |" in text
    assert "| blur | 10 | 1.00 | 100.0% | 0.0% | VMAF |" in text
    assert "| size | a | clean | 360p 4.00, 720p 4.25 | 0.25 |" in text
    assert "| package | CC-BY-4.0 | 2 | Anna |" in text
    assert "All reach it." in text
    assert "{" not in text


def test_the_figure_is_well_formed_and_has_a_bar_per_defect_and_split(tmp_path: Path) -> None:
    found = starter_report.evaluate(CLIPS, [answer(c.mos) for c in CLIPS])
    starter_figure.write_figure(tmp_path / "figure.svg", {"test": found, "unseen": found, "facts": {}})
    root = ElementTree.parse(tmp_path / "figure.svg").getroot()
    bars = [node for node in root.iter("{http://www.w3.org/2000/svg}rect") if node.get("height") == "7"]
    assert [bar.get("width") for bar in bars] == ["420.0", "420.0"]
    assert "blur" in {node.text for node in root.iter("{http://www.w3.org/2000/svg}text")}
