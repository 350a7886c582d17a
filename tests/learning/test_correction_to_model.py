"""The whole way of a correction, from a cell to a promoted model and back, by the script that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.correction_to_model import whole_way

SCORE, REMARK, MODEL = "VQA score", "VQA error or warning", "VQA model"


@pytest.mark.slow
@pytest.mark.timeout(1800)  # fifteen programs, each of which loads its libraries
def test_from_a_correction_to_a_model_and_back(tmp_path: Path) -> None:
    found = whole_way(tmp_path)
    assert "--accept one_source" in found["refused"]
    assert "daily" in found["refused"] or "list.xlsx#" in found["refused"]
    verdict = found["verdict"]
    assert verdict["verdict"] == "promoted"
    assert verdict["gate"]["whole"]["change"] < 0
    assert verdict["new"] > 0
    assert verdict["replayed"] > 0
    assert (
        (tmp_path / "models" / "v2.retrain" / "verdict.html").read_text(encoding="utf-8").startswith("<!doctype")
    )

    def column(rows: list[dict[str, Any]], name: str) -> list[Any]:
        return [row[name] for row in rows]

    # the version before: every score and mark as it was, and a remark
    assert column(found["stale"], SCORE) == column(found["scored"], SCORE)
    assert column(found["stale"], MODEL) == column(found["scored"], MODEL)
    assert all("Score of ours as it was before" in text for text in column(found["stale"], REMARK))
    # the name stays, the version is another
    assert column(found["renewed"], MODEL) != column(found["scored"], MODEL)
    assert all(text.startswith("ours (") for text in column(found["renewed"], MODEL))
    people = column(found["renewed"], "human score")

    def off(rows: list[dict[str, Any]]) -> float:
        pairs = zip(column(rows, SCORE), people, strict=True)
        return sum(abs(score / 10 - mos) for score, mos in pairs) / len(people)

    assert off(found["renewed"]) < off(found["scored"])
    # back: the ratings of the version before were never lost
    assert column(found["returned"], SCORE) == column(found["scored"], SCORE)
    assert column(found["returned"], MODEL) == column(found["scored"], MODEL)
    assert [step["action"] for step in found["history"]] == ["promoted", "rolled back"]
    assert found["history"][0]["verdict"]["decision"] == "promoted"
