"""5,000 cells of =VQA_SCORE in a real LibreOffice Calc: when loading returns, when all are filled, how it feels.

    python -m benchmarks.bench_calc [--cells 5000]

The ratings are stored (bench_host fills the store through its own code). Loading is ``loadComponentFromURL``;
the latency is that of a small UNO call that reads a cell, made without a pause from loading to the last cell, over
the same connection a macro would use; it waits for LibreOffice's big lock as a key press does. The array is
one formula over the whole column. Needs soffice, python3-uno.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.bench_host import fill, percentile
from benchmarks.table import print_table
from tests.calc.office_driver import Soffice, closing, column, uno
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.settings import Settings


def workbook(path: Path, videos: list[Video]) -> Path:
    """Paths in column A, one formula each in B; no values, so every one must be computed."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, video in enumerate(videos):
            sheet.write_string(row, 0, video.path)
            sheet.write_formula(row, 1, f"=VQA_SCORE(A{row + 1})", value="")
    return path


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
    while first <= count:
        last = min(first + 49, count)
        if all(isinstance(value, float) for value in column(sheet, f"B{first}:B{last}")):
            first = last + 1
        else:
            time.sleep(0.02)


def measure(office: Soffice, path: Path, other: Any, count: int) -> dict[str, Any]:
    """Loads the workbook once; a second, empty document answers the latency calls from the start."""
    with Latency(office, other) as latency:
        start = time.perf_counter()
        document = office.load(path)
        loaded = time.perf_counter() - start
        at_load = len(latency.times)
        with closing(document):
            sheet = document.Sheets.getByIndex(0)
            wait_until_filled(sheet, count)
            done = time.perf_counter() - start
            at_done = len(latency.times)
        closed = time.perf_counter() - start - done
    times = {"loading": latency.times[:at_load], "after": latency.times[at_load:at_done]}
    return {"load": loaded, "done": done, "close": closed, **times}


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=5000)
    options = parser.parse_args()
    uno()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings.load(home=folder / "home", model="stand-in")
        settings.home.mkdir()
        videos = fill(settings, folder / "videos", options.cells)
        path = workbook(folder / "many.xlsx", videos)
        office = Soffice(folder, {"XL_VQA_HOME": str(settings.home), "XL_VQA_MODEL": "stand-in"})
        office.install()
        with HostClient(settings) as client:
            client.ensure_running()
            office.start()
            try:
                with closing(office.new()) as other:
                    first = measure(office, path, other, options.cells)
                    again = measure(office, path, other, options.cells)
                seconds = array(office, videos)
            finally:
                office.stop()
                client.stop()
    rows = [
        (
            what,
            f"{run['load']:.2f}",
            f"{run['done']:.2f}",
            f"{max(run['loading'], default=0) * 1000:.0f}",
            f"{statistics.median(run['after']) * 1000:.1f}",
            f"{percentile(run['after'], 0.99) * 1000:.1f}",
            f"{max(run['after']) * 1000:.1f}",
            f"{run['close']:.2f}",
        )
        for what, run in (("first time", first), ("opened again", again))
    ]
    columns = [
        "what",
        "load returns s",
        "all filled s",
        "worst call while loading ms",
        "median ms",
        "p99 ms",
        "worst ms",
        "closing s",
    ]
    print_table(f"{options.cells} cells of =VQA_SCORE with stored ratings", columns, rows)
    print_table("One array formula over all of them", ["seconds"], [(f"{seconds:.2f}",)])


if __name__ == "__main__":
    main()
