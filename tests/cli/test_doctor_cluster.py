"""What ``xl-vqa doctor`` says of a Ray on this machine."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from xl_vqa.cli.doctor_cluster import check_cluster, find_ray
from xl_vqa.words.settings import Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and permissions of POSIX")

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", language="en")


@pytest.fixture(autouse=True)
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "auth_token"
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(file))
    return file


def made_proc(folder: Path, *, mode: str | None, addresses: dict[str, int]) -> Path:
    """/proc with a raylet whose sockets listen on ``addresses`` (as the kernel writes them), and a stranger."""
    for number, name in (("11", "raylet"), ("12", "nginx")):
        process = folder / number
        (process / "fd").mkdir(parents=True)
        (process / "comm").write_text(f"{name}\n")
        (process / "environ").write_bytes(b"A=1\0" + (f"RAY_AUTH_MODE={mode}\0".encode() if mode else b""))
    lines = [HEAD]
    for at, (address, port) in enumerate(addresses.items()):
        os.symlink(f"socket:[{100 + at}]", folder / "11" / "fd" / str(at))
        lines.append(f"  {at}: {address}:{port:04X} 00000000:0000 0A 0:0 0:0 0 0 0 {100 + at} 1")
    os.symlink("socket:[900]", folder / "12" / "fd" / "0")
    lines.append("  9: 00000000:0050 00000000:0000 0A 0:0 0:0 0 0 0 900 1")
    (folder / "net").mkdir()
    (folder / "net" / "tcp").write_text("\n".join(lines) + "\n")
    return folder


def test_one_that_has_ended_and_is_not_yet_collected_takes_nobody_in(settings: Settings, tmp_path: Path) -> None:
    proc = made_proc(tmp_path / "proc", mode=None, addresses={})
    # what the kernel leaves of it
    (proc / "11" / "environ").write_bytes(b"")
    assert find_ray(proc) is None
    assert check_cluster(settings, "en", proc=proc).state == "good"


def test_none_that_runs_is_good_and_a_token_for_everybody_is_mended(
    settings: Settings, token: Path, tmp_path: Path
) -> None:
    token.write_text("secret")
    token.chmod(0o644)
    check = check_cluster(settings, "en", proc=tmp_path / "nothing")
    assert check.state == "good"
    assert "could be read by others" in check.found
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert "could be read" not in check_cluster(settings, "en", proc=tmp_path / "nothing").found


@pytest.mark.parametrize(("language", "words"), [("en", "firewall"), ("ja", "ファイアウォール")])
def test_one_that_other_machines_reach_is_told_with_its_ports(
    settings: Settings, tmp_path: Path, language: str, words: str
) -> None:
    proc = made_proc(tmp_path / "p", mode="token", addresses={"00000000": 6379, "0100007F": 7000})
    check = check_cluster(settings, language, proc=proc)
    assert check.state == "warning"
    assert "6379" in check.found
    assert "7000" not in check.found
    assert "80" not in check.found.replace("2.60.0", "")
    assert words in check.fix


@pytest.mark.parametrize("mode", [None, "disabled"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_without_a_token_is_bad(settings: Settings, tmp_path: Path, mode: str | None, language: str) -> None:
    proc = made_proc(tmp_path / "p", mode=mode, addresses={"0100007F": 6379})
    check = check_cluster(settings, language, proc=proc)
    assert check.state == "bad"
    assert "RAY_AUTH_MODE=token" in check.fix


def test_one_on_the_loopback_alone_with_a_token_is_good(settings: Settings, tmp_path: Path) -> None:
    proc = made_proc(tmp_path / "p", mode="token", addresses={"0100007F": 6379})
    assert check_cluster(settings, "en", proc=proc).state == "good"


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="no /proc")
def test_the_kernels_own_tables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xl_vqa.cli.doctor_cluster.PROGRAMS", (Path("/proc/self/comm").read_text().strip(),))
    with socket.socket() as everywhere, socket.socket() as here:
        everywhere.bind(("0.0.0.0", 0))
        here.bind(("127.0.0.1", 0))
        everywhere.listen()
        here.listen()
        found = find_ray()
        assert found is not None
        assert everywhere.getsockname()[1] in found.open_ports
        assert here.getsockname()[1] not in found.open_ports
