"""The starter against people: cells, looks and origins, on answers whose quality is known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from starter.card import baseline_report, evaluation, people, tables
from starter.clips import human_opinion, purpose
from starter.clips.clips import Clip
from starter.clips.plans import HELD_CELLS
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution


def clip(content: str, defect: str, severity: int, mos: float, origin: str = "people") -> Clip:
    place = f"{content}.mp4", content, content.partition("#")[0], "package", "asked"
    return Clip(*place, defect, severity, mos, None, 64, 48, 25.0, origin=origin)


def asked(photos: int = 3) -> list[Clip]:
    found = []
    for number in range(photos):
        content = f"package/photo{number}#asked"
        found.append(clip(content, "clean", 0, 4.75))
        for name in HELD_CELLS:
            means, _ = human_opinion.stills()[name]
            found += [clip(content, name, level, mean) for level, mean in enumerate(means, start=1)]
    return found


ASKED = asked()


def test_who_answers_as_people_do_gets_everything() -> None:
    found = people.cells(ASKED, [c.mos for c in ASKED])
    assert (found["n"], found["contents"], found["cells"]) == (3 * 5 * len(HELD_CELLS), 3, 5 * len(HELD_CELLS))
    assert [found[name] for name in ("srcc", "plcc", "clip_srcc")] == pytest.approx([1, 1, 1])
    assert found["rmse"] == pytest.approx(0, abs=1e-9)
    assert found["above"] == pytest.approx(0, abs=1e-9)
    assert found["clean_above"] == 1
    row = found["by_defect"]["white_noise"]
    assert row["score"] == pytest.approx([3.89, 3.39, 3.05, 2.71, 2.3])
    assert row["people"] == [3.89, 3.39, 3.05, 2.71, 2.3]
    assert row["srcc"] == pytest.approx(1)


def test_who_does_not_mind_noise_is_told_so() -> None:
    scores = [4.2 if c.defect == "white_noise" else c.mos for c in ASKED]
    found = people.cells(ASKED, scores)
    assert found["above_of"] == "white_noise"
    assert found["above"] == pytest.approx(4.2 - 2.3)
    assert 0 < found["srcc"] < 1
    assert found["by_defect"]["white_noise"]["srcc"] == 0
    assert found["by_defect"]["jpeg"]["srcc"] == pytest.approx(1)


def test_a_cell_is_the_mean_over_pictures() -> None:
    # one picture too high, one as much too low: the cells are right, the clips are not
    off = {"package/photo0#asked": 0.5, "package/photo1#asked": -0.5, "package/photo2#asked": 0.0}
    found = people.cells(ASKED, [c.mos + off[c.content] for c in ASKED])
    assert found["rmse"] == pytest.approx(0, abs=1e-9)
    assert found["clip_srcc"] < 1


def test_single_clips_are_held_against_people_s_means_and_against_moved_labels() -> None:
    scores = [c.mos for c in ASKED]
    moved = [replace(c, mos=4.75) if c.content == "package/photo1#asked" else c for c in ASKED]
    found = people.cells(moved, scores)
    assert found["clip_srcc"] == pytest.approx(1)
    assert found["label_srcc"] < 0.9


def test_strengths_between_the_levels_are_no_cell() -> None:
    with pytest.raises(ValueError, match="people were asked"):
        people.cells([clip("package/photo0#asked", "freeze", 3, 2.0)], [2.0])


def shown() -> list[Clip]:
    found = []
    for number in range(2):
        for look in purpose.LOOKS:
            content = f"package/photo{number}#look-{look}"
            found.append(clip(content, "clean", 0, 4.75))
            if look == "pan5":
                found.append(clip(content, "freeze", 4, 2.0, "table"))
            if look == "fog":
                found.append(clip(content, "white_noise", 4, 2.7))
    return found


SHOWN = shown()


def test_looks_are_measured_against_the_plain_view() -> None:
    scores = []
    for one in SHOWN:
        pan = one.content.endswith("#look-pan10") and one.defect == "clean"
        scores.append(3.0 if pan else one.mos)
    found = people.on_purpose(SHOWN, scores)
    assert found["plain"] == pytest.approx(47.5)
    assert found["off"] == pytest.approx(-17.5)
    assert found["off_of"] == "pan10"
    assert found["near"] == pytest.approx(1 - 1 / (len(purpose.LOOKS) - 1))
    assert found["looks"]["fog"] == pytest.approx(47.5)
    assert (found["time"], found["noise"]) == (1.0, 1.0)


def test_damage_above_its_clean_copy_is_counted() -> None:
    scores = [4.9 if one.defect == "freeze" else one.mos for one in SHOWN]
    found = people.on_purpose(SHOWN, scores)
    assert (found["time"], found["noise"]) == (0.0, 1.0)
    clean = [one for one in SHOWN if one.defect == "clean"]
    alone = people.on_purpose(clean, [one.mos for one in clean])
    assert (alone["time"], alone["noise"]) == (None, None)


def test_without_a_plain_view_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(ValueError, match="plain view"):
        people.on_purpose([clip("package/photo0#look-fog", "clean", 0, 4.75)], [4.7])


def test_figures_are_split_by_origin() -> None:
    found = people.by_origin(SHOWN, [one.mos + (1.0 if one.origin == "table" else 0.0) for one in SHOWN])
    assert found["table"]["rmse"] == pytest.approx(1)
    assert found["people"]["rmse"] == pytest.approx(0, abs=1e-9)
    assert found["people"]["n"] + found["table"]["n"] == len(SHOWN)
    # clips made before labels told their origin
    assert people.by_origin([clip("a", "clean", 0, 4.0, "")], [4.0]) == {}


def test_the_tables_of_the_card() -> None:
    exact, flat = np.array([c.mos for c in ASKED]), np.full(len(ASKED), 3.0)
    found: dict[str, Any] = people.measure(
        {
            "asked": (ASKED, {"starter": exact, "before": flat, "niqe": -exact}),
            "purpose": (SHOWN, {"starter": np.array([c.mos for c in SHOWN])}),
        },
        "asked",
        "purpose",
    )
    text = tables.people_table(found["asked"])
    assert "| **starter** | 1.00 | 1.00 | 0.00 | 1.00 |" in text
    assert "| NIQE, fitted here | -1.00 | n/a | n/a |" in text
    row = next(
        line for line in tables.cells_table(found["asked"]).splitlines() if line.startswith("| white_noise |")
    )
    means, three = "3.9, 3.4, 3.0, 2.7, 2.3", "3.0, 3.0, 3.0, 3.0, 3.0"
    assert row == f"| white_noise | {means} | {means} | {three} | 1.00 | 0.00 |"
    assert "| pan10 | 48 |" in tables.purpose_table(found["purpose"]).replace("47 |", "48 |")
    assert "| a table of this project" in tables.origins_table(people.by_origin(SHOWN, [3.0] * len(SHOWN)))


def answer(mos: float) -> LabelDistribution:
    scale = Scale()
    label = scale.to_label(mos)
    return LabelDistribution(scale, tuple(float(k == label) for k in scale.labels), 0.001)


def test_only_people_are_measured_and_the_rest_of_the_card_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [(replace(c, split=split), c) for split, part in (("asked", ASKED), ("purpose", SHOWN)) for c in part]
    pairs.append((replace(ASKED[0], split="train"), ASKED[0]))
    # the starter before answers 3 to everything
    models = {tmp_path: lambda c: c.mos, tmp_path / "before": lambda c: 3.0}
    monkeypatch.setattr(evaluation, "load", lambda folder: (models[folder], SimpleNamespace(spec=None)))
    monkeypatch.setattr(evaluation, "stored_pairs", lambda *_: pairs)
    monkeypatch.setattr(evaluation, "predict", lambda model, _, items: [answer(model(c)) for c in items])

    def baselines(training: list[Clip], held_out: dict[str, Any], *_: Any, **__: Any) -> Any:
        assert [c.split for c in training] == ["train"]
        scores = {
            split: {"starter": starter, "brisque": starter - 0.5} for split, (_, starter) in held_out.items()
        }
        return {"facts": {"taught": 1}, "splits": {}}, scores

    monkeypatch.setattr(baseline_report, "measure", baselines)
    written: dict[str, Any] = {}
    monkeypatch.setattr(evaluation.readme, "write_card", lambda path, whole, *_: written.update(whole))
    kept = {"facts": {}, "credits": [], "test": {"srcc": 0.5}}
    (tmp_path / "evaluation.json").write_text(json.dumps(kept))
    evaluation.measure_people(tmp_path, tmp_path, 6, before=tmp_path / "before")
    assert written["test"] == {"srcc": 0.5}
    assert json.loads((tmp_path / "evaluation.json").read_text()) == json.loads(json.dumps(written))
    by_rater = written["asked_people"]
    # labels are whole numbers
    assert by_rater["starter"]["rmse"] < 0.05
    assert by_rater["before"]["rmse"] > 0.8
    assert by_rater["brisque"]["rmse"] == pytest.approx(0.5, abs=0.05)
    # measured again without the starter before, what is known of it stays
    evaluation.measure_people(tmp_path, tmp_path, 6)
    assert written["asked_people"]["before"] == by_rater["before"]
    monkeypatch.setattr(evaluation, "stored_pairs", lambda *_: pairs[-1:])
    with pytest.raises(evaluation.sources.SourceError, match="make starter"):
        evaluation.measure_people(tmp_path, tmp_path, 6)
