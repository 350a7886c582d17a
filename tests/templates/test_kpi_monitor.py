"""The monitor page of the KPI tracker: as the command found it, in LibreOffice's own computation."""

from __future__ import annotations

import datetime
import json
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from tests.workbooks.package_rules import problems
from tools.make_sample_monitor import found as found_in_sample
from xl_vqa.cli.main import app
from xl_vqa.monitoring.drift import GROUP
from xl_vqa.monitoring.reference import reference_of, split
from xl_vqa.monitoring.tracker import read_tracker
from xl_vqa.monitoring.watch import Watch, watch
from xl_vqa.workbooks.templates.kpi import build_kpi
from xl_vqa.workbooks.templates.kpi_monitor_data import ALARMS, AREAS, FIGURES, GROUPS, POINTS
from xl_vqa.workbooks.templates.kpi_sample import sample_monitor

DAY = datetime.date(2026, 3, 1)
PAGE = {"en": "Monitor", "ja": "監視"}
HIDDEN = {"en": "Monitor data", "ja": "監視データ"}

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def drifting(sources: int = 3, count: int = 360) -> list[dict[str, Any]]:
    """From half way on: one source is scored lower, every ninth video fails, people of the end are stricter."""
    source, rows = random.Random(3), []
    for k in range(count):
        truth = min(max(source.gauss(34, 8), 10), 50)
        late, own = k >= count // 2, k % sources
        score = min(max(truth + source.gauss(0, 3) - (9 if late and own == 1 else 0), 10), 50)
        row: dict[str, Any] = {
            "date": DAY + datetime.timedelta(days=k // 6),
            "video": f"D:/videos/source {own}/clip_{k:04d}.mp4",
            "human": round(min(max(truth - (4 if k > count * 0.7 else 0), 10), 50), 1),
            "score": round(score),
            "model": "starter (abcdef-123456-000000)",
        }
        if late and k % 9 == 0:
            row |= {"score": None, "human": None, "error": "The file is damaged."}
        rows.append(row)
    return rows


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))


def monitor(path: Path, *options: str) -> Any:
    return CliRunner().invoke(app, ["monitor", str(path), "--page", *options])


def watched(path: Path) -> Watch:
    tracker = read_tracker(path, path.parent / "no store")
    before, current = split(tracker.records, tracker.since)
    return watch(reference_of(before), current)


def hidden(values: dict[tuple[str, str], Any], language: str, name: str, row: int, column: int = 0) -> Any:
    """A cell of an area, counted from 0."""
    area = AREAS[name]
    cell = openpyxl.utils.get_column_letter(area.column + column + 1) + str(area.row + row + 1)
    return values.get((HIDDEN[language], cell))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Any]]]:
    """In each language a tracker of its own, filled in, with what the command printed as JSON."""
    found = {}
    settings = {"reference_end": DAY + datetime.timedelta(days=29)}
    for language in PAGE:
        path = tmp_path_factory.mktemp("page") / f"kpi_{language}.xlsx"
        path.write_bytes(build_kpi(language, rows=drifting(), settings=settings))
        other = "ja" if language == "en" else "en"
        said = monitor(path, "--json", "--lang", other)
        assert said.exit_code == 1, said.output
        found[language] = path, json.loads(said.stdout)
    return found


@pytest.fixture(scope="module")
def computed(compute: Any, filled: dict[str, tuple[Path, dict[str, Any]]]) -> dict[str, Any]:
    """As LibreOffice computes them; once more with a row of the log changed, and with a source chosen."""
    books = {language: path.read_bytes() for language, (path, _) in filled.items()}
    path, _ = filled["en"]
    twin = path.with_name("changed.xlsx")
    book = openpyxl.load_workbook(path)
    book["Log"]["D9"] = 11.5
    ((_, chosen),) = book.defined_names["mon_choice"].destinations
    book["Monitor"][chosen.replace("$", "")] = "starter, D:/videos/source 1"
    book.save(twin)
    result: dict[str, Any] = compute({**books, "changed": twin.read_bytes()})
    return result


@pytest.mark.parametrize("language", PAGE)
def test_the_page_shows_what_the_command_found(language: str, filled: Any, computed: dict[str, Any]) -> None:
    _, said = filled[language]
    values = {cell: value for (sheet, cell), value in computed[language].items() if sheet == PAGE[language]}
    alarms = sorted(said["alarms"], key=lambda one: one["source"] != "")
    assert len(alarms) > 3
    first = (
        next(row for row in range(5, 12) if values.get(f"A{row}") in ("Alarms, and what to do", "アラームと対応"))
        + 1
    )
    shown = [values.get(f"A{first + k}") for k in range(ALARMS)]
    assert shown[: len(alarms)] == [one["sentence"][language] for one in alarms[:ALARMS]]
    for k, alarm in enumerate(alarms[:ALARMS]):
        assert all(row.partition(" ")[0] in values[f"G{first + k}"] for row in alarm["rows"][:5])
    head = next(row for row in range(30, 60) if values.get(f"A{row}") in ("Model", "モデル"))
    by = {(one["source"], one["kind"]): one for one in said["figures"]}
    everywhere = {"en": "all sources", "ja": "すべての取得元"}[language]
    seen = 0
    for row in range(head + 1, head + GROUPS + 1):
        source = values.get(f"B{row}")
        if not source:
            continue
        for place, kind in enumerate(FIGURES):
            figure = by.get(("" if source == everywhere else source, kind))
            cell = values.get(f"{'CDEFGHI'[place]}{row}")
            assert cell == (pytest.approx(figure["value"], rel=1e-9) if figure else "–"), (source, kind)
            seen += figure is not None
    assert seen == len(said["figures"])
    notes = [str(value) for value in values.values()]
    assert all(line in notes for line in said["unknown"][language])
    assert not [
        value for value in values.values() if isinstance(value, str) and value.startswith(("#N", "#R", "#V"))
    ]


@pytest.mark.parametrize("language", PAGE)
def test_charts_are_drawn_of_the_walks_and_the_bins(language: str, filled: Any, computed: dict[str, Any]) -> None:
    path, _ = filled[language]
    found, values = watched(path), computed[language]
    walked, (before, now) = found.walks["starter", ""], found.samples["starter", ""]
    first = openpyxl.utils.get_column_letter(AREAS["mean"].column + 3)
    column = openpyxl.utils.column_index_from_string(first)

    def fed(offset: int) -> list[Any]:
        letters = openpyxl.utils.get_column_letter(column + offset)
        return [values.get((HIDDEN[language], f"{letters}{6 + k}")) for k in range(POINTS)]

    rows, up, down, limit, mean, high, low, names, shares, shares_now = map(fed, range(10))
    points = len(walked.means)
    assert rows[points - 1 : points + 2] == [len(walked.up)] * 3
    assert max(up) == pytest.approx(walked.up.max())
    assert max(down) == pytest.approx(walked.down.max())
    assert mean[:points] == pytest.approx(list(walked.means))
    assert walked.means[0] * GROUP == pytest.approx(sum(values_of_walk(walked, found)[:GROUP]))
    assert (limit[0], high[0], low[0]) == pytest.approx(
        (walked.cusum_limit, walked.chart_limit, -walked.chart_limit)
    )
    assert sum(shares[: len(before.edges) + 1]) == pytest.approx(1)
    assert shares_now[0] == pytest.approx(sum(score < before.edges[0] for score in now.scores) / len(now.scores))
    assert names[0] == f"<{before.edges[0]:g}"


def values_of_walk(walked: Any, found: Watch) -> list[float]:
    """The rows of a walk in standard deviations of its reference, from its sample."""
    _, now = found.samples["starter", ""]
    return [(gap - walked.mean) / walked.std for gap in now.gaps]


def test_a_later_change_of_the_log_is_seen_and_a_source_can_be_chosen(
    filled: Any, computed: dict[str, Any]
) -> None:
    said = "The log has changed since then"
    page = {
        name: [v for (sheet, _), v in computed[name].items() if sheet == "Monitor"] for name in ("en", "changed")
    }
    assert not any(said in str(value) for value in page["en"])
    assert any(said in str(value) for value in page["changed"])
    walked = watched(filled["en"][0]).walks["starter", "D:/videos/source 1"]
    column = openpyxl.utils.get_column_letter(AREAS["mean"].column + 4)
    highest = max(value for (s, c), value in computed["changed"].items()
                  if s == "Monitor data" and c.startswith(column) and isinstance(value, (int, float)))  # fmt: skip
    assert highest == pytest.approx(walked.up.max())


def test_only_the_hidden_sheet_is_written(filled: Any, tmp_path: Path) -> None:
    """A person's own cells keep their bytes, wherever they are; a second run leaves no remains."""
    path = tmp_path / "mine.xlsx"
    book = openpyxl.load_workbook(filled["en"][0])
    book["Monitor"]["K3"], book["Log"]["Q9"] = "mine", 7
    book.create_sheet("Own")["A1"] = "mine too"
    for sheet in book["Log"].iter_rows(min_row=7, max_row=366, min_col=2, max_col=2):
        sheet[0].value = str(sheet[0].value).replace("source 2", "source 0")
    book.save(path)
    before = parts(path)
    assert monitor(path).exit_code == 1
    after = parts(path)
    changed = {name for name in before if before[name] != after[name]}
    assert before.keys() == after.keys()
    assert len(changed) <= 2
    assert all("sheet" in name or name == "xl/workbook.xml" for name in changed)
    again = openpyxl.load_workbook(path)
    assert (again["Monitor"]["K3"].value, again["Log"]["Q9"].value, again["Own"]["A1"].value) == (
        "mine",
        7,
        "mine too",
    )
    area = AREAS["names"]
    names = [again["Monitor data"].cell(area.row + 1 + k, area.column + 1).value for k in range(GROUPS)]
    assert {name for name in names if name} == {"starter", *(f"starter, D:/videos/source {k}" for k in (0, 1))}
    assert problems(filled["en"][0]) == []


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_more_sources_and_alarms_than_the_page_has_room_for(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    rows = drifting(30, 3000)
    for k, row in enumerate(rows):
        row["score"] = 12 if k >= 1500 and row["score"] is not None else row["score"]
    path.write_bytes(build_kpi("en", rows=rows))
    said = json.loads(monitor(path, "--json").stdout)
    sheet = openpyxl.load_workbook(path)["Monitor data"]

    def cell(name: str) -> Any:
        return sheet.cell(AREAS[name].row + 1, AREAS[name].column + 1).value

    assert cell("count") == GROUPS
    assert cell("more").startswith(f"{len(said['alarms']) - ALARMS} more alarms")
    assert cell("left_out") == f"{31 - GROUPS} more sources: 'xl-vqa monitor' shows them all."


def test_what_cannot_be_filled_in_says_why(tmp_path: Path) -> None:
    earlier = tmp_path / "old.xlsx"
    shutil.copy(Path(__file__).parent / "earlier" / "kpi_ja_sample.xlsx", earlier)
    was = earlier.read_bytes()
    told = monitor(earlier)
    assert told.exit_code == 2
    assert "workbook new kpi --from" in " ".join(told.output.split())
    assert earlier.read_bytes() == was
    sheet = tmp_path / "s.csv"
    sheet.write_text("path,expected_label\na.mp4,30\n")
    assert "KPI tracker" in monitor(sheet).output
    path = tmp_path / "kpi.xlsx"
    path.write_bytes(build_kpi("en"))
    assert "--scale" in monitor(path, "--scale", "0,100").output
    assert monitor(path).exit_code == 2


def test_the_sample_shows_what_the_command_finds_in_it() -> None:
    """Else 'make templates'."""
    for language in PAGE:
        kept, fresh = sample_monitor(language), found_in_sample(language)
        assert kept.keys() == fresh.keys()
        for name, rows in fresh.items():
            for mine, theirs in zip(kept[name], rows, strict=True):
                assert mine == [pytest.approx(v) if isinstance(v, float) else v for v in theirs], name
