"""5,000 cells of =VQA_SCORE with stored ratings, and one array call, through the code that Excel calls.

    python -m benchmarks.bench_cells [--cells 5000]

A real host answers from a real store. Calls go through xlwings' own UDF server (``XLPython.CallUDF``, its
argument and result conversion) with stand-ins for the Windows modules below it. What Excel adds is not in here:
VBA, COM between the two processes, and drawing. Every figure starts with nothing in memory.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.bench_host import fill
from benchmarks.table import print_table
from tests.excel.windows_stubs import windows
from xl_vqa.bridge.client import HostClient
from xl_vqa.words.settings import Settings

MODULE = "xl_vqa.excel.udf"


@contextmanager
def server(home: Path) -> Iterator[Any]:
    """The object that the add-in's VBA calls, with our functions bound as on Windows."""
    os.environ |= {"XL_VQA_HOME": str(home), "XL_VQA_MODEL": "stand-in", "XL_VQA_LANGUAGE": "en"}
    with windows() as made:
        from xl_vqa.excel import udf

        for name, function in udf.bind(made.udfs.xlfunc, made.udfs.xlarg, made.udfs.xlret).items():
            setattr(udf, name, function)
        udf.poll = made.udfs.xlfunc(udf.poll)
        yield made.server


def call(udf_server: Any, cells: Any, address: str) -> Any:
    return udf_server.CallUDF(MODULE, "VQA_SCORE", (cells, None, None, "/", address), None, None)


def settle(udf_server: Any) -> tuple[list[str], int]:
    """Polls until nothing is under way; which cells have an answer, and the number of polls."""
    changed: list[str] = []
    polls = 0
    while True:
        state, _, _, *names = udf_server.CallUDF(MODULE, "poll", ()).split("\n")
        changed += names
        polls += 1
        if state == "idle":
            return changed, polls
        time.sleep(0.05)


def single_cells(udf_server: Any, paths: list[str]) -> dict[str, float]:
    """Seconds of opening a sheet with a formula per row, as Excel computes it."""
    started = time.perf_counter()
    longest = 0.0
    for number, path in enumerate(paths):
        before = time.perf_counter()
        call(udf_server, path, f"A{number}")
        longest = max(longest, time.perf_counter() - before)
    first = time.perf_counter() - started
    changed, _ = settle(udf_server)
    settled = time.perf_counter() - started
    by_address = {f"A{number}": path for number, path in enumerate(paths)}
    for address in changed:
        call(udf_server, by_address[address], address)
    filled = time.perf_counter() - started
    values = [call(udf_server, path, "Z") for path in paths]
    assert all(isinstance(value, int) for value in values), "a cell has no score"
    again = time.perf_counter() - started - filled
    return {"first": first, "longest": longest, "settled": settled, "filled": filled, "again": again}


def array_call(udf_server: Any, paths: list[str]) -> dict[str, float]:
    """Seconds of one formula over the whole range."""
    column = tuple((path,) for path in paths)
    started = time.perf_counter()
    call(udf_server, column, "B1")
    first = time.perf_counter() - started
    settle(udf_server)
    settled = time.perf_counter() - started
    values = call(udf_server, column, "B1")
    filled = time.perf_counter() - started
    assert all(isinstance(row[0], int) for row in values), "a cell has no score"
    return {"first": first, "longest": first, "settled": settled, "filled": filled, "again": filled - settled}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=5000)
    cells = parser.parse_args().cells
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        settings = Settings.load({}, home=home, model="stand-in")
        paths = [video.path for video in fill(settings, Path(folder) / "videos", cells)]
        with HostClient(settings) as client:
            client.ensure_running()
            client.model()
            with server(home) as udf_server:
                from xl_vqa.excel import session

                for what, measure in ((f"{cells} cells", single_cells), ("one array call", array_call)):
                    seconds = measure(udf_server, paths)
                    rows.append((what, *(f"{value:.3f}" for value in seconds.values())))
                    session.close()
            client.stop()
    columns = [
        "",
        "all calls returned, s",
        "longest call, s",
        "all known, s",
        "all filled in, s",
        "computed again, s",
    ]
    print_table("Stored ratings in cells", columns, rows)


if __name__ == "__main__":
    main()
