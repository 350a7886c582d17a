"""The other commands of the ribbon, through xlwings' objects on a real spreadsheet and a real host."""

from __future__ import annotations

import html
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import Any

import pytest

from tests.excel.conftest import finish, select
from xl_vqa.bridge.cells import Question
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.profiles import with_profile
from xl_vqa.bridge.videos import Video
from xl_vqa.excel import jobs, macros, session
from xl_vqa.words.settings import Settings
from xl_vqa.worksheet.evaluate import evaluate
from xl_vqa.worksheet.functions import BY_NAME


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened in the browser, which is none here."""
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", addresses.append)
    return addresses


def test_why_opens_the_page_of_the_rating_and_it_opens_once(
    book: Any, clip_folder: list[Path], opened: list[str]
) -> None:
    book.sheets[0].range("A1").value = str(clip_folder[0])
    select(book, "A1")
    macros.run("why")
    finish()
    (address,) = opened
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address, timeout=30) as answer:
        page = answer.read().decode("utf-8")
    said = book.app.impl.shown[0].splitlines()[2]
    assert said in html.unescape(page)
    with pytest.raises(urllib.error.HTTPError, match="410"):
        urllib.request.urlopen(address, timeout=30)


def test_without_a_browser_why_still_says_the_sentence(
    book: Any, clip_folder: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(address: str) -> bool:
        raise webbrowser.Error("no browser")

    monkeypatch.setattr("webbrowser.open", none)
    book.sheets[0].range("A1").value = str(clip_folder[0])
    select(book, "A1")
    macros.run("why")
    finish()
    assert len(book.app.impl.shown) == 1


def test_why_explains_a_rating(book: Any, clip_folder: list[Path]) -> None:
    book.sheets[0].range("A1").value = [["x", str(clip_folder[0]), 3]]
    select(book, "C1")
    macros.run("why")
    finish()
    (text,) = book.app.impl.shown
    assert text.startswith(str(clip_folder[0]))
    assert "Score " in text
    assert "MOS " in text
    assert "% sure" in text
    assert "stand-in" in text


def test_why_explains_the_score_of_the_formula_beside_it(
    book: Any, clip_folder: list[Path], settings: Settings
) -> None:
    """With its text and its profile, as Calc does: the plain rating is another one."""
    (settings.home / "profiles").mkdir(parents=True, exist_ok=True)
    (settings.home / "profiles" / "other.toml").write_text('model = "stand-in?seed=7"\n')
    clip = str(clip_folder[0])
    book.sheets[0].range("A1").value = clip
    select(book, "A1")
    context = session.context(None, f"[{book.name}]Sheet1!B1")
    evaluate("VQA_SCORE", (clip, "a red cat", "other"), context)
    macros.run("why")
    finish()
    (words,) = book.app.impl.shown
    assert "a red cat" in words
    ratings = {}
    for profile in (None, "other"):
        with HostClient(with_profile(settings, profile)) as client:
            (answer,) = client.rate([Video(clip, "a red cat")], wait=60)
            ratings[profile] = answer.result
    assert isinstance(ratings["other"], dict)
    assert ratings[None] != ratings["other"]
    assert f"Score {ratings['other']['label']}" in words
    assert f"{ratings['other']['mos']:.2f}" in words


def test_why_explains_an_error_in_japanese(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XL_VQA_LANGUAGE", "ja")
    book.sheets[0].range("A1").value = "/no/such.mp4"
    select(book, "A1")
    macros.run("why")
    finish()
    assert "見つかりません" in book.app.impl.shown[0]


def test_why_leaves_excel_free_until_the_model_is_there_and_cancel_ends_it(
    book: Any, clip_folder: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XL_VQA_MODEL", "stand-in?load_delay=3")
    book.sheets[0].range("A1").value = str(clip_folder[0])
    select(book, "A1")
    for end in ("finish", "cancel"):
        macros.run("why")
        assert len(jobs.running()) == 1, "it waits for the model in the macro"
        assert clip_folder[0].name in str(book.app.status_bar)
        if end == "cancel":
            macros.run("cancel")
        finish()
        assert len(book.app.impl.shown) == 1
        monkeypatch.setenv("XL_VQA_MODEL", "stand-in?load_delay=3&seed=5")


def test_why_without_a_video_in_the_row(book: Any) -> None:
    book.sheets[0].range("A1").value = [[1, 2]]
    select(book, "A1")
    macros.run("why")
    assert "no path of a video" in book.app.impl.shown[0]


@pytest.fixture
def own_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that a command may change: from the file, not from the environment."""
    settings.home.mkdir(parents=True, exist_ok=True)
    monkeypatch.delenv("XL_VQA_MODEL")
    (settings.home / "settings.toml").write_text('# mine\nmodel = "stand-in"\n', encoding="utf-8")
    return Settings.load()


def test_bands_are_shown_and_moved(own_settings: Settings, book: Any) -> None:
    book.app.impl.answers = ["16, 26,36 , 46"]
    macros.run("bands")
    assert "Poor, Fair, Good, Excellent" in book.app.impl.shown[0]
    assert Settings.load().band_thresholds == (16, 26, 36, 46)
    assert (own_settings.home / "settings.toml").read_text(encoding="utf-8").startswith("# mine")


@pytest.mark.parametrize("answer", ["15,5; 25; 35; 45,5", "15,5, 25, 35, 45,5", "１５．５、２５、３５、４５．５"])
def test_bands_may_have_decimals_as_they_are_written_here(own_settings: Settings, book: Any, answer: str) -> None:
    book.app.impl.answers = [answer]
    macros.run("bands")
    assert Settings.load().band_thresholds == (15.5, 25, 35, 45.5)


@pytest.mark.parametrize("answer", ["46, 36, 26, 16", "one, two", "15, 25"])
def test_impossible_bands_change_nothing(own_settings: Settings, book: Any, answer: str) -> None:
    book.app.impl.answers = [answer]
    macros.run("bands")
    assert len(book.app.impl.shown) == 2
    assert Settings.load().band_thresholds is None


def test_a_cancelled_question_changes_nothing(own_settings: Settings, book: Any) -> None:
    before = (own_settings.home / "settings.toml").read_bytes()
    for command in ("bands", "choose_model"):
        book.app.impl.answers = [False]
        macros.run(command)
    assert (own_settings.home / "settings.toml").read_bytes() == before


def test_another_model_rates_from_then_on(own_settings: Settings, book: Any, clip_folder: list[Path]) -> None:
    question = Question(str(clip_folder[0]))

    def score() -> Any:
        session.ratings().ask([question])
        for _ in range(200):
            if not session.ratings().waiting:
                break
            session.ratings().finished()
            import time

            time.sleep(0.05)
        return session.ratings().ask([question])[0].rating

    before = score()
    book.app.impl.answers = ["stand-in?seed=7"]
    macros.run("choose_model")
    assert Settings.load().model == "stand-in?seed=7"
    score()
    after = score()
    assert before["label"] != after["label"] or before["mos"] != after["mos"]


def test_host_and_model_status(book: Any) -> None:
    macros.run("model_status")
    assert "not running" in book.app.impl.shown[-1]
    macros.run("host_start")
    macros.run("model_status")
    assert "Model: stand-in" in book.app.impl.shown[-1]
    macros.run("host_stop")
    macros.run("model_status")
    assert "not running" in book.app.impl.shown[-1]


def test_cancel_with_nothing_to_cancel(book: Any) -> None:
    macros.run("cancel")
    assert book.app.status_bar == "xl_vqa: nothing is being rated"


def test_help_names_every_function(book: Any) -> None:
    macros.run("help")
    for name in BY_NAME:
        assert name in book.app.impl.shown[0]


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        (r"='C:\Users\aoi\XLSTART\xl_vqa.xlam'!VQA_SCORE(A2)", "=VQA_SCORE(A2)"),
        ("=xl_vqa.xlam!VQA_BAND(A2)&xl_vqa.xlam!VQA_MOS(A2)", "=VQA_BAND(A2)&VQA_MOS(A2)"),
        ("=IF(A2=1,[1]!VQA_SCORE(A2),2)", "=IF(A2=1,VQA_SCORE(A2),2)"),
        ("=_xll.VQA_SCORE(A2)", "=VQA_SCORE(A2)"),
        ("=_xludf.VQA_SCORE(A2)+1", "=VQA_SCORE(A2)+1"),
        ("=VQA_SCORE(A2)", "=VQA_SCORE(A2)"),
        ("='other.xlam'!F(A2)", "='other.xlam'!F(A2)"),
        ("VQA_SCORE is a function", "VQA_SCORE is a function"),
        (12.0, 12.0),
    ],
)
def test_formulas_of_another_pc_become_plain(formula: Any, plain: Any) -> None:
    assert macros.plan_formula(formula) == plain


def test_relinking_touches_our_formulas_alone(book: Any) -> None:
    sheet = book.sheets[0]
    sheet.range("A1").value = "text"
    sheet.range("B2").formula = "=1+1"
    macros.run("relink_formulas")
    assert book.app.status_bar == "xl_vqa: 0 formulas relinked"
    assert sheet.range("B2").formula == "=1+1"


def test_a_new_kpi_workbook_is_made_and_opened(app: Any, book: Any, tmp_path: Path) -> None:
    (tmp_path / "xl_vqa KPI.xlsx").write_text("an older one")
    macros.run("new_kpi")
    finish()
    assert app.impl.shown == []
    assert [made.name for made in app.books] == ["Book1", "xl_vqa KPI 2.xlsx"]
    assert (tmp_path / "xl_vqa KPI.xlsx").read_text() == "an older one"


def test_formulas_of_another_pc_are_relinked_in_the_sheet_and_failures_counted(
    book: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.excel import uno_sheet

    sheet = book.sheets[0]
    sheet.range("A1").value = "/no/such.mp4"
    sheet.range("B1").value = 1
    entered: list[str] = []

    def enter(cells: Any, value: Any) -> None:
        if cells.address == "$B$1":
            raise OSError("part of an array")
        entered.append(f"{cells.address} {value}")

    # LibreOffice itself would rewrite the foreign name when it is entered
    foreign = (("='C:\\x\\xl_vqa.xlam'!VQA_SCORE(C1)", "=[1]!VQA_MOS(C1)"),)
    monkeypatch.setattr(uno_sheet.Range, "formula", property(lambda cells: foreign, enter))
    macros.run("relink_formulas")
    assert entered == ["$A$1 =VQA_SCORE(C1)"]
    assert "1 formulas relinked; 1 could not" in book.app.status_bar
