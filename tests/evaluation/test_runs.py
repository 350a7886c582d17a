"""A run kept on disk is the run that was made, or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.evaluation.runs import Run, RunRow, read_run, write_run
from xl_vqa.words.errors import OutputNotWritableError

numbers = st.floats(1, 5, allow_nan=False)
rows = st.builds(
    RunRow,
    video=st.text(min_size=1, max_size=20),
    mos=numbers,
    content=st.none() | st.text(max_size=5),
    split=st.sampled_from(["validation", "test"]),
    predictions=st.dictionaries(st.sampled_from(["expectation", "median"]), numbers),
    error=st.none() | st.text(max_size=10),
)
runs = st.builds(
    Run,
    scheme=st.sampled_from(["integer", "levels"]),
    seed=st.integers(0, 9),
    fingerprint=st.text(max_size=8),
    rows=st.lists(rows, max_size=4).map(tuple),
    facts=st.dictionaries(st.text(max_size=5), numbers, max_size=2),
    coded=st.dictionaries(st.text(max_size=5), numbers, max_size=2),
)


@given(runs)
def test_a_run_survives_json(run: Run) -> None:
    assert Run.from_dict(json.loads(json.dumps(run.to_dict(), allow_nan=False))) == run


def test_only_the_finished_run_of_the_same_data_is_read(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "動画-1.json"
    run = Run("integer", 1, "abc", (RunRow("a.mp4", 3.0, None, "test", {"expectation": 3.1}),))
    assert read_run(path, "abc") is None
    write_run(path, run)
    assert read_run(path, "abc") == run
    assert read_run(path, "other data") is None
    write_run(path, Run("integer", 1, "abc", error="out of memory"))
    assert read_run(path, "abc") is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"format": 2}', b'{"format": 1, "rows": [{"x": 1}]}', b"\xff"]
)
def test_a_damaged_file_is_no_run(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    assert read_run(path, "abc") is None


def test_a_folder_in_the_way_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritableError):
        write_run(tmp_path, Run("integer", 1, "abc"))
