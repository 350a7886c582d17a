"""Result files as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbooks.makers import make_rating
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import OutputFormatError, OutputNotWritableError, VideoNotFoundError, WorkbookOwnedError
from xl_vqa.words.rating import Rating
from xl_vqa.workbooks.result_rows import EXTRAS, FIELDS, fields_of
from xl_vqa.workbooks.results import check_output, write_results, write_results_csv

ERROR = VideoNotFoundError(path="C:\\動画\\b.mp4")
PAIRS: list[Any] = [
    ("C:\\動画\\a.mp4", make_rating(33)),
    ("C:\\動画\\b.mp4", ERROR),
    ("C:\\動画\\a.mp4", make_rating(12, warnings=("warning_black", "warning_frozen"))),
]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_for_excel(tmp_path: Path) -> None:
    write_results(PAIRS, tmp_path / "r.CSV")
    raw = (tmp_path / "r.CSV").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf" + ",".join(FIELDS).encode())
    assert raw.count(b"\r\n") == raw.count(b"\n") == 4
    rows = read_csv(tmp_path / "r.CSV")
    assert [row["path"] for row in rows] == [path for path, _ in PAIRS]
    assert [row["label"] for row in rows] == ["33", "", "12"]
    assert [row["band"] for row in rows] == ["fair", "", "bad"]
    assert rows[1]["error"] == str(ERROR)
    assert rows[2]["warnings"].count(".") == 2
    assert float(rows[0]["expected_label"]) == make_rating(33)["expected_label"]
    assert "text" not in rows[0]


def test_csv_in_japanese_keeps_its_field_names(tmp_path: Path) -> None:
    write_results(PAIRS, tmp_path / "r.csv", "ja")
    rows = read_csv(tmp_path / "r.csv")
    assert list(rows[0]) == [*FIELDS, "warnings"]
    assert rows[1]["error"] == ERROR.message("ja")
    assert rows[0]["band"] == "fair"


def test_texts_get_a_column(tmp_path: Path) -> None:
    write_results([("a.mp4", make_rating(text="a red fox")), PAIRS[1]], tmp_path / "r.csv")
    assert [row["text"] for row in read_csv(tmp_path / "r.csv")] == ["a red fox", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_csv_holds_no_formula(tmp_path: Path, start: str) -> None:
    path = f"{start}cmd|' /C calc'!A0.mp4"
    write_results([(path, make_rating(model=start + "1", text=start + "x"))], tmp_path / "r.csv")
    (row,) = read_csv(tmp_path / "r.csv")
    # a path stays a path of the same file
    assert row["path"] == "./" + path
    assert row["model"] == f"'{start}1"
    assert row["text"] == f"'{start}x"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
def test_any_path_survives_csv_and_starts_no_formula(path: str) -> None:
    stream = io.StringIO(newline="")
    write_results_csv([(path, make_rating())], stream, line_end="\r\n")
    _, row = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert row[0] in (path, "./" + path)
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_json_holds_everything(tmp_path: Path) -> None:
    write_results(PAIRS, tmp_path / "r.json", "ja")
    whole = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert (whole["format"], whole["count"], whole["rated"], whole["failed"]) == (1, 3, 2, 1)
    first, second, third = whole["results"]
    rating = Rating.from_dict({**first, "path": "clip.mp4"})
    assert rating.to_dict(detail=True) == PAIRS[0][1]
    assert len(first["distribution"]) == 41
    assert first["frames_used"]["decoder"] == "decord"
    assert first["error"] is None
    assert second["label"] is None
    assert second["error"]["message"] == ERROR.message("ja")
    assert from_dict(second["error"]).params == ERROR.params
    assert third["path"] == PAIRS[2][0]


def test_paths_that_are_no_text(tmp_path: Path) -> None:
    odd = b"clip\xe3\x81.mp4".decode("utf-8", "surrogateescape")
    for name in ("r.csv", "r.json", "r.xlsx"):
        write_results([(odd, make_rating())], tmp_path / name)
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["results"][0]["path"] == odd
    assert read_csv(tmp_path / "r.csv")[0]["path"] == r"clip\udce3\udc81.mp4"
    assert openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[0]["A2"].value == r"clip\udce3\udc81.mp4"


@pytest.mark.parametrize("name", ["r.csv", "r.json", "r.xlsx"])
def test_no_rows_at_all(tmp_path: Path, name: str) -> None:
    write_results([], tmp_path / name)
    assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize("name", ["r", "r.xls", "r.txt", "r.csv.gz", ".csv"])
def test_unknown_endings(tmp_path: Path, name: str) -> None:
    for act in (check_output, lambda path: write_results(PAIRS, path)):
        with pytest.raises(OutputFormatError, match=r"\.csv, \.xlsx, \.json"):
            act(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritableError):
        check_output(tmp_path / "missing" / "r.csv")
    check_output(tmp_path / "r.csv")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "~$r.xlsx").write_bytes(b"")
    with pytest.raises(WorkbookOwnedError):
        check_output(tmp_path / "r.xlsx")
    with pytest.raises(WorkbookOwnedError):
        write_results(PAIRS, tmp_path / "r.xlsx")


def test_flat_rows() -> None:
    row = fields_of("a.mp4", make_rating(33), "en")
    assert set(row) == {*FIELDS, *EXTRAS}
    assert (row["path"], row["label"], row["frames"], row["error"]) == ("a.mp4", 33, 16, None)
    row = fields_of("b.mp4", ERROR, "ja")
    assert row["error"] == ERROR.message("ja")
    assert row["label"] is None
