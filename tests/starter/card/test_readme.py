"""The card and its figures show what the evaluation holds, whatever of it is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from starter.card import baseline_report, figure, readme, report
from starter.card import evaluation as measuring
from starter.card import tables as tables
from starter.clips.clips import Clip
from starter.clips.contents import Content
from starter.clips.defects import UNSEEN_DEFECTS
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution

SCALE = Scale()
SVG = "{http://www.w3.org/2000/svg}"


def clip(content: str, defect: str, severity: int, mos: float) -> Clip:
    vmaf = 60.0 if defect == "blur" else None
    return Clip("x.mp4", content, content, "package", "test", defect, severity, mos, vmaf, 64, 48, 25.0)


def answer(mos: float) -> LabelDistribution:
    label = SCALE.to_label(mos)
    return LabelDistribution(SCALE, tuple(float(k == label) for k in SCALE.labels), 0.001)


def clips(*defects: str) -> list[Clip]:
    return [
        clip(name, defect, severity, 5.0 - 0.8 * severity)
        for name in "abcdefghijkl"
        for defect, severity in (("clean", 0), *((defect, s) for defect in defects for s in range(1, 6)))
    ]


BLURRED = clips("blur")
GOOD = report.evaluate(BLURRED, [answer(c.mos) for c in BLURRED])
BAD = report.evaluate(BLURRED, [answer(6 - c.mos) for c in BLURRED])
MOVED = [
    {"axis": "size", "content": "a", "copy": "clean", "mos": {"720p": 4.0, "360p": 4.25}},
    {"axis": "size", "content": "b", "copy": "blurred", "mos": {"720p": 2.0, "144p": 3.0}},
]


def facts(**more: Any) -> dict[str, Any]:
    numbers = "parameters trained frames window max_pixels train_clips train_forms train_long train_contents"
    numbers += " planned_contents"
    known = {"minutes": 12.0, "cores": 2, "reused": "(from nothing)"}
    return {**dict.fromkeys(numbers.split(), 8), **known, **more}


def card(folder: Path, evaluation: dict[str, Any], **more: Any) -> str:
    readme.write_card(folder / "README.md", evaluation, [("package", "CC-BY-4.0", "Anna", 2)], facts(**more))
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "{" not in text
    assert "None" not in text.replace("None.", "")
    return text


def test_the_card_counts_the_files_that_lie_beside_it_when_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(bytes(2_000_000))
    first = card(tmp_path, {"test": GOOD})
    assert "| files in all | 2.0 MB |" in first
    (tmp_path / "familiarity.safetensors").write_bytes(bytes(1_300_000))
    assert "| files in all | 3.3 MB |" in card(tmp_path, {"test": GOOD})


def test_the_card_holds_the_figures_and_the_licences(tmp_path: Path) -> None:
    text = card(tmp_path, {"test": GOOD, "unseen": BAD, "held_out": GOOD, "invariance": MOVED})
    assert "| SRCC | 1.000 | -1.000 | n/a | n/a | 0.85 |" in text
    assert "| 95% interval | 1.00 to 1.00 | -1.00 to -1.00 | n/a | n/a |  |" in text
    assert "| blur | 60 | 1.00 | 1.00 to 1.00 | n/a | n/a | 100.0% | 0.0% | VMAF |" in text
    assert "| size | 720p, 360p, 144p | 0.62 | 1.00 | b, blurred |" in text
    assert "| size | a | clean | 720p 4.00, 360p 4.25 | 0.25 |" in text
    assert "| package | CC-BY-4.0 | 2 | Anna |" in text
    assert "All reach it." in text
    assert "4 files of 2 photographs" in text
    assert "- Ranked worst: blur (SRCC 1.00)." in text
    assert "moved by up to 1.00 MOS with its size" in text


def test_the_card_of_a_model_with_one_split_only(tmp_path: Path) -> None:
    text = card(tmp_path, {"test": BAD})
    assert "Below it: blur." in text
    assert "Not measured." in text
    assert "moves the score was not measured" in text
    assert "No clip with such a defect was measured." in text
    assert "Other seeds" not in text


def test_untaught_defects_are_measured_against_their_own_target(tmp_path: Path) -> None:
    novel = UNSEEN_DEFECTS[0]
    both = clips("blur", novel)
    found = report.evaluate(both, [answer(6 - c.mos if c.defect == novel else c.mos) for c in both])
    text = card(tmp_path, {"test": found})
    own = text[text.index("never taught") : text.index("### Calibration")]
    assert f"Below it: {novel}." in own
    assert "SRCC over all 60 clips with one of them: -1.00 (target 0.65" in own
    assert "blur" not in own
    assert "All reach it." in text[: text.index("never taught")]


def test_people_stand_first(tmp_path: Path) -> None:
    cells = {
        **dict.fromkeys(("srcc", "plcc", "clip_srcc", "label_srcc", "mean_clean"), 0.9),
        **{"rmse": 0.25, "above": 0.4, "above_of": "jpeg", "n": 60, "contents": 4, "cells": 15},
        **dict.fromkeys(("clean_above", "clean_above_severe", "severity_order"), 1.0),
        "by_defect": {"jpeg": {"levels": [1, 2], "score": [4.0, 3.0], "people": [4.3, 3.1], "srcc": 0.8}},
    }
    looks = {"looks": {"plain": 47.0, "cuts": 45.0}, "near": 1.0, "time": 0.5, "noise": None, "contents": 4}
    found = {
        "asked_people": {"starter": cells, "before": {**cells, "rmse": 1.36}, "niqe": cells},
        "purpose_people": {"starter": looks, "before": looks},
        "by_origin": {"people": {"n": 60, "srcc": 0.9, "rmse": 0.3}},
    }
    text = card(tmp_path, {"test": GOOD, **found})
    assert "60 clips of 4 photographs that training never saw show 15 cells" in text
    assert "| the starter before | 0.90 | 0.90 | 1.36 |" in text
    assert "| jpeg | 4.3, 3.1 | 4.0, 3.0 | 4.0, 3.0 | 0.80 | 0.80 |" in text
    assert "| cuts | 45 | 45 |" in text
    assert "| people's means of that defect and level | 60 | 0.90 | 0.30 |" in text
    alone = card(tmp_path, {"test": GOOD})
    assert "show 15 cells" not in alone
    assert alone.count("Not measured.") == 4
    assert "before labels stood on people" in alone
    assert "before labels stood on people" not in card(tmp_path, {"test": GOOD}, labels="people")


def test_what_was_taught_later_is_told(tmp_path: Path) -> None:
    later = {
        "clips": 660,
        "contents": 90,
        "pictures": 40,
        "epochs": 20,
        "people": 300,
        "vmaf": 260,
        "table": 100,
        "kept": 0.5,
    }
    text = card(tmp_path, {"test": GOOD}, further=later)
    assert "| then taught further on | 660 clips of 90 contents and 40 pictures, 20 epochs |" in text
    assert "| 300 from people, 260 from VMAF or undamaged, 100 from tables |" in text
    assert "| the weights that ship | 50% of those before that lesson, the rest those after that lesson |" in text
    alone = card(tmp_path, {"test": GOOD}, further={**later, "kept": 0.0, "runs": 3})
    assert "| the weights that ship | the mean of 3 runs of that lesson |" in alone
    opinion = {"clips": 800, "contents": 120, "pictures": 60}
    told = "the score's first opinion, taught anew on | 800 clips of 120 contents and 60 pictures |"
    assert told in card(tmp_path, {"test": GOOD}, further=later, opinion=opinion)
    assert "first opinion, taught" not in text
    assert "older labels" in text
    assert "older labels" not in card(tmp_path, {"test": GOOD})


def test_the_starter_before_stands_beside_this_one(tmp_path: Path) -> None:
    before = {"test": BAD, "unseen": GOOD, "invariance": [{**MOVED[0], "mos": {"720p": 4.0, "360p": 4.75}}]}
    text = card(tmp_path, {"test": GOOD, "unseen": BAD, "invariance": MOVED, "before": before})
    head = "|  | unseen contents, before | unseen contents, now | unseen sources, before | unseen sources, now |"
    assert head in text
    assert "| SRCC | -1.000 | 1.000 | 1.000 | -1.000 |" in text
    assert "| another size: mean movement, MOS | 0.75 | 0.62 |  |  |" in text
    assert "Beside the starter before" not in card(tmp_path, {"test": GOOD})


def test_which_contents_are_measured_is_told(tmp_path: Path) -> None:
    text = card(tmp_path, {"test": GOOD, "every": {"test": 2, "unseen": 1, "asked": 4}})
    told = "every second of the unseen contents, every 4th of the pictures with people's defects, in the order"
    assert told in " ".join(text.split())
    assert "Measured is every" not in card(tmp_path, {"test": GOOD})


def test_every_so_manyth_content_is_measured_and_all_looks_of_a_picture() -> None:
    def content(name: str, split: str, group: str = "") -> Content:
        return Content(name, group or name, "package", split, "Ann", "CC0-1.0", "x.png", 64, 48, 25.0)

    scenes = [content(f"p{i}#0", "test") for i in (4, 0, 3, 1, 2)]
    scenes += [content(f"p{i}#look-{look}", "purpose", f"p{i}") for i in range(3) for look in ("fog", "cuts")]
    scenes += [content(f"p{i}#0", "train") for i in (5, 6)]
    chosen = measuring.measured_on(scenes, {"test": 2, "purpose": 2})
    assert chosen == {
        *("p0#0", "p2#0", "p4#0"),
        *("p0#look-fog", "p0#look-cuts", "p2#look-fog", "p2#look-cuts"),
        *("p5#0", "p6#0"),
    }
    # in any order
    assert measuring.measured_on(scenes[::-1], {"test": 2, "purpose": 2}) == chosen


def test_baselines_stand_beside_the_starter(tmp_path: Path) -> None:
    scores = {
        "starter": report.scores_of([answer(c.mos) for c in BLURRED]),
        "brisque": report.scores_of([answer(3.0) for c in BLURRED]),
        "niqe": -report.scores_of([answer(c.mos) for c in BLURRED]),
    }
    splits = {"test": baseline_report.compare(BLURRED, scores)}
    splits["held_out"] = splits["test"]
    known = {"taught": 1500, "pristine": 265, "parameters": {"C": 2.0, "gamma": 0.4}, "pictures": 2}
    text = card(tmp_path, {"test": GOOD, "held_out": GOOD, "baselines": {"facts": known, "splits": splits}})
    assert "learned 1,500 of the same training clips" in text
    assert "C = 2, gamma = 0.4" in text
    assert "| unseen contents | **starter** | 72 | 1.000 | 1.00 to 1.00 |  | 100.0% | 100.0% | 100.0% |" in text
    assert "| unseen contents | NIQE, fitted here | 72 | -1.000 |" in text
    assert "| unseen contents, all with VMAF | VMAF, sees the reference | 60 |" in text
    assert "| blur | 60 | 1.00 | 1.00 to 1.00 | 0.00 | -1.00 |" in text


def test_seeds_are_shown_with_their_spread(tmp_path: Path) -> None:
    seeds = [
        {"seed": 1, "validation_srcc": 0.8, "test": {"srcc": 0.7, "clean_above": 0.9}, "unseen": {"srcc": 0.6}},
        {"seed": 2, "validation_srcc": 0.9, "test": {"srcc": 0.8, "clean_above": 0.9}},
    ]
    text = card(tmp_path, {"test": GOOD}, seeds=seeds)
    assert "| 1 | 0.800 | 0.700 | 0.900 | 0.600 | n/a |" in text
    assert "| mean ± SD | 0.850 ± 0.071 | 0.750 ± 0.071 | 0.900 ± 0.000 | 0.600 ± 0.000 | n/a |" in text


def test_sizes_are_listed_from_small_to_large() -> None:
    rows = {name: {"n": 1, "srcc": 0.5} for name in ("1280x720", "202x360", "480x270")}
    lines = tables.slices_table({"test": {"by_size": rows}}, "by_size", "size").splitlines()[2:]
    assert [line.split(" | ")[0] for line in lines] == ["| 202x360", "| 480x270", "| 1280x720"]


def test_an_empty_table_says_so() -> None:
    assert tables.table(["a"], []) == "None."


def test_the_figure_is_well_formed_and_has_a_bar_per_defect_and_split(tmp_path: Path) -> None:
    figure.write_figure(tmp_path / "figure.svg", {"test": GOOD, "unseen": GOOD, "facts": {}})
    root = ElementTree.parse(tmp_path / "figure.svg").getroot()
    # the ground of the whole picture is a rectangle too
    _, *bars = root.iter(f"{SVG}rect")
    widths = [float(bar.get("width", "")) for bar in bars]
    assert len(widths) == 2
    assert widths[0] == widths[1] > 400
    assert "blur" in {node.text for node in root.iter(f"{SVG}text")}


@pytest.mark.parametrize("splits", [("test",), ("test", "unseen")])
def test_the_scatter_has_a_dot_per_clip(tmp_path: Path, splits: tuple[str, ...]) -> None:
    points = {split: [(1.0, 5.0), (3.0, 3.0), (5.0, 1.0)] for split in splits}
    figure.write_scatter(tmp_path / "scatter.svg", points)
    root = ElementTree.parse(tmp_path / "scatter.svg").getroot()
    dots = list(root.iter(f"{SVG}circle"))
    assert len(dots) == 3 * len(splits)
    first, middle, last = (float(dot.get("cx", "")) for dot in dots[:3])
    assert first < middle < last
    heights = [float(dot.get("cy", "")) for dot in dots[:3]]
    # a high MOS is at the top
    assert heights[0] < heights[1] < heights[2]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    kept = {"facts": facts(), "credits": [["package", "CC-BY-4.0", "Anna", 2]], "history": [], "old": 1}
    points = {"test": [(4.0, 4.5)]}
    measuring.write(tmp_path, {"test": GOOD}, kept, points)
    stored = json.loads((tmp_path / "evaluation.json").read_text(encoding="utf-8"))
    assert stored["test"]["srcc"] == pytest.approx(1)
    assert stored["old"] == 1
    assert {path.name for path in tmp_path.iterdir()} == {
        "README.md",
        "clean_above.svg",
        "evaluation.json",
        "scatter.svg",
    }


def test_every_held_out_clip_is_listed_with_all_raters(tmp_path: Path) -> None:
    answers = [answer(c.mos) for c in BLURRED]
    values = report.scores_of(answers)
    scores = {"test": {"starter": values, "brisque": values - 1, "niqe": -values}}
    measuring.write_clips(tmp_path / "clips.csv", {"test": (BLURRED, answers)}, scores)
    table = pd.read_csv(tmp_path / "clips.csv")
    assert len(table) == len(BLURRED)
    assert table.starter.tolist() == pytest.approx(values.tolist())
    assert table.brisque.tolist() == pytest.approx((values - 1).tolist())
    assert "path" not in table
