"""The parts of a team's host by themselves: people, limits, clips, answers, tickets, its file, its certificate."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.team.helpers import name_of
from xl_vqa.bridge.errors import TeamLimitError, TeamSetupError, TeamTokenError, TeamUploadError
from xl_vqa.bridge.team_access import (
    Access,
    access_file,
    plain_fingerprint,
    read_access,
    remove_access,
    write_access,
)
from xl_vqa.host.files import look_at
from xl_vqa.team.certificate import context_of, fingerprint_of, own_certificate
from xl_vqa.team.clips import MIB, Clips
from xl_vqa.team.limits import TRIES_A_MINUTE, Bucket, Meters
from xl_vqa.team.outward import Outward
from xl_vqa.team.people import People
from xl_vqa.team.serve import _bind
from xl_vqa.team.setup import Limits, TeamSetup, Upload
from xl_vqa.team.tickets import FORSAKEN_S, Tickets
from xl_vqa.words.errors import HostDiskError, SettingsError, VideoUnreadableError
from xl_vqa.words.reasons import Detail
from xl_vqa.words.settings import Settings

POSIX = pytest.mark.skipif("sys.platform == 'win32'", reason="the modes are those of Linux and macOS")


# -- people


@POSIX
def test_of_a_token_a_hash_alone_is_kept_and_the_file_is_private(tmp_path: Path) -> None:
    people = People(tmp_path / "team" / "people.json")
    person, token = people.add("Aiko 田中", "train", days=7)
    assert people.of_token(token) == person
    assert token not in people.file.read_text()
    assert token.split("_", 2)[2] not in people.file.read_text()
    assert stat.S_IMODE(people.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(people.file.parent.stat().st_mode) == 0o700


def test_a_token_that_is_wrong_expired_or_revoked_says_which(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    people = People(tmp_path / "people.json", now=lambda: now[0])
    _, token = people.add("Aiko", days=30)
    head, number, secret = token.split("_", 2)
    for wrong in ("", "x", f"{head}_{number}_{secret[:-1]}A", f"{head}_00000000_{secret}", token + "x", token * 2):
        if wrong != token:
            with pytest.raises(TeamTokenError, match="not known"):
                people.of_token(wrong)
    now[0] += timedelta(days=30)
    with pytest.raises(TeamTokenError, match="expired on 2026-01-31"):
        people.of_token(token)
    now[0] -= timedelta(days=1)
    # another program revokes it
    People(people.file).revoke("aiko")
    with pytest.raises(TeamTokenError, match="revoked"):
        people.of_token(token)


def test_people_are_changed_by_many_programs_at_once(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    threads = [threading.Thread(target=lambda n=n: People(file).add(f"person {n}")) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.name for one in People(file).all()) == sorted(f"person {n}" for n in range(12))


def test_a_broken_file_of_people_lets_nobody_in(tmp_path: Path) -> None:
    people = People(tmp_path / "people.json")
    _, token = people.add("Aiko")
    good = people.file.read_text()
    for broken in ("", "[]", '{"people": [{}]}', good.replace('"expires_at": "', '"expires_at": "x')):
        people.file.write_text(broken)
        with pytest.raises(TeamSetupError):
            people.of_token(token)
    people.file.write_text(good)
    assert people.of_token(token).name == "Aiko"


@pytest.mark.parametrize(
    ("name", "role", "days"), [("", "rate", 1), ("../x", "rate", 1), ("a", "root", 1), ("a", "rate", 0)]
)
def test_people_who_cannot_be(tmp_path: Path, name: str, role: str, days: int) -> None:
    with pytest.raises(TeamSetupError):
        People(tmp_path / "people.json").add(name, role, days=days)  # type: ignore[arg-type]


def test_a_name_has_one_valid_token(tmp_path: Path) -> None:
    people = People(tmp_path / "people.json")
    people.add("Aiko")
    with pytest.raises(TeamSetupError, match="revoke it first"):
        people.add("aiko")
    people.revoke("Aiko")
    people.add("Aiko")
    assert [one.state() for one in people.all()] == ["revoked", "valid"]
    people.remove("Aiko")
    assert people.all() == []
    with pytest.raises(TeamSetupError, match="nobody is called"):
        people.revoke("Aiko")


# -- limits


def test_a_bucket_gives_what_fills_it() -> None:
    bucket = Bucket(60, 0.0)
    assert [bucket.take(1, 0.0) for _ in range(61)] == [0.0] * 60 + [1.0]
    assert bucket.take(1, 0.5) == 0.5
    assert bucket.take(1, 1.0) == 0.0
    # more than it ever holds goes once it is full, and is paid off
    assert bucket.take(120, 61.0) == 0.0
    assert bucket.take(1, 62.0) > 0


def test_limits_are_each_persons_own() -> None:
    now = [0.0]
    meters = Meters(Limits(requests_a_minute=2, videos_a_minute=10, held=1), clock=lambda: now[0])
    for _ in range(2):
        meters.request("a")
    with pytest.raises(TeamLimitError) as caught:
        meters.request("a")
    assert caught.value.params["retry_s"] == 30.0
    meters.request("b")
    now[0] += 30
    meters.request("a")
    meters.videos("a", 10)
    with pytest.raises(TeamLimitError):
        meters.videos("a", 1)
    with meters.holding("a"):
        with pytest.raises(TeamLimitError), meters.holding("a"):
            pass
        with meters.holding("b"):
            pass
    with meters.holding("a"):
        pass


def test_an_address_with_many_wrong_tokens_is_not_looked_at() -> None:
    now = [0.0]
    meters = Meters(Limits(), clock=lambda: now[0])
    for _ in range(TRIES_A_MINUTE):
        assert meters.may_try("10.0.0.1")
        meters.refused_token("10.0.0.1")
    assert not meters.may_try("10.0.0.1")
    assert meters.may_try("10.0.0.2")
    now[0] += 60
    assert meters.may_try("10.0.0.1")


# -- clips


def sent(clips: Clips, person: str, data: bytes, *, name: str | None = None, size: int | None = -1) -> int:
    said = len(data) if size == -1 else size
    with clips.arrival(person, name or name_of(data), ".mp4", said) as arrival:
        for start in range(0, len(data), 1000):
            arrival.add(data[start : start + 1000])
        return arrival.finish()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_clip_is_kept_under_its_content_for_its_person_alone(tmp_path: Path) -> None:
    clips = Clips(tmp_path, Upload())
    data = os.urandom(5000)
    assert sent(clips, "p1", data) == 5000
    found = clips.find("p1", name_of(data), ".mp4")
    assert found is not None
    assert found.read_bytes() == data
    assert clips.find("p2", name_of(data)) is None
    assert clips.find("p1", "b2:../../x") is None
    assert clips.used("p1") == (5000, 1)


@pytest.mark.parametrize("kind", ["cut", "long", "other", "empty", "name", "ending", "size", "killed"])
def test_of_a_clip_that_is_not_what_was_announced_nothing_is_left(tmp_path: Path, kind: str) -> None:
    clips = Clips(tmp_path, Upload(file_mib=1))
    data = os.urandom(3000)
    with pytest.raises((TeamUploadError, RuntimeError)):  # noqa: PT012
        if kind == "killed":
            with clips.arrival("p", name_of(data), ".mp4", 3000) as arrival:
                arrival.add(data[:1000])
                raise RuntimeError
        elif kind == "ending":
            with clips.arrival("p", name_of(data), ".exe", 3000):
                pass
        else:
            size = {"cut": 4000, "long": 2000, "size": 2 * MIB}.get(kind, len(data))
            content = {"other": name_of(b"other"), "name": "b2:../../../etc/x"}.get(kind)
            sent(clips, "p", b"" if kind == "empty" else data, name=content, size=size)
    assert files(tmp_path) == []
    assert clips._arriving == {}


def test_a_clip_without_an_end_is_cut_off_at_the_limit(tmp_path: Path) -> None:
    clips = Clips(tmp_path, Upload(file_mib=1, person_mib=1))
    with pytest.raises(TeamUploadError, match="MiB are allowed"):
        sent(clips, "p", bytes(MIB + 1), size=None)
    assert files(tmp_path) == []


def test_asking_about_a_clip_does_not_make_it_another_file(tmp_path: Path) -> None:
    kept = Clips(tmp_path, Upload(keep_hours=1), free=lambda folder: 1 << 40)
    sent(kept, "p", b"a clip")
    (path,) = tmp_path.rglob("*.mp4")
    os.utime(path, (1000, 1000))
    before = look_at(str(path))
    assert kept.find("p", name_of(b"a clip")) == path
    assert look_at(str(path)) == before
    # and yet it counts as used now
    assert kept.clean() == 0
    assert kept.clean(now=datetime.now().timestamp() + 3700) == 1


def test_room_is_made_from_what_nobody_waits_for(tmp_path: Path) -> None:
    held: set[str] = set()
    clips = Clips(tmp_path, Upload(person_mib=1, person_files=3), lambda person: held)
    old = [os.urandom(300_000) for _ in range(3)]
    for age, data in enumerate(old):
        sent(clips, "p", data)
        path = clips.find("p", name_of(data))
        assert path is not None
        os.utime(path, (1000 + age, 1000 + age))
    held.add(str(clips._place("p") / f"{name_of(old[0]).removeprefix('b2:')}.mp4"))
    new = os.urandom(300_000)
    sent(clips, "p", new)
    there = {data: clips.find("p", name_of(data)) is not None for data in (*old, new)}
    assert list(there.values()) == [True, False, True, True]
    held |= {str(path) for path in tmp_path.rglob("*.mp4")}
    with pytest.raises(TeamLimitError) as caught:
        sent(clips, "p", os.urandom(300_000))
    assert caught.value.params["retry_s"] > 0
    sent(clips, "another", os.urandom(300_000))


def test_a_disk_that_is_nearly_full_takes_nothing(tmp_path: Path) -> None:
    clips = Clips(tmp_path, Upload(), free=lambda folder: 1 << 30)
    with pytest.raises(TeamLimitError, match="nearly full"):
        sent(clips, "p", b"x")


def test_what_is_old_is_removed_and_what_was_left_of_a_kill(tmp_path: Path) -> None:
    clips = Clips(tmp_path, Upload(keep_hours=1))
    sent(clips, "p", b"old")
    (tmp_path / "p" / ".half.xl_vqa.tmp").write_bytes(b"x")
    assert clips.clean() == 0
    assert clips.clean(now=datetime.now().timestamp() + 3700) == 2
    assert list(tmp_path.iterdir()) == []


# -- answers


def test_no_path_of_ours_is_told(tmp_path: Path) -> None:
    real, asked = "/srv/videos/秘密/a clip.mp4", "Z:\\videos\\秘密\\a clip.mp4"
    outward = Outward(["/srv/videos", "/home/gpu/.local/share/xl_vqa"])
    errors = [
        VideoUnreadableError(path=real, problem=Detail(f"[Errno 5] {real}: bad data near /home/gpu/.local/x")),
        VideoUnreadableError(path=real, problem=Detail("could not open '/opt/models/secret/x.bin'")),
        HostDiskError(path="/home/gpu/.local/share/xl_vqa/ratings.sqlite3", problem="problem_disk_full"),
    ]
    for error in errors:
        told = json.dumps(
            outward.entry({"status": "error", "error": error.to_dict()}, asked, real), ensure_ascii=False
        )
        assert json.dumps(asked, ensure_ascii=False)[1:-1] in told
        for secret in ("/srv", "/home", "/opt", "gpu"):
            assert secret not in told, told
    rating = {"path": real, "label": 31, "model": "ours", "warnings": [], "text": "a fox / a dog, 24/7"}
    told_rating = outward.entry({"status": "done", "rating": rating}, asked, real)["rating"]
    assert told_rating == {**rating, "path": asked}
    host = {
        "version": "1",
        "model_state": "ready",
        "warnings": [{"code": "warning_store_replaced", "params": {"path": "/home/gpu/x", "count": 2}}],
        "problem": errors[2].to_dict(),
    }
    assert "/home" not in json.dumps(outward.host(host))


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("/mnt/v/fr@25", "/mnt/v/fr/p_006.png"),
        ("Z:\\v\\fr@25", "Z:\\v\\fr\\p_006.png"),
        ("Z:\\v\\fr\\p_%03d.png", "Z:\\v\\fr\\p_006.png"),
        ("/mnt/v/a.mp4", "/mnt/v/a.mp4"),
    ],
)
def test_a_damaged_picture_of_a_folder_is_named_as_the_asker_knows_it(asked: str, named: str) -> None:
    real = "/srv/videos/fr@25"
    error = VideoUnreadableError(
        path="/srv/videos/fr/p_006.png", problem=Detail("/srv/videos/fr/p_006.png is cut")
    )
    told = Outward(["/srv/videos"]).error(error, asked, real)
    assert told["params"]["path"] == named
    assert named in told["message"]
    assert "/srv" not in json.dumps(told)


def test_tickets_are_each_persons_own_and_are_forsaken() -> None:
    tickets = Tickets()
    key = tickets.give("a", "Z:/x.mp4", "/srv/x.mp4", "k1")
    assert tickets.give("a", "Z:/x.mp4", "/srv/x.mp4", "k1") == key
    assert tickets.give("b", "Z:/x.mp4", "/srv/x.mp4", "k1") != key
    assert tickets.find("b", key) is None
    assert tickets.waiting("a") == 1
    assert tickets.real_paths("a") == {"/srv/x.mp4"}
    tickets.settled([key])
    assert tickets.waiting("a") == 0
    assert tickets.real_paths("a") == frozenset()
    again = tickets.give("a", "Z:/x.mp4", "/srv/x.mp4", "k1")
    tickets.forsake(time.monotonic() + FORSAKEN_S + 1)
    assert again != key
    assert tickets.waiting("a") == tickets.waiting("b") == 0


# -- its file, its certificate, and what a person's machine keeps


def test_team_toml_says_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    (tmp_path / "team.toml").write_text('lisen = "x"\nport = "a"\nproxies = [1]\n[upload]\nfile_mib = true\n')
    with pytest.raises(TeamSetupError) as caught:
        TeamSetup.load(tmp_path)
    for word in ("lisen", "port", "proxies", "file_mib"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "en", "ja"),
    [
        (b"port = 1\n[roots\n", "line 2 is not as TOML", "2 行目"),
        (b'[roots]\n"Z:\\videos" = "/srv"\n', "line 2 has a backslash", "2 行目"),
        ("listen = 'あ'".encode("cp932"), "UTF-8", "UTF-8"),
    ],
)
def test_a_team_toml_that_cannot_be_read_is_told_in_our_own_words(
    tmp_path: Path, text: bytes, en: str, ja: str
) -> None:
    (tmp_path / "team.toml").write_bytes(text)
    with pytest.raises(TeamSetupError) as told:
        TeamSetup.load(tmp_path)
    assert "team.toml" in told.value.message("en")
    assert en in told.value.message("en")
    assert ja in told.value.message("ja")


def test_an_address_of_another_machine_is_told(tmp_path: Path) -> None:
    with pytest.raises(TeamSetupError) as told:
        _bind(TeamSetup(listen="192.0.2.1", port=0))
    assert "192.0.2.1 is no address of this machine" in told.value.message("en")
    assert "192.0.2.1 はこの端末のアドレス" in told.value.message("ja")


@pytest.mark.parametrize(
    "text",
    [
        'plain_http = true\nlisten = "0.0.0.0"',
        'listen = "example"',
        "port = 70000",
        'certificate = "a.pem"',
        'proxies = ["x"]',
        "[limits]\nheld = 0",
        "not toml",
    ],
)
def test_what_cannot_be_served(tmp_path: Path, text: str) -> None:
    (tmp_path / "team.toml").write_text(text)
    with pytest.raises(TeamSetupError):
        TeamSetup.load(tmp_path)


def test_an_empty_file_is_fine_and_options_win(tmp_path: Path) -> None:
    assert TeamSetup.load(tmp_path) == TeamSetup()
    (tmp_path / "team.toml").write_text('port = 1\n[roots]\n"/a" = "/b"\n[upload]\nfile_mib = 0\n')
    setup = TeamSetup.load(tmp_path, port=2)
    assert (setup.port, setup.roots, setup.upload.file_mib) == (2, {"/a": "/b"}, 0)


@POSIX
def test_a_certificate_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    files = own_certificate(tmp_path / "team", ["gpu1.example", "10.0.0.7", "日本.example"])
    first = fingerprint_of(files[0])
    assert own_certificate(tmp_path / "team") == files
    assert fingerprint_of(files[0]) == first
    assert stat.S_IMODE(files[1].stat().st_mode) == 0o600
    context_of(*files)
    own_certificate(tmp_path / "team", renew=True)
    assert fingerprint_of(files[0]) != first
    assert plain_fingerprint("SHA256: " + ":".join(first[i : i + 2].upper() for i in range(0, 64, 2))) == first
    with pytest.raises(TeamSetupError):
        context_of(files[0], files[0])


@pytest.mark.parametrize(
    ("written", "secret", "file", "said"),
    [
        ("", None, "certificate", "PEM 形式の証明書"),
        ("hello", None, "certificate", "PEM 形式の証明書"),
        (None, "hello", "key", "PEM 形式の秘密鍵"),
        (None, "other", "key", "別の証明書の鍵"),
        (None, "locked", "key", "パスワードで保護"),
        (None, "gone", "key", "ファイルがありません"),
        ("gone", None, "certificate", "ファイルがありません"),
    ],
)
def test_the_file_that_is_at_fault_is_named_and_why(
    tmp_path: Path, written: str | None, secret: str | None, file: str, said: str
) -> None:
    from cryptography.hazmat.primitives import serialization as form

    certificate, key = own_certificate(tmp_path / "team", ["gpu1.example"])
    other = own_certificate(tmp_path / "other", ["gpu1.example"])[1]
    for path, content in ((certificate, written), (key, secret)):
        if content == "gone":
            path.unlink()
        elif content == "other":
            path.write_bytes(other.read_bytes())
        elif content == "locked":
            private = form.load_pem_private_key(key.read_bytes(), None)
            lock = form.BestAvailableEncryption(b"x")
            path.write_bytes(private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock))
        elif content is not None:
            path.write_text(content)
    with pytest.raises(TeamSetupError) as caught:
        context_of(certificate, key)
    told = caught.value.message("ja")
    assert str(certificate if file == "certificate" else key) + " は" in told
    assert said in told
    assert "lib" not in told


def test_a_certificate_with_words_before_it_has_a_fingerprint(tmp_path: Path) -> None:
    certificate, key = own_certificate(tmp_path, ["gpu1.example"])
    before = fingerprint_of(certificate)
    certificate.write_bytes("\ufeff社内証明書\r\n".encode() + certificate.read_bytes())
    context_of(certificate, key)
    assert fingerprint_of(certificate) == before


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_token_that_cannot_be_had_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    from xl_vqa.cli.main import app

    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path))
    monkeypatch.setenv("XL_VQA_LANGUAGE", language)
    pin = "ab" * 32
    nowhere = str(tmp_path / "none.txt")
    for more, said in (([], "--token-file"), (["--token-file", nowhere], nowhere)):
        done = CliRunner().invoke(app, ["team", "join", "https://h.example:1", "--fingerprint", pin, *more])
        assert isinstance(done.exception, TeamSetupError)
        assert said in done.exception.message(language)


@POSIX
def test_a_token_is_for_its_host_and_its_user_alone(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path, host_address="https://gpu1.example:8443")
    with pytest.raises(TeamTokenError):
        read_access(settings)
    file = write_access(settings, Access("https://gpu1.example:8443", "ab", "secret"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_access(settings).token == "secret"
    assert "secret" not in repr(read_access(settings))
    # the address was changed by hand: the token is not sent there
    with pytest.raises(TeamTokenError):
        read_access(Settings.load({}, home=tmp_path, host_address="https://gpu2.example:8443"))
    assert remove_access(settings)
    assert not access_file(settings).exists()


@pytest.mark.parametrize(
    "address", ["gpu1", "http://gpu1:80", "https://", "https://a/b", "https://u:p@a", "ftp://a", "https://a:99999"]
)
def test_what_is_no_address_of_a_team(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match="host_address"):
        Settings.load({}, home=tmp_path, host_address=address)
