"""What was stored of a video goes when somebody says so, or when it is old: no byte of it is left."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.host.helpers import made_rating, new_rating, settings_for, variant, wait_for
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.cli.main import app
from xl_vqa.host.forgetting import Housekeeping, Meant, expire, forget, forget_all, looked
from xl_vqa.host.lifecycle import no_host
from xl_vqa.host.logs import start_log, thin_logs
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.stored_rows import NewRating
from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.words.settings import Settings

PROMPT = "a very secret fox in the snow"


def traces(home: Path, *words: str) -> list[str]:
    """Every file of the folder that holds one of ``words``, as UTF-8, as JSON, or as a name."""
    spelled = {raw for word in words for raw in (word.encode(), json.dumps(word)[1:-1].encode())}
    return [
        f"{path.name}: {raw!r}"
        for path in sorted(home.rglob("*"))
        if path.is_file()
        for raw in spelled
        if raw in path.read_bytes() or raw in path.name.encode()
    ]


def typed(settings: Settings, *arguments: str) -> int:
    """``xl-vqa ARGUMENTS`` in this process; its exit status."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("home", "model", "language"):
            patch.setenv(f"XL_VQA_{name.upper()}", str(getattr(settings, name)))
        with pytest.raises(SystemExit) as end:
            app(list(arguments))
    return int(end.value.code or 0)


def filled(home: Path, paths: dict[str, str]) -> Path:
    """A store of a rating per content, each remembered under its path."""
    home.mkdir(exist_ok=True)
    store = Store(home / "ratings.sqlite3")
    for path, video in paths.items():
        store.save([new_rating(video, text=f"{PROMPT} {video}")])
        store.remember_file(path, KnownFile("1:2:3:4", video, True))
    store.close()
    return home / "ratings.sqlite3"


# -- which paths are meant


@pytest.mark.parametrize(
    ("target", "path", "meant"),
    [
        ("/v/a.mp4", "/v/a.mp4", True),
        ("/v/a.mp4", "/v/a.mp4.bak", False),
        ("/v/a", "/v/a/b/c.mp4", True),
        ("/v/a/", "/v/a/b.mp4", True),
        ("/v/a", "/v/ab.mp4", False),
        ("/v/shots", "/v/shots@24", True),
        ("/v/*.mp4", "/v/a.mp4", True),
        ("/v/*.mp4", "/v/a/b.mp4", True),
        ("/v/*.mp4", "/w/a.mp4", False),
        ("/v/clip[12].mp4", "/v/clip2.mp4", True),
        ("/v/が.mp4", "/v/が.mp4", True),
        ("/v/x/../a.mp4", "/v/a.mp4", True),
        ("/", "/v/a.mp4", True),
    ],
)
def test_what_a_target_means(target: str, path: str, meant: bool) -> None:
    assert Meant([target])(path) is meant


def test_a_target_may_be_relative_or_lead_through_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    assert Meant(["a.mp4"])(str(tmp_path / "a.mp4"))
    assert Meant(["link"])(str(tmp_path / "real" / "a.mp4"))
    assert Meant(["link"])(str(tmp_path / "link" / "a.mp4"))


# -- paths


def test_of_a_forgotten_path_no_byte_is_left_and_the_others_stay(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home")
    paths = {f"/v/{name}.mp4": f"b2:{name}" for name in ("secret", "秘密", "kept")}
    filled(settings.home, paths)
    store = Store(settings.store_file)
    # the path held something else before, and crashed a host
    store.remember_file("/v/secret.mp4", KnownFile("9", "b2:newer", True))
    store.save([new_rating("b2:newer", text=f"{PROMPT} newer")])
    store.mark("b2:crashing", "/v/秘密.mp4", 1)
    store.close()
    damaged = settings.home / "ratings.damaged-20260101-000000-000000.sqlite3"
    damaged.write_bytes(b"/v/secret.mp4")
    settings.log_file.parent.mkdir()
    settings.log_file.write_text(
        "2026-01-02 03:04:05,678 INFO 1 main x: rated /v/kept.mp4\n"
        "2026-01-02 03:04:06,678 ERROR 1 main x: lost\nTraceback: '/v/secret.mp4'\nmore\n"
        "2026-01-02 03:04:07,678 INFO 1 main x: secret.mp4 was slow\n"
        "2026-01-02 03:04:08,678 INFO 1 main x: stopped\n"
    )
    settings.log_file.with_name("host.log.1").write_text("2026-01-02 03:04:05,678 INFO 1 m x: /v/秘密.mp4\n")

    report = forget(settings, ["/v/secret.mp4", "/v/秘密.mp4"])
    assert (report.ratings, report.paths, report.records, report.copies) == (3, 2, 3, 1)
    assert report.left == ()
    gone = ("/v/secret.mp4", "secret.mp4", "秘密", f"{PROMPT} b2:secret", f"{PROMPT} newer", f"{PROMPT} b2:秘密")
    assert traces(settings.home, *gone) == []
    kept = traces(settings.home, "/v/kept.mp4", f"{PROMPT} b2:kept")
    assert {name.partition(":")[0] for name in kept} == {"ratings.sqlite3", "host.log"}
    assert len(settings.log_file.read_text().splitlines()) == 2
    store = Store(settings.store_file)
    assert store.count() == 1
    assert store.known_files(paths).keys() == {"/v/kept.mp4"}
    store.close()


def test_the_other_names_of_the_same_content_go_too(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home")
    filled(settings.home, {"/v/a.mp4": "b2:same", "/link/of a.mp4": "b2:same", "/v/b.mp4": "b2:b"})
    report = forget(settings, ["/v/a.mp4"])
    assert (report.ratings, report.paths) == (1, 2)
    assert traces(settings.home, "/link/of a.mp4", f"{PROMPT} b2:same") == []
    assert traces(settings.home, "/v/b.mp4")


def test_a_pattern_and_a_folder(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home")
    filled(settings.home, {f"/v/{n % 3}/{n}.{'mp4' if n % 2 else 'mov'}": f"b2:{n}" for n in range(300)})
    assert forget(settings, ["/v/0"]).ratings == 100
    assert forget(settings, ["/v/*.mp4"]).ratings == 100
    assert forget(settings, ["/w"]).ratings == 0
    store = Store(settings.store_file)
    assert store.count() == 100
    store.close()


def test_a_rating_whose_path_is_not_known_goes_with_its_file(tmp_path: Path, clip_folder: list[Path]) -> None:
    settings = settings_for(tmp_path / "home")
    settings.home.mkdir()
    store = Store(settings.store_file)
    store.save([new_rating(fingerprint(clip_folder[0]), text=PROMPT), new_rating("b2:other")])
    store.close()
    report = forget(settings, [str(clip_folder[1])])
    assert (report.ratings, report.nameless) == (0, 2)
    report = forget(settings, [str(clip_folder[0])])
    assert (report.ratings, report.nameless) == (1, 1)
    assert traces(settings.home, PROMPT) == []


def test_what_was_deleted_before_files_were_wiped_goes_too(tmp_path: Path) -> None:
    """Older versions left deleted rows in free pages."""
    settings = settings_for(tmp_path / "home")
    filled(settings.home, {f"/v/{n}.mp4": f"b2:{n}" for n in range(50)})
    with contextlib.closing(sqlite3.connect(settings.store_file)) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM ratings WHERE id > 10")
        connection.commit()
    assert traces(settings.home, f"{PROMPT} b2:40")
    forget(settings, ["/v/0.mp4"])
    assert traces(settings.home, f"{PROMPT} b2:40") == []


@pytest.mark.parametrize("running", [True, False])
def test_the_command_with_a_host_and_without(
    settings: Settings, clip_folder: list[Path], tmp_path: Path, running: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = variant(clip_folder[0], tmp_path / "secret 秘密.mp4", 77)
    with HostClient(settings) as client:
        client.rate_all([Video(str(secret), PROMPT), Video(str(clip_folder[1]), "a plain text")])
        client.rate_all([Video(str(tmp_path / "secret 秘密 2.mp4"), PROMPT)])
        if not running:
            client.stop()
        assert traces(settings.home, PROMPT, secret.name)
        assert typed(settings, "forget", str(secret)) == 0
        said = capsys.readouterr().out
        assert "Removed: 1 ratings" in said
        assert ("was stopped" in said) is running
        assert traces(settings.home, PROMPT, str(secret), secret.name) == []
        # the same client goes on, and what was not forgotten was not lost
        (again,) = client.rate_all([Video(str(clip_folder[1]), "a plain text")])
        assert isinstance(again, dict)
        with contextlib.closing(sqlite3.connect(settings.store_file)) as connection:
            assert connection.execute("SELECT text, times_computed FROM ratings").fetchall() == [
                ("a plain text", 1)
            ]


# -- everything


def test_everything_goes_and_what_is_not_ours_stays(
    settings: Settings, clip_folder: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with HostClient(settings) as client:
        client.rate_all([Video(str(clip_folder[0]), PROMPT)])
        (settings.home / "settings.toml").write_text('language = "en"\n')
        (settings.home / "profiles").mkdir()
        (settings.home / "profiles" / "fast.toml").write_text("frames = 4\n")
        (settings.home / "notes of the user.txt").write_text("mine")
        (settings.home / "ratings.damaged-20260101-000000-000000.sqlite3").write_bytes(PROMPT.encode())
        assert typed(settings, "forget", "--all", "--keep-settings", "--yes") == 0
        assert traces(settings.home, PROMPT, str(clip_folder[0]), clip_folder[0].name) == []
        assert {path.name for path in settings.home.iterdir()} == {
            "settings.toml",
            "profiles",
            "notes of the user.txt",
        }
        said = capsys.readouterr().out
        assert f"Removed: {settings.store_file}" in said
        assert f"Left: {settings.home / 'settings.toml'}" in said
        assert typed(settings, "forget", "--all", "--yes") == 0
        assert {path.name for path in settings.home.iterdir()} == {"notes of the user.txt"}
        # and all begins anew
        assert isinstance(client.rate_all([Video(str(clip_folder[0]))])[0], dict)


def test_an_empty_folder_goes_itself(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home")
    filled(settings.home, {"/v/a.mp4": "b2:a"})
    with no_host(settings) as ran:
        report = forget_all(settings, own_settings=True)
    assert not ran
    assert not settings.home.exists()
    assert {path.name for path in report.files} == {"ratings.sqlite3", "host.lock", "cluster.lock"}
    assert report.left == ()


@pytest.mark.parametrize(
    "arguments",
    [
        ["forget"],
        ["forget", "--yes"],
        ["forget", "x", "--keep-settings"],
        ["forget", "x", "--all"],
        ["forget", "--all"],
    ],
)
def test_what_is_to_be_forgotten_must_be_said(tmp_path: Path, arguments: list[str]) -> None:
    settings = settings_for(tmp_path / "home")
    filled(settings.home, {"/v/a.mp4": "b2:a"})
    assert typed(settings, *arguments) == 2
    assert settings.store_file.exists()


def test_no_host_starts_while_one_forgets(settings: Settings, clip_folder: list[Path]) -> None:
    """A sheet that asks meanwhile waits for the next host, and gets its score."""
    answers: list[object] = []

    def ask() -> None:
        with HostClient(settings) as client:
            answers.extend(client.rate_all([Video(str(clip_folder[0]))]))

    with HostClient(settings) as client:
        client.ensure_running()
    asking = threading.Thread(target=ask)
    with no_host(settings) as ran:
        assert ran
        asking.start()
        asking.join(1.5)
        assert asking.is_alive()
        assert not settings.state_file.exists()
    asking.join(60)
    assert [isinstance(answer, dict) for answer in answers] == [True]


# -- what is too old


def aged(video: str, days: float) -> NewRating:
    made = datetime.now(UTC) - timedelta(days=days)
    new = new_rating(video, text=f"{PROMPT} {video}")
    return replace(new, rating=replace(new.rating, rated_at=made.isoformat(timespec="seconds")))


def test_what_is_older_than_keep_days_goes(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home", keep_days=30)
    settings.home.mkdir()
    store = Store(settings.store_file)
    store.save(
        [
            aged("b2:old", 31),
            aged("b2:young", 29),
            replace(new_rating("b2:x"), rating=replace(made_rating("b2:x"), rated_at="")),
        ]
    )
    for name in ("old", "young"):
        store.remember_file(f"/v/{name}.mp4", KnownFile("1", f"b2:{name}", True))
    store.mark("b2:crashing", "/v/crashing.mp4", 1)
    old, young = (settings.home / f"ratings.damaged-2026010{n}-000000-000000.sqlite3" for n in (1, 2))
    for copy, days in ((old, 31), (young, 29)):
        copy.write_bytes(b"damaged")
        os.utime(copy, (datetime.now().timestamp() - 86_400 * days,) * 2)
    settings.log_file.parent.mkdir()
    stamps = [
        (datetime.now() - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S,000") for days in (40, 31, 29, 0)
    ]
    settings.log_file.write_text("".join(f"{stamp} INFO 1 m x: word\nnext line\n" for stamp in stamps))

    report = expire(settings, store)
    assert (report.ratings, report.records, report.copies) == (2, 2, 1)
    assert store.count() == 1
    assert store.known_files(["/v/old.mp4", "/v/young.mp4"]).keys() == {"/v/young.mp4"}
    assert store.crash_marks() == {"b2:crashing": 1}
    assert (old.exists(), young.exists()) == (False, True)
    assert settings.log_file.read_text().startswith(stamps[2])
    assert traces(settings.home, "b2:old", "/v/old.mp4") == []
    assert expire(settings, store).ratings == 0
    store.close()


def test_a_host_does_it_when_it_starts(tmp_path: Path, settings: Settings) -> None:
    settings = settings_for(settings.home, keep_days=2)
    settings.home.mkdir(exist_ok=True)
    store = Store(settings.store_file)
    store.save([aged("b2:old", 3.5), aged("b2:young", 1)])
    store.close()
    assert looked(settings, datetime.now(UTC) - timedelta(days=1.2)) is None

    def left() -> set[str]:
        with contextlib.closing(sqlite3.connect(settings.store_file, timeout=10)) as connection:
            return {video for (video,) in connection.execute("SELECT video FROM ratings")}

    with HostClient(settings) as client:
        client.ensure_running()
        wait_for(lambda: left() == {"b2:young"})
        client.stop()
    assert traces(settings.home, f"{PROMPT} b2:old") == []


def test_a_clock_that_jumps_ahead_removes_nothing(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home", keep_days=90)
    settings.home.mkdir()
    now = datetime.now(UTC)
    days = [now + timedelta(days=day) for day in range(4)]
    ahead = now + timedelta(days=4000)

    def look(when: datetime) -> datetime | None:
        return looked(settings, when)

    assert [look(day) for day in (days[0], days[0] + timedelta(hours=3), days[1])] == [None, None, days[0]]
    # what was too old before may go, and nothing that only this clock calls old; it is set right within the day
    assert look(ahead) == days[1]
    assert look(ahead + timedelta(hours=1)) is None
    assert look(days[2]) is None
    assert look(days[3]) == days[2]
    for damage in ("", "no date", "2026-01-01T00:00:00"):
        (settings.home / "keep_days.look").write_text(damage)
        found = look(days[3])
        assert found is None or found.tzinfo is not None


def test_it_is_done_again_and_again_and_ends(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home", keep_days=1)
    settings.home.mkdir()
    store = Store(settings.store_file)
    keeping = Housekeeping(settings, store, every_s=0.05)
    keeping.start()
    for turn in range(3):
        store.save([aged(f"b2:{turn}", 5)])
        wait_for(lambda: store.count() == 0)
    keeping.stop()
    store.save([aged("b2:late", 5)])
    assert store.count() == 1
    store.close()


def test_nothing_is_done_where_nothing_is_too_old(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home")
    settings.home.mkdir()
    store = Store(settings.store_file)
    store.save([aged("b2:ancient", 4000)])
    keeping = Housekeeping(settings, store, every_s=0.01)
    keeping.start()
    keeping.stop()
    assert store.count() == 1
    store.close()


# -- logs


def test_a_log_that_is_open_goes_on_in_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "host.log"
    root = logging.getLogger()
    before, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    start_log(path, console=False)
    try:
        log = logging.getLogger("xl_vqa.test")
        for word in ("one", "secret", "two"):
            log.info("%s", word)
        inode = path.stat().st_ino
        assert thin_logs(path.parent, lambda record: "secret" not in record) == (1, [])
        log.info("three")
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
        logging.raiseExceptions = raising
    words = [line.rpartition(": ")[2] for line in path.read_text().splitlines()]
    assert words == ["one", "two", "three"]
    assert path.stat().st_ino == inode


def test_a_log_that_cannot_be_changed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "host.log"
    path.write_text("2026-01-02 03:04:05,678 INFO secret\n")
    opened: Callable[..., object] = Path.open

    def refuse(self: Path, mode: str = "r", *rest: object, **more: object) -> object:
        if "+" in mode:
            raise PermissionError(13, "no")
        return opened(self, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", refuse)
    assert thin_logs(tmp_path, lambda record: False) == (0, [path])
