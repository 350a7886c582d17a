"""``xl-vqa host`` and ``xl-vqa doctor`` as a person uses them."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from tests.cli.conftest import Run
from xl_vqa.cli.host import logs
from xl_vqa.words.settings import Settings


def test_life_of_a_host(run: Run, clips: Path) -> None:
    run("host", "stop")
    stopped = run("host", "status")
    assert stopped.returncode == 1
    assert "not running" in stopped.stdout

    assert run("host", "start").returncode == 0
    assert run("score", clips / "clip2.mp4").returncode == 0
    running = run("host", "status")
    assert running.returncode == 0, running.stderr
    assert "is running" in running.stdout
    assert "stand-in" in running.stdout

    logs = run("host", "logs", "-n", "20")
    assert logs.returncode == 0
    assert logs.stdout.strip()

    assert "has stopped" in run("host", "stop").stdout
    assert "not running" in run("host", "stop").stdout


@pytest.mark.parametrize(("language", "words"), [("en", "it is a folder"), ("ja", "フォルダーです")])
def test_a_log_that_cannot_be_read_is_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: str,
) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path))
    monkeypatch.setenv("XL_VQA_LANGUAGE", language)
    Settings.load().log_file.mkdir(parents=True)
    with pytest.raises(typer.Exit):
        logs(lines=5, follow=False)
    assert words in capsys.readouterr().err


def test_help_is_there_for_every_command(run: Run) -> None:
    overview = run("--help")
    assert overview.returncode == 0
    for command in ("score", "score-workbook", "host", "doctor", "demo"):
        assert command in overview.stdout
        assert run(command, "--help").returncode == 0
    assert run("--version").stdout.startswith("xl-vqa ")


def test_doctor_names_what_is_wrong_and_what_to_do(run: Run, tmp_path: Path) -> None:
    good = run("doctor")
    assert good.returncode == 0, good.stdout
    assert "Everything needed works" in good.stdout
    bad = run("doctor", "--quick", XL_VQA_MODEL=str(tmp_path))
    assert bad.returncode == 1
    assert "safetensors" in bad.stdout
