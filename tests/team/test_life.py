"""People's machines and a team's host: joined, asked by commands and cells, restarted, revoked, behind a proxy."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.host.helpers import clips, settings_for, variant, wait_for
from tests.team.helpers import TeamHost, at, end, started, team_host
from xl_vqa.bridge.cells import CellRatings, Question
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.errors import (
    TeamCertificateError,
    TeamRoleError,
    TeamSetupError,
    TeamTokenError,
    TeamUnavailableError,
)
from xl_vqa.bridge.protocol import environment_of
from xl_vqa.bridge.team_access import Access, access_file, read_access, write_access
from xl_vqa.words.errors import NotAVideoError, VideoEmptyError, VideoNotFoundError, XlVqaError
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips(tmp_path_factory.mktemp("share"), 12)[0].parent


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, share: Path) -> Iterator[TeamHost]:
    setup = f'[roots]\n"/mnt/videos" = "{share}"\n"Z:\\\\videos" = "{share}"\n[upload]\nfile_mib = 1\n'
    with team_host(tmp_path_factory.mktemp("team") / "home", setup, log_format="json") as made:
        for name in ("aiko", "ben", "revoked later"):
            made.add(name)
        made.add("tara", "train")
        made.add("adam", "admin")
        yield made


def asked(settings: Settings, *paths: str, **more: Any) -> list[dict[str, Any] | XlVqaError]:
    with HostClient(settings) as client:
        return client.rate_all([Video(path) for path in paths], **more)


def test_shared_and_sent_clips_are_rated_and_each_bad_one_says_why(
    host: TeamHost, share: Path, tmp_path: Path
) -> None:
    own = [variant(share / "clip0000.mp4", tmp_path / f"own {n} 動画.mp4", 100 + n) for n in range(4)]
    large = tmp_path / "large.mp4"
    large.write_bytes(own[0].read_bytes() + bytes(1 << 20))
    empty = tmp_path / "empty.mp4"
    empty.touch()
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    paths = ["/mnt/videos/clip0001.mp4", *map(str, own), "/mnt/videos/gone.mp4", str(tmp_path / "none.mp4")]
    paths += [str(large), str(empty), str(tmp_path), str(text)]
    member = host.member(tmp_path / "member", "aiko")
    results = asked(member, *paths)
    assert [one["path"] for one in results[:5] if isinstance(one, dict)] == paths[:5]
    problems = [one for one in results[5:] if isinstance(one, XlVqaError)]
    assert [one.path for one in problems] == paths[5:]
    kinds = [type(one) for one in problems]
    assert kinds[:2] == [VideoNotFoundError] * 2
    assert [one.code for one in problems[2:4]] == ["team_upload", "video_empty"]
    assert kinds[3:] == [VideoEmptyError, NotAVideoError, NotAVideoError]
    assert "2 MiB" in str(problems[2])
    assert "1 MiB" in str(problems[2])
    for one in problems:
        assert str(host.settings.home.parent) not in one.message("en") + one.message("ja")
    # asked again, nothing is sent again
    sent = [line for line in host.audit() if line["event"] == "upload"]
    assert asked(member, *map(str, own))[0] == results[1]
    assert [line for line in host.audit() if line["event"] == "upload"] == sent
    assert {line["person"] for line in host.audit() if line["event"] == "rate"} >= {"aiko"}


def test_the_formulas_of_a_sheet_stay_the_same(host: TeamHost, share: Path, tmp_path: Path) -> None:
    own = variant(share / "clip0000.mp4", tmp_path / "cell.mp4", 200)
    member = host.member(tmp_path / "member", "ben")
    cells = CellRatings(lambda: member)
    try:
        questions = [Question("/mnt/videos/clip0002.mp4"), Question(str(own)), Question("/mnt/videos/../x.mp4")]
        wait_for(lambda: all(one.status != "pending" for one in cells.ask(questions)))
        answers = cells.ask(questions)
        assert [one.status for one in answers] == ["done", "done", "error"]
        assert cells.counts().trouble is None
    finally:
        cells.close()


def test_many_people_at_once_get_each_their_own(host: TeamHost, share: Path, tmp_path: Path) -> None:
    found: dict[str, list[Any]] = {}

    def work(name: str) -> None:
        own = [
            variant(share / "clip0000.mp4", tmp_path / f"{name} {n}.mp4", hash((name, n)) % 10**6)
            for n in range(3)
        ]
        shared = [f"/mnt/videos/clip{n:04d}.mp4" for n in range(12)]
        found[name] = asked(host.member(tmp_path / name, name), *shared, *map(str, own))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("aiko", "ben", "tara")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(one, dict) for results in found.values() for one in results)
    labels = [[one["label"] for one in results[:12]] for results in found.values()]
    assert labels[0] == labels[1] == labels[2]


def test_a_revoked_token_is_said_and_the_sheet_shows_it(host: TeamHost, tmp_path: Path) -> None:
    member = host.member(tmp_path / "member", "revoked later")
    with HostClient(member) as client:
        assert client.status() is not None
        host.people.revoke("revoked later")
        (result,) = client.rate_all([Video("/mnt/videos/clip0003.mp4")])
        assert isinstance(result, TeamTokenError)
        assert "revoked" in str(result)
        assert "失効" in result.message("ja")
        with pytest.raises(TeamTokenError):
            client.rate([Video("/mnt/videos/clip0003.mp4")])


def test_another_certificate_gets_no_token_and_no_path(host: TeamHost, tmp_path: Path) -> None:
    member = host.member(tmp_path / "member", "aiko")
    write_access(member, Access(host.address, "0" * 64, host.tokens["aiko"]))
    before = len(host.audit())
    (result,) = asked(member, "/mnt/videos/clip0003.mp4")
    assert isinstance(result, TeamCertificateError)
    assert str(host.fingerprint) in str(result)
    # nor one that nobody vouches for
    write_access(member, Access(host.address, None, host.tokens["aiko"]))
    (result,) = asked(member, "/mnt/videos/clip0003.mp4")
    assert isinstance(result, TeamCertificateError)
    assert len(host.audit()) == before


def test_settings_that_would_not_hold_are_said(host: TeamHost, tmp_path: Path) -> None:
    member = host.member(tmp_path / "member", "aiko")
    (result,) = asked(at(member, frames=16), "/mnt/videos/clip0003.mp4")
    assert isinstance(result, TeamSetupError)
    assert "frames" in str(result)
    (result,) = asked(at(member, model="D:/models/ours"), "/mnt/videos/clip0003.mp4")
    assert isinstance(result, TeamRoleError)
    (result,) = asked(member, "/mnt/videos/clip0003.mp4", refresh=True)
    assert isinstance(result, TeamRoleError)
    tara = host.member(tmp_path / "tara", "tara")
    assert isinstance(asked(tara, "/mnt/videos/clip0003.mp4", refresh=True)[0], dict)
    with HostClient(member) as client, pytest.raises(TeamSetupError, match="whoever runs it"):
        client.stop()


def test_where_nobody_answers_it_is_said_with_the_way_back(tmp_path: Path) -> None:
    address = "https://127.0.0.1:1"
    settings = settings_for(tmp_path, host_address=address)
    write_access(settings, Access(address, "0" * 64, "x"))
    (result,) = asked(settings, "/mnt/videos/clip0003.mp4")
    assert isinstance(result, TeamUnavailableError)
    assert "team leave" in str(result)
    with HostClient(settings) as client:
        assert client.status() is None
        assert client.cancel() == 0


# -- what it says of itself


def test_figures_are_prometheus_and_name_nobody(host: TeamHost, share: Path) -> None:
    status, text = host.call("GET", "/metrics", token=host.tokens["adam"])
    assert status == 200
    families = {one.name: one for one in text_string_to_metric_families(text)}
    assert {"xl_vqa_team_requests", "xl_vqa_team_people", "xl_vqa_videos_rated", "xl_vqa_queue_videos"} <= set(
        families
    )
    assert families["xl_vqa_team_requests"].type == "counter"
    assert families["xl_vqa_team_request_duration_seconds"].type == "histogram"
    rated = families["xl_vqa_videos_rated"].samples[0]
    assert (rated.name, rated.value > 0) == ("xl_vqa_videos_rated_total", True)
    for word in ("aiko", "clip0", str(share), "/mnt", "127.0.0.1"):
        assert word not in text


def test_an_admin_sees_peoples_use(host: TeamHost) -> None:
    status, answer = host.call("GET", "/v1/people", token=host.tokens["adam"])
    assert status == 200
    assert {one["name"]: one["role"] for one in answer["people"]}["tara"] == "train"
    assert "digest" not in json.dumps(answer)


def test_logs_are_lines_of_json_without_tokens(host: TeamHost) -> None:
    for line in (host.log() + host.settings.log_file.read_text()).splitlines():
        assert {"time", "level", "logger", "message"} <= set(json.loads(line))
        assert not any(token in line for token in host.tokens.values())


# -- its life


def test_a_restart_loses_nothing_and_computes_nothing_twice(share: Path, tmp_path: Path) -> None:
    log = tmp_path / "computed"
    log.touch()
    setup = f'[roots]\n"/mnt/videos" = "{share}"\n'
    with team_host(tmp_path / "home", setup, model=f"stand-in?delay=0.2&log={log}", batch_size=1) as host:
        host.add("aiko")
        member = host.member(tmp_path / "member", "aiko")
        own = [variant(share / "clip0000.mp4", tmp_path / f"own{n}.mp4", 500 + n) for n in range(4)]
        videos = [Video(f"/mnt/videos/clip{n:04d}.mp4", f"s{n}") for n in range(12)]
        videos += [Video(str(path), f"o{n}") for n, path in enumerate(own)]
        results: list[Any] = []

        def work() -> None:
            with HostClient(member) as client:
                results.extend(client.rate_all(videos))

        thread = threading.Thread(target=work)
        thread.start()
        wait_for(lambda: len(log.read_text().split()) >= 3)
        end(host)
        again = started(host.settings, port=host.port)
        try:
            thread.join(120)
        finally:
            end(again)
        assert [one["text"] for one in results if isinstance(one, dict)] == [video.text for video in videos]
        assert sorted(log.read_text().split()) == sorted(str(video.text) for video in videos)


def test_a_second_one_of_the_same_user_says_so(host: TeamHost) -> None:
    command = [sys.executable, "-m", "xl_vqa", "team", "serve", "--listen", "127.0.0.1", "--port", "0"]
    done = subprocess.run(
        command, env=environment_of(host.settings, os.environ), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    assert "running already" in done.stderr


class Proxy(BaseHTTPRequestHandler):
    """A reverse proxy as small as can be: it says where a request came from, and believes nobody before it."""

    port = 0

    def do_GET(self) -> None:
        upstream = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        told = [headers.pop("X-Forwarded-For", None), "203.0.113.7"]
        headers["X-Forwarded-For"] = ", ".join(filter(None, told))
        upstream.request("GET", self.path, headers=headers)
        response = upstream.getresponse()
        body = response.read()
        self.send_response(response.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        upstream.close()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_behind_a_proxy_that_is_named_people_keep_their_address(tmp_path: Path) -> None:
    setup = 'plain_http = true\nproxies = ["127.0.0.1"]\n'
    with team_host(tmp_path / "home", setup) as host:
        assert host.fingerprint is None
        token = host.add("aiko")
        Proxy.port = host.port
        server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)) as person:
            for shown, expected in ((token, 200), ("wrong", 401)):
                headers = {"Authorization": f"Bearer {shown}", "X-Forwarded-For": "198.51.100.1"}
                person.request("GET", "/v1/me", headers=headers)
                response = person.getresponse()
                response.read()
                assert response.status == expected
        server.shutdown()
        server.server_close()
        # the last hop before the proxy, and not what the person wrote himself
        refused = [line for line in host.audit() if line["event"] == "refused"]
        assert [line["address"] for line in refused] == ["203.0.113.7"]


# -- commands


def typed(home: Path, *words: str, given: str = "", language: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("XL_VQA_")}
    environment |= {"XL_VQA_HOME": str(home), "XL_VQA_LANGUAGE": language}
    return subprocess.run(
        [sys.executable, "-m", "xl_vqa", *words],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_person_is_added_joins_rates_and_leaves(host: TeamHost, tmp_path: Path) -> None:
    added = typed(host.settings.home, "team", "add-person", "chie", "--days", "2")
    token = added.stdout.strip()
    assert str(host.fingerprint) in added.stderr
    assert host.people.of_token(token).name == "chie"
    home = tmp_path / "chie"
    wrong = typed(home, "team", "join", host.address, "--fingerprint", "0" * 64, "--token-file", "-", given=token)
    assert wrong.returncode == 2
    assert not access_file(settings_for(home)).exists()
    unknown = typed(home, "team", "join", host.address, "--token-file", "-", given=token)
    assert str(host.fingerprint) in unknown.stderr
    pin = ["--fingerprint", str(host.fingerprint), "--token-file", "-"]
    joined = typed(home, "team", "join", host.address + "/", *pin, given=token + "\n")
    assert joined.returncode == 0, joined.stderr
    assert "chie" in joined.stdout
    assert token not in joined.stdout + joined.stderr
    settings = Settings.load({}, home=home)
    assert settings.host_address == host.address
    assert read_access(settings).token == token
    assert typed(home, "score", "/mnt/videos/clip0004.mp4", "--json").returncode == 0
    assert host.address in typed(home, "host", "status").stdout
    listed = typed(host.settings.home, "team", "list", "--json")
    assert "chie" in [one["name"] for one in json.loads(listed.stdout)]
    assert typed(host.settings.home, "team", "revoke", "chie", language="ja").stdout.startswith("失効")
    assert (
        "revoked" in typed(home, "score", "/mnt/videos/clip0004.mp4").stdout + typed(home, "host", "status").stderr
    )
    assert typed(home, "team", "leave").returncode == 0
    assert not access_file(settings).exists()
    assert Settings.load({}, home=home).host_address is None
