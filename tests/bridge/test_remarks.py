"""What the host says of itself reaches people: in words of either language, and once."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

import xl_vqa
from tests.host.helpers import clips
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.remarks import Said, sentences
from xl_vqa.bridge.state import read_state
from xl_vqa.cli.main import app
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.errors import HostDiskError
from xl_vqa.words.settings import Settings

INFO: dict[str, Any] = {
    "warnings": [
        {"code": "warning_store_replaced", "params": {"path": "/a/ratings.damaged.sqlite3", "count": 7}},
        {"code": "warning_same_score", "params": {"count": 20}},
    ],
    "problem": HostDiskError(path="/a", problem="problem_disk_full").to_dict(),
    "unsaved": 5,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_a_sentence(language: str) -> None:
    found = sentences(INFO, language)
    assert len(found) == 4
    assert "…" not in "".join(found)
    assert "/a/ratings.damaged.sqlite3" in found[0]
    assert "5" in found[3]
    assert sentences({}, language) == sentences(None, language) == []


def test_once_each_though_counts_grow() -> None:
    said = Said()
    assert len(said.new(INFO, "en")) == 4
    assert said.new({**INFO, "unsaved": 9}, "ja") == []
    other = {"warnings": [{"code": "warning_store_replaced", "params": {"path": "/b", "count": 7}}]}
    assert len(said.new(other, "en")) == 1


def test_a_full_disk_is_said_by_score_status_stop_and_python(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(path) for path in clips(tmp_path / "more", 4)]
    for name, value in (("HOME", settings.home), ("MODEL", settings.model), ("LANGUAGE", "en")):
        monkeypatch.setenv(f"XL_VQA_{name}", str(value))
    with HostClient(settings) as client:
        client.rate_all([Video(paths[0])])
        state = read_state(settings.state_file)
        assert state is not None
        process = psutil.Process(state.pid)
        wal = Path(f"{settings.store_file}-wal").stat().st_size
        process.rlimit(resource.RLIMIT_FSIZE, (wal, resource.RLIM_INFINITY))
        scored = CliRunner().invoke(app, ["score", paths[1]])
        assert "in the memory of the scoring host alone" in scored.output
        assert scored.output.count("in the memory of the scoring host alone") == 1
        with pytest.warns(UserWarning, match="in the memory of the scoring host alone"):
            (rating,) = xl_vqa.rate(paths[2], settings=settings)
        assert rating.ok
        status = CliRunner().invoke(app, ["host", "status"])
        assert "cannot write its store" in status.output
        stopped = CliRunner().invoke(app, ["host", "stop"])
        assert stopped.exit_code == 1
        assert "--discard" in stopped.output
        assert process.is_running()
        stopped = CliRunner().invoke(app, ["host", "stop", "--discard"])
        assert stopped.exit_code == 0
