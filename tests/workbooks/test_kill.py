"""A run that is killed leaves a workbook that opens, with the rows that were finished."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.workbooks.makers import clip_rows, list_workbook, make_rating, members, values
from tests.workbooks.package_rules import problems
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores

WORKER = """
import sys
from tests.workbooks.makers import make_rating
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores
plan = plan_workbook(sys.argv[1])
scores = WorkbookScores(plan)
pending = plan.pending("starter")
print(len(pending), flush=True)
for row in pending:
    scores.write({row.row: make_rating(20)})
    print(row.row, flush=True)
print("done", flush=True)
"""
ROWS = 150


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
def test_killed_again_and_again(tmp_path: Path) -> None:
    path = list_workbook(tmp_path / "list.xlsx", clip_rows(ROWS))
    untouched = members(path)["xl/theme/theme1.xml"]
    chance = random.Random(7)
    left = [ROWS]
    kills = 0
    for _ in range(40):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert worker.stdout is not None
        assert int(worker.stdout.readline()) == left[-1]
        # at any moment after some rows: on a busy machine a time alone may end before the first one
        for _ in range(chance.randint(1, 12)):
            worker.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        finished = worker.poll() is not None
        if not finished:
            worker.send_signal(signal.SIGKILL)
            kills += 1
        rest = worker.communicate()[0]
        assert problems(path) == []
        left.append(len(plan_workbook(path).pending("starter")))
        # finished rows are never lost
        assert left[-1] <= left[-2]
        if "done" in rest:
            break
    assert left[-1] == 0, left
    assert kills >= 2, "the worker was too quick to be killed"
    assert [row[3] for row in values(path)[1:]] == [20] * ROWS
    assert members(path)["xl/theme/theme1.xml"] == untouched
    # what the kills left lying is cleared away once it is old enough to belong to nobody
    for entry in tmp_path.glob("*.tmp"):
        os.utime(entry, (1, 1))
    scores = WorkbookScores(plan_workbook(path))
    scores.check()
    scores.write({2: make_rating(30)})
    # a score was replaced, so the workbook as it was is kept
    assert sorted(os.listdir(tmp_path)) == ["list.before-vqa.xlsx", "list.xlsx"]
