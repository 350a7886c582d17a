"""The same sheets through the command, Excel's macros and Calc, in both languages, crossing in every order.

The first front end scores with model A, the second finds everything done, the third rates again with model B;
after each step the whole sheet is compared. Excel's macros run through xlwings over LibreOffice, Calc's on
LibreOffice's own sheets; the host is a double.
"""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.contract.cases import CASES, Case, at, mark
from tests.contract.front_ends import FRONT_ENDS, Desk, language_of, read, trimmed
from tests.contract.rater import LABELS, Rater
from tests.excel import office
from tests.host import helpers
from xl_vqa.bridge.videos import Video
from xl_vqa.sheets.columns import FIELDS, heading
from xl_vqa.sheets.texts import tr as sheet_text
from xl_vqa.words.labels import band_by_key
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_run import score_list
from xl_vqa.workbooks.score_sheet import WorkbookScores

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[office.Office]:
    office.need_office()
    with office.office(tmp_path_factory.mktemp("office")) as made:
        yield made


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files that the rater knows by their names."""
    folder = tmp_path_factory.mktemp("desk") / "clips"
    folder.mkdir()
    for number, name in enumerate((*LABELS, "damaged")):
        (folder / f"{name}.mp4").write_bytes(b"x" * (number + 1))
    return folder


class Words:
    """A remark: equal to every text that holds these words."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and all(word in other for word in self._words)

    def __repr__(self) -> str:
        return f"Words{self._words}"

    __hash__ = None  # type: ignore[assignment]


class ModelOf(Words):
    """A model cell: the name, and a mark behind it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(rf"{self._words[0]} \([0-9a-f-]{{20}}\)", other) is not None

    __hash__ = None  # type: ignore[assignment]


class Sheet:
    """What a case's sheet must look like, step by step."""

    def __init__(self, case: Case, clips: Path, path: Path, language: str) -> None:
        self.case, self.clips, self.path, self.language = case, clips, path, language
        self.cells = [[self._filled(value) for value in row] for row in case.rows]
        self.places = case.places or at(case.first)

    def _filled(self, value: Any) -> Any:
        if not isinstance(value, str):
            return float(value) if isinstance(value, (int, float)) else value
        if value.startswith("{mark:"):
            missing = str(self.clips / "missing.mp4")
            return mark(value[6:-1], missing, missing)
        for name in ("1", "2", "3", "4", "damaged", "missing"):
            stem = f"clip{name}" if name.isdigit() else name
            value = value.replace(f"{{{name}}}", str(self.clips / f"{stem}.mp4"))
        return value

    def write(self) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for number, row in enumerate(self.cells, 1):
            for column, value in enumerate(row, 1):
                if value is not None:
                    sheet.cell(number, column, value)
        if self.case.prepare is not None:
            self.case.prepare(book, sheet)
        book.save(self.path)

    def score(self, rater: Rater, skipped: frozenset[int]) -> None:
        """What one front end is to write; ``skipped`` are rows that it does not see."""
        if self.case.refused:
            return
        if self.case.heading_row is not None:
            for name, column in self.places.items():
                if name not in self.case.known:
                    text = heading(name, self.language, self.case.number)
                    self.put(self.case.heading_row, column, text)
        for row, clip in self.case.rated.items():
            if row not in skipped:
                self._rate(row, rater.rate(Video(str(self.clips / f"clip{clip}.mp4"))), rater)
        for row, words in self.case.errors.items():
            self._set(row, dict.fromkeys(FIELDS) | {"error": Words(words)})
        for row, words in self.case.kept.items():
            kept = "Earlier score kept" if self.language == "en" else "以前のスコアを残しています"
            self._set(row, {"error": Words(kept, words)})

    def _rate(self, row: int, rating: Any, rater: Rater) -> None:
        band = band_by_key(rating["band"]).name(self.language)
        values = [
            float(rating["label"]),
            round(rating["mos"], 6),
            band,
            round(rating["band_probability"], 6),
            None,
        ]
        self._set(row, dict(zip(FIELDS, [*values, ModelOf(rater.model_name)], strict=True)))

    def _set(self, row: int, values: dict[Any, Any]) -> None:
        for name, value in values.items():
            if name in self.places:
                self.put(row, self.places[name], value)

    def put(self, row: int, column: int, value: Any) -> None:
        while len(self.cells) < row:
            self.cells.append([])
        line = self.cells[row - 1]
        line.extend([None] * (column - len(line)))
        line[column - 1] = value

    def check(self, step: str) -> None:
        assert read(self.path) == trimmed(copy.deepcopy(self.cells)), step


def chains() -> Iterator[Any]:
    """Each case with each front end in each place; the next case the other way round, so that all orders occur.
    The languages take turns."""
    for place, case in enumerate(CASES):
        for turn in range(3):
            order = tuple(FRONT_ENDS[(turn + step) % 3] for step in (range(3) if place % 2 else range(3, 0, -1)))
            language = "en" if (place + turn) % 2 else "ja"
            yield pytest.param(case, order, language, id=f"{case.name}-{'-'.join(order)}-{language}")


@pytest.mark.parametrize(("case", "order", "language"), list(chains()))
def test_one_sheet_three_front_ends(
    case: Case,
    order: tuple[str, str, str],
    language: str,
    soffice: office.Office,
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = clips.parent / f"{tmp_path.name}.xlsx"
    settings = helpers.settings_for(tmp_path / "home", language=language)
    desk = Desk(soffice, settings, monkeypatch)
    sheet = Sheet(case, clips, path, language)
    sheet.write()
    with language_of(settings, monkeypatch):
        for step, front in enumerate(order):
            desk.rater.model_name = "B" if step == 2 else "A"
            desk.score(front, path, case.select, column=case.column)
            if front == "command" or step != 1 or not case.buttons_skip:
                sheet.score(desk.rater, case.buttons_skip if front != "command" else frozenset())
            sheet.check(f"{step + 1}. {front} in {language}: {desk.said}")
            if case.refused:
                assert desk.said, "nobody was told why nothing was written"
    path.unlink()
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


SCORED = next(case for case in CASES if case.name == "the command's set, of an old model")
BUTTONS = [(front, language) for front in ("excel", "calc") for language in ("en", "ja")]


@pytest.fixture
def desk(
    request: pytest.FixtureRequest, soffice: office.Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    settings = helpers.settings_for(tmp_path / "home", language=request.param)
    with language_of(settings, monkeypatch):
        yield Desk(soffice, settings, monkeypatch)


@pytest.mark.parametrize(("front", "desk"), BUTTONS, indirect=["desk"])
def test_elsewhere_is_offered_and_gone_on_with_by_all(front: str, desk: Desk, clips: Path, tmp_path: Path) -> None:
    sheet = Sheet(SCORED, clips, clips.parent / f"{tmp_path.name}.xlsx", desk.settings.language)
    sheet.write()
    desk.answer = "no"
    desk.score(front, sheet.path, "A1:A9")
    assert any("5" in words for words in desk.said)
    elsewhere = replace(SCORED, first=8, places={}, known=frozenset(), number=2)
    sheet.case, sheet.places = elsewhere, at(8)
    sheet.score(desk.rater, frozenset())
    sheet.check(f"{front}: elsewhere")
    for other in FRONT_ENDS:
        desk.answer = "yes"
        desk.score(other, sheet.path, "A1:A9")
        sheet.check(f"{other} finds the later set done")
    desk.rater.model_name = "B"
    desk.score("command", sheet.path, "A1:A9")
    sheet.score(desk.rater, frozenset())
    sheet.check("the command goes on with the later set")


@pytest.mark.parametrize(("front", "desk"), BUTTONS, indirect=["desk"])
def test_nothing_is_written_where_the_user_says_no(front: str, desk: Desk, clips: Path, tmp_path: Path) -> None:
    sheet = Sheet(SCORED, clips, clips.parent / f"{tmp_path.name}.xlsx", desk.settings.language)
    sheet.write()
    desk.answer = "cancel"
    for rescore in (False, True):
        desk.score(front, sheet.path, "A1:A9", rescore=rescore)
        assert len(desk.said) == 1
        sheet.check(f"{front}: cancelled")


@pytest.mark.parametrize(("front", "desk"), BUTTONS, indirect=["desk"])
def test_texts_that_the_command_rated_against_are_gone_on_with(
    front: str, desk: Desk, clips: Path, tmp_path: Path
) -> None:
    rows = [["Video", "Prompt"], ["{1}", "a cat"], ["{2}", "a dog"]]
    sheet = Sheet(Case("texts", rows, first=3), clips, clips.parent / f"{tmp_path.name}.xlsx", "en")
    sheet.write()
    scores = WorkbookScores(plan_workbook(sheet.path, text_column="Prompt"), language=desk.settings.language)
    score_list(scores, desk.rater, desk.settings)
    before = read(sheet.path)
    desk.score(front, sheet.path, "A1:A9")
    assert read(sheet.path) == before
    book = openpyxl.load_workbook(sheet.path)
    book.worksheets[0].append([str(clips / "clip3.mp4"), "a bird"])
    book.save(sheet.path)
    desk.score(front, sheet.path, "A1:A9")
    after = read(sheet.path)
    assert after[:3] == before
    assert after[3][2] == LABELS["clip3"] + 1, "rated without its text"


@pytest.mark.parametrize(("front", "desk"), BUTTONS, indirect=["desk"])
def test_what_is_said_already_is_not_asked_about(front: str, desk: Desk, clips: Path, tmp_path: Path) -> None:
    """A number among the paths gets its remark once."""
    case = next(case for case in CASES if case.name == "numbers and errors in the list")
    sheet = Sheet(case, clips, clips.parent / f"{tmp_path.name}.xlsx", desk.settings.language)
    sheet.write()
    desk.score(front, sheet.path, "A1:A9")
    sheet.score(desk.rater, frozenset())
    sheet.check("scored")
    desk.score(front, sheet.path, "A1:A9")
    assert desk.said == [sheet_text("all_scored", desk.settings.language, count=2)]
    sheet.check("nothing to do")


@pytest.mark.parametrize("desk", ["en", "ja"], indirect=True)
@pytest.mark.parametrize("front", FRONT_ENDS)
def test_a_failed_rescore_blanks_nothing_and_is_tried_again(
    front: str, desk: Desk, clips: Path, tmp_path: Path
) -> None:
    clip = tmp_path / "clip1.mp4"
    shutil.copy(clips / "clip1.mp4", clip)
    sheet = Sheet(Case("one", [["Video"], [str(clip)]]), clips, clips.parent / f"{tmp_path.name}.xlsx", "en")
    sheet.write()
    desk.score("command", sheet.path, "A2")
    before = read(sheet.path)
    clip.unlink()
    desk.score(front, sheet.path, "A2", rescore=True)
    after = read(sheet.path)
    assert after[1][:5] == before[1][:5]
    reachable = "file not reachable" if desk.settings.language == "en" else "ファイルに接続できません"
    assert reachable in after[1][5]
    shutil.copy(clips / "clip1.mp4", clip)
    for other in FRONT_ENDS:
        copied = sheet.path.with_name(f"{other}{tmp_path.name}.xlsx")
        shutil.copy(sheet.path, copied)
        desk.score(other, copied, "A2")
        assert read(copied) == before, other
