"""``xl-vqa score --cluster``: what is wrong is said before anything begins, and what is right is as without it."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("address", "en", "ja"),
    [
        ("gpu1", "10.0.0.5:6379", "「端末:ポート」"),
        ("ray://gpu1:10001", "--cluster auto", "--cluster auto"),
    ],
)
def test_what_is_no_address_is_told_with_what_is_one(
    run: Run, clips: Path, address: str, en: str, ja: str
) -> None:
    for language, words in (("en", en), ("ja", ja)):
        done = run("score", clips / "clip2.mp4", "--cluster", address, XL_VQA_LANGUAGE=language)
        assert done.returncode == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_workers_need_a_cluster(run: Run, clips: Path) -> None:
    done = run("score", clips / "clip2.mp4", "--workers", "2")
    assert done.returncode == 2
    assert "--cluster" in done.stderr
    assert run("score", clips / "clip2.mp4", "--cluster", "local", "--workers", "0").returncode == 2


def test_without_ray_the_extra_is_named(run: Run, clips: Path, tmp_path: Path) -> None:
    # as where it was never installed
    (tmp_path / "ray.py").write_text("raise ModuleNotFoundError(\"No module named 'ray'\", name='ray')\n")
    for language in ("en", "ja"):
        done = run(
            "score",
            clips / "clip2.mp4",
            "--cluster",
            "local",
            PYTHONPATH=str(tmp_path),
            XL_VQA_LANGUAGE=language,
        )
        assert done.returncode == 2
        assert "pip install" in done.stderr
        assert "ray[data]" in done.stderr
        assert "Traceback" not in done.stderr


needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (the extra 'cluster')"
)


@needs_ray
def test_an_address_where_nothing_listens_is_told_in_seconds(run: Run, clips: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    done = run("score", clips / "clip2.mp4", "--cluster", address)
    assert done.returncode == 2
    assert f"There is no Ray cluster at {address}" in done.stderr


@needs_ray
@pytest.mark.slow
def test_rows_are_those_of_the_host(run: Run, clips: Path, tmp_path: Path) -> None:
    """On a Ray that is started for it, which leaves nothing behind."""
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64}
    done = run("score", clips, "-o", tmp_path / "cluster.csv", "--cluster", "local", "--workers", "1", **token)
    assert done.returncode == 1, done.stderr
    assert "2 rated, 1 with an error" in done.stderr
    assert "Videos to rate: 3; workers: 1, machines: 1." in done.stderr
    assert "raylet" not in done.stderr
    own = run("score", clips, "-o", tmp_path / "host.csv")
    assert own.returncode == 1
    assert (tmp_path / "cluster.csv").read_text() == (tmp_path / "host.csv").read_text()
