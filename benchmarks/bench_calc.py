"""5,000 cells of =VQA_SCORE in a real LibreOffice Calc: when loading returns, when all are filled, how it feels.

    python -m benchmarks.bench_calc [--cells 5000] [--rounds 1] [--against CHECKOUT]

The ratings are stored (bench_host fills the store through its own code). Loading is ``loadComponentFromURL``;
the latency is that of a small UNO call that reads a cell, made without a pause from loading to the last cell, over
the same connection a macro would use; it waits for LibreOffice's big lock as a key press does. Two workbooks: the
cells alone, and the cells with as many formulas over them (``=IF(B1>=30,"PASS","FAIL")``) and five totals, which
must be right in the end. The array is one formula over the whole column. Every round starts LibreOffice anew.

``--against`` names a checkout of another version (``git worktree add``): its extension is built from there and
measured in turns with this one, on the same host. Needs soffice, python3-uno.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import xlsxwriter

from benchmarks.bench_host import fill, percentile
from benchmarks.table import print_table
from tests.calc.office_driver import Soffice, closing, column, uno
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.words.settings import Settings

FILLED_S = 180.0
PATIENCE_S = 15.0
"""After this long formulas that are still wrong count as wrong for good."""
TOTALS = ("COUNT({0})", 'COUNTIF({0},">=30")', "SUM({0})", "MIN({0})", "MAX({0})")


def workbook(path: Path, videos: list[Video], *, over: bool = False) -> Path:
    """Paths in column A, one formula each in B; no values, so every one must be computed. ``over``: a verdict on
    each in C, totals in D."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, video in enumerate(videos):
            sheet.write_string(row, 0, video.path)
            sheet.write_formula(row, 1, f"=VQA_SCORE(A{row + 1})", value="")
            if over:
                sheet.write_formula(row, 2, f'=IF(B{row + 1}>=30,"PASS","FAIL")', value="")
        for row, total in enumerate(TOTALS if over else ()):
            sheet.write_formula(row, 3, "=" + total.format(f"B1:B{len(videos)}"), value="")
    return path


def right(sheet: Any, count: int) -> bool:
    """Whether the formulas over the scores show what the scores that stand there say."""
    scores = column(sheet, f"B1:B{count}")
    verdicts = ["PASS" if score >= 30 else "FAIL" for score in scores]
    totals = [count, verdicts.count("PASS"), sum(scores), min(scores), max(scores)]
    return column(sheet, f"C1:C{count}") == verdicts and column(sheet, f"D1:D{len(TOTALS)}") == totals


class Latency:
    """Reads a cell again and again on a thread of its own; ``times`` in seconds."""

    def __init__(self, office: Soffice, document: Any) -> None:
        self.times: list[float] = []
        self._cell = document.Sheets.getByIndex(0).getCellByPosition(0, 0)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Latency:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.is_set():
            start = time.perf_counter()
            self._cell.getString()
            self.times.append(time.perf_counter() - start)
            time.sleep(0.002)


def wait_until_filled(sheet: Any, count: int) -> None:
    """Looks at as many cells at a time as a window shows, from the top down."""
    first = 1
    deadline = time.perf_counter() + FILLED_S
    while first <= count:
        if time.perf_counter() > deadline:
            sys.exit(f"the cells from row {first} on were not filled in {FILLED_S:g} s")
        last = min(first + 49, count)
        if all(isinstance(value, float) for value in column(sheet, f"B{first}:B{last}")):
            first = last + 1
        else:
            time.sleep(0.02)


def measure(office: Soffice, path: Path, other: Any, count: int, *, over: bool = False) -> dict[str, Any]:
    """Loads the workbook once; a second, empty document answers the latency calls from the start."""
    with Latency(office, other) as latency:
        start, core = time.perf_counter(), core_time(office)
        document = office.load(path)
        loaded = time.perf_counter() - start
        at_load = len(latency.times)
        with closing(document):
            sheet = document.Sheets.getByIndex(0)
            wait_until_filled(sheet, count)
            done, core = time.perf_counter() - start, core_time(office) - core
            at_done = len(latency.times)
            good = wait_until(lambda: right(sheet, count)) if over else None
            settled = time.perf_counter() - start
            closing_at = time.perf_counter()
        closed = time.perf_counter() - closing_at
    times = {"loading": latency.times[:at_load], "after": latency.times[at_load:at_done]}
    return {
        "load": loaded,
        "done": done,
        "core": core,
        "close": closed,
        "right": settled if good else good,
        **times,
    }


def core_time(office: Soffice) -> float:
    """Processor time of LibreOffice so far, which other programs hardly falsify."""
    assert office.process is not None
    family = [psutil.Process(office.process.pid)]
    family += family[0].children(recursive=True)
    return sum(sum(process.cpu_times()[:2]) for process in family)


def wait_until(what: Callable[[], bool]) -> bool:
    deadline = time.perf_counter() + PATIENCE_S
    while not (good := what()) and time.perf_counter() < deadline:
        time.sleep(0.1)
    return good


def array(office: Soffice, videos: list[Video]) -> float:
    """Seconds until one array formula over all paths shows numbers."""
    with closing(office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        count = len(videos)
        sheet.getCellRangeByName(f"A1:A{count}").setDataArray(tuple((v.path,) for v in videos))
        start = time.perf_counter()
        sheet.getCellRangeByName(f"B1:B{count}").setArrayFormula(f"=VQA_SCORE(A1:A{count})")
        wait_until_filled(sheet, count)
        return time.perf_counter() - start


def installed(folder: Path, settings: Settings, checkout: Path | None) -> Soffice:
    """A LibreOffice of its own with the extension of this version, or of another's checkout."""
    folder.mkdir()
    office = Soffice(folder, {"XL_VQA_HOME": str(settings.home), "XL_VQA_MODEL": "stand-in"})
    if checkout is None:
        office.install()
        return office
    code = (
        "import sys, pathlib; from xl_vqa.calc.install import Office, install; "
        "unopkg, profile, cache = [pathlib.Path(a) if a else None for a in sys.argv[1:]]; "
        "install(Office(unopkg, profile, cache=cache), sys.executable)"
    )
    (folder / "shared").mkdir(exist_ok=True)
    place = [office.office.unopkg, office.office.profile, office.office.cache or ""]
    subprocess.run(
        [sys.executable, "-c", code, *map(str, place)],
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, check=True,
    )  # fmt: skip
    return office


def measured(office: Soffice, videos: list[Video], paths: dict[bool, Path]) -> dict[str, Any]:
    """One round in a LibreOffice that is started for it: each workbook the first time and again, and the array."""
    count, found = len(videos), {}
    office.start()
    try:
        with closing(office.new()) as other:
            for over, path in paths.items():
                for when in ("first time", "opened again"):
                    what = f"{when}, formulas over them" if over else when
                    found[what] = measure(office, path, other, count, over=over)
        found["array"] = array(office, videos)
    finally:
        office.stop()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--against", type=Path)
    options = parser.parse_args()
    uno()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings.load(home=folder / "home", model="stand-in")
        settings.home.mkdir()
        videos = fill(settings, folder / "videos", options.cells)
        # two files of other folders: the second shall not be known when it is opened the first time
        paths = {
            False: workbook(folder / "many.xlsx", videos),
            True: workbook(folder / "over.xlsx", videos, over=True),
        }
        builds: dict[str, Soffice] = {"this version": installed(folder / "this", settings, None)}
        if options.against is not None:
            builds["the other"] = installed(folder / "other", settings, options.against.resolve())
        rounds: dict[str, list[dict[str, Any]]] = {build: [] for build in builds}
        with HostClient(settings) as client:
            client.ensure_running()
            try:
                for number in range(options.rounds):
                    # in turns, and who begins changes: the machine is not always equally busy
                    for build in list(builds)[:: 1 if number % 2 == 0 else -1]:
                        for over, path in paths.items():
                            rounds[build].append(measured(builds[build], videos, {over: path}))
            finally:
                client.stop()
    report(options.cells, rounds)


def report(cells: int, rounds: dict[str, list[dict[str, Any]]]) -> None:
    """Medians over the rounds; the slowest call is that of all rounds."""
    rows = []
    array_rows = []
    for build, all_runs in rounds.items():
        for what in dict.fromkeys(what for found in all_runs for what in found if what != "array"):
            runs = [found[what] for found in all_runs if what in found]
            after = [seconds for run in runs for seconds in run["after"]]
            rows.append(
                (
                    build,
                    what,
                    f"{statistics.median(run['load'] for run in runs):.2f}",
                    f"{statistics.median(run['done'] for run in runs):.2f}",
                    _right(runs),
                    f"{statistics.median(run['core'] for run in runs):.2f}",
                    f"{max((s for run in runs for s in run['loading']), default=0) * 1000:.0f}",
                    f"{statistics.median(after) * 1000:.1f}",
                    f"{percentile(after, 0.99) * 1000:.1f}",
                    f"{max(after) * 1000:.1f}",
                    f"{statistics.median(run['close'] for run in runs):.2f}",
                )
            )
        array_rows.append((build, f"{statistics.median(found['array'] for found in all_runs):.2f}"))
    columns = [
        "build",
        "what",
        "load returns s",
        "all filled s",
        "all right s",
        "core s until filled",
        "worst call while loading ms",
        "median ms",
        "p99 ms",
        "worst ms",
        "closing s",
    ]
    print_table(f"{cells} cells of =VQA_SCORE with stored ratings", columns, rows)
    print_table("One array formula over all of them", ["build", "seconds"], array_rows)


def _right(runs: list[dict[str, Any]]) -> str:
    times = [run["right"] for run in runs]
    if None in times:
        return "-"
    return f"{statistics.median(times):.2f}" if all(times) else f"never in {times.count(False)} of {len(times)}"


if __name__ == "__main__":
    main()
