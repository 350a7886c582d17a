"""A whole life of the product on a machine, and after ``forget --all`` the files are those of before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from tests.host.helpers import clips, settings_for
from tests.team.helpers import name_of
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.team_access import Access, write_access
from xl_vqa.excel.install import Places
from xl_vqa.host.store import Store
from xl_vqa.team.certificate import own_certificate
from xl_vqa.team.clips import Clips
from xl_vqa.team.people import People
from xl_vqa.team.serve import clips_folder, team_folder
from xl_vqa.team.setup import TeamSetup, Upload


def tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def typed(user: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """``xl-vqa`` as the user of a home folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "xl_vqa", *words],
        env=environment(user),
        input=given,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def environment(user: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XL_VQA_", "XDG_"))}
    home = user / "data" / "xl_vqa"
    return kept | {
        "HOME": str(user),
        "USERPROFILE": str(user),
        "APPDATA": str(user / "AppData" / "Roaming"),
        "XDG_CACHE_HOME": str(user / ".cache"),
        "XL_VQA_HOME": str(home),
        "XL_VQA_MODEL": "stand-in",
        "XL_VQA_LANGUAGE": "en",
    }


@pytest.mark.skipif("sys.platform == 'win32'", reason="the add-in is written by Excel's side there")
def test_after_a_whole_life_the_files_are_those_of_before(tmp_path: Path) -> None:
    user = tmp_path / "user"
    (user / "data").mkdir(parents=True)
    (user / ".cache").mkdir()
    videos = clips(user / "videos", 3)
    (user / "videos" / "sheet.xlsx").write_bytes(b"the user's own")
    before = tree(user)
    settings = settings_for(user / "data" / "xl_vqa")

    # ratings, a log, settings, a profile, models, a training's cache
    scored = typed(user, "score", *map(str, videos), "--json")
    assert scored.returncode == 0, scored.stderr
    assert typed(user, "settings", "set", "keep_days", "90").returncode == 0
    (settings.home / "profiles").mkdir()
    (settings.home / "profiles" / "ours.json").write_text("{}")
    (settings.home / "models.json").write_text("[]")
    (settings.home / "labels.sqlite3").write_bytes(b"")
    (user / ".cache" / "xl_vqa" / "starter").mkdir(parents=True)
    (user / ".cache" / "xl_vqa" / "starter" / "clip.npz").write_bytes(b"x")
    # a team's host of this user, and one that was joined
    own_certificate(team_folder(settings), ["h"])
    People(team_folder(settings) / "people.json").add("Aiko")
    kept = Clips(clips_folder(settings, TeamSetup()), Upload())
    with kept.arrival("p", name_of(b"x"), ".mp4", 1) as arrival:
        arrival.add(b"x")
        arrival.finish()
    write_access(settings, Access("https://h:1", "ab", "secret"))
    # the add-in, as install writes it
    places = Places.of(environment(user))
    for path in (places.addin, places.config):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    made = tree(user) - before
    assert len(made) > 15

    listed = typed(user, "forget", "--all", "--dry-run")
    assert listed.returncode == 0
    assert tree(user) - before >= made - {"data/xl_vqa/host.starting"}
    for name in ("ratings.sqlite3", "team-access.json", "xl_vqa-clips", ".cache", "xl_vqa.xlam", "xl_vqa.conf"):
        assert name in listed.stdout
    unasked = typed(user, "forget", "--all")
    assert (unasked.returncode, "--yes" in unasked.stderr) == (2, True)
    assert (settings.home / "team-access.json").exists()

    done = typed(user, "forget", "--all", "--yes")
    assert done.returncode == 0, done.stderr
    assert "pip uninstall xl_vqa" in done.stdout
    # the folders that Excel itself has stay
    assert {path for path in tree(user) - before if not path.startswith("AppData")} == set()
    assert not places.addin.exists()
    with HostClient(settings) as client:
        assert client.status() is None


def test_what_the_user_chose_can_stay(tmp_path: Path) -> None:
    user = tmp_path / "user"
    settings = settings_for(user / "data" / "xl_vqa")
    settings.home.mkdir(parents=True)
    (settings.home / "settings.toml").write_text("keep_days = 1\n")
    write_access(settings, Access("https://h:1", "ab", "secret"))
    settings.store_file.write_bytes(b"")
    assert typed(user, "forget", "--all", "--keep-settings", "--yes").returncode == 0
    assert {path.name for path in settings.home.iterdir()} == {"settings.toml", "team-access.json"}


def test_a_running_team_host_is_not_pulled_away(tmp_path: Path) -> None:
    user = tmp_path / "user"
    settings = settings_for(user / "data" / "xl_vqa")
    team_folder(settings).mkdir(parents=True)
    with filelock.FileLock(team_folder(settings) / "team.lock"):
        refused = typed(user, "forget", "--all", "--yes")
    assert refused.returncode == 2
    assert "End it first" in refused.stderr
    assert team_folder(settings).exists()


def test_nothing_to_forget_is_said(tmp_path: Path) -> None:
    done = typed(tmp_path / "user", "forget", "--all", "--yes")
    assert done.returncode == 0
    assert "Nothing is stored" in done.stdout


def test_a_name_of_which_nothing_is_stored_is_not_told_like_a_removal(tmp_path: Path) -> None:
    """A typing error, where somebody has to be sure."""
    user = tmp_path / "user"
    (user / "data" / "xl_vqa").mkdir(parents=True)
    Store(settings_for(user / "data" / "xl_vqa").store_file).close()
    done = typed(user, "forget", str(tmp_path / "clip_witH_error.mp4"))
    assert done.returncode == 0
    assert "Nothing is stored of what was named" in done.stdout
    assert "spelling" in done.stdout


@pytest.mark.slow
def test_what_the_main_commands_write_is_all_forgotten(tmp_path: Path) -> None:
    """By the commands themselves, whatever they write: reasons, corrections, a profile, a page, a reference."""
    user, own = tmp_path / "user", tmp_path / "own"
    (user / "data").mkdir(parents=True)
    videos = clips(own, 12)
    rows = "".join(f"{path},{1 + k % 5},{1 + k % 5}\n" for k, path in enumerate(videos))
    (own / "people.csv").write_text(f"video,mos,human score\n{rows}")
    before, mine = tree(user), tree(own)

    def run(*words: str, codes: tuple[int, ...] = (0,)) -> None:
        done = typed(user, *words)
        assert done.returncode in codes, done.stderr

    run("score", str(own), "--json")
    run("why", str(videos[0]))
    run("labels", "collect", str(own / "people.csv"), "--rater", "Aiko")
    # a model that says nothing of people's scores gives no profile, and says so
    run("calibrate", str(own / "people.csv"), "--profile", "ours", codes=(0, 2))
    run("monitor", codes=(0, 1, 2))
    run("store", "list")
    run("settings", "set", "keep_days", "90")
    assert len(tree(user) - before) > 8
    run("forget", "--all", "--yes")
    left = {path for path in tree(user) - before if not path.startswith(("AppData", ".cache"))}
    assert left == set()
    assert tree(own) == mine
