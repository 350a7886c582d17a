"""Why a video has its score, through a team's host: in cells, workbooks and pages, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
import pytest

import xl_vqa
from tests.host.helpers import cleaned_up, clips, variant, wait_for
from tests.team.helpers import TeamHost, team_host
from xl_vqa.bridge import sending
from xl_vqa.bridge.cells import CellRatings, Question
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.errors import TeamLimitError, TeamRoleError
from xl_vqa.explaining.explain import BUDGET
from xl_vqa.explaining.in_words import sentence
from xl_vqa.team import explanations
from xl_vqa.team.explanations import Asking, OpenExplanations
from xl_vqa.team.outward import Outward
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import CancelledError, NoAttributesError, VideoNotFoundError, XlVqaError
from xl_vqa.words.explanation import Progress
from xl_vqa.words.settings import Settings

SHARED = "/mnt/videos/clip0001.mp4"


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = clips(tmp_path_factory.mktemp("share"), 4)[0].parent
    outside = folder.parent / "outside.mp4"
    outside.write_bytes((folder / "clip0000.mp4").read_bytes())
    (folder / "link.mp4").symlink_to(outside)
    return folder


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, share: Path) -> Iterator[TeamHost]:
    setup = f'[roots]\n"/mnt/videos" = "{share}"\n[limits]\nexplanations = 1\n'
    with team_host(tmp_path_factory.mktemp("team") / "home", setup, model="stand-in?per_video=0.02") as made:
        for name in ("aiko", "ben"):
            made.add(name)
        made.add("tara", "train")
        yield made


@pytest.fixture
def member(host: TeamHost, tmp_path: Path) -> Settings:
    return host.member(tmp_path / "member", "aiko")


@pytest.fixture
def own(share: Path, tmp_path: Path) -> Path:
    """A clip of the person's own machine, of a content of its own."""
    return variant(share / "clip0000.mp4", tmp_path / "own 動画.mp4", abs(hash(tmp_path)) % 10**6)


def events(host: TeamHost, event: str) -> list[dict[str, Any]]:
    return [line for line in host.audit() if line["event"] == event]


def ask(host: TeamHost, path: str, name: str = "aiko", **more: Any) -> tuple[int, Any]:
    body = {"videos": [{"path": path}], "client": "c", **more}
    return host.call("POST", "/v1/explain", body, token=host.tokens[name])


def browser() -> urllib.request.OpenerDirector:
    """Remembers its cookies."""
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


def test_shared_and_sent_clips_are_explained_and_hashed_once(
    host: TeamHost, member: Settings, own: Path, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    hash_it = sending.name_of_content

    def name_of_content(path: str, *more: Any) -> tuple[str, int]:
        hashed.append(path)
        return hash_it(path, *more)

    monkeypatch.setattr(sending, "name_of_content", name_of_content)
    told: list[Progress] = []
    before = len(events(host, "explain"))
    with HostClient(member) as client:
        for path in (SHARED, str(own)):
            made = client.explain(path, on_progress=told.append)
            assert made.rating.path == path
            assert sentence(made, "ja")
            assert str(share) not in json.dumps(made.to_dict())
            assert str(host.settings.home.parent) not in json.dumps(made.to_dict())
    assert hashed == [str(own)]
    assert "sending" in {one.stage for one in told}
    # not once for each look at it
    asked = events(host, "explain")[before:]
    assert [line["paths"] for line in asked] in ([[SHARED], [str(own)]], [[SHARED], [str(own)], [str(own)]])


def test_a_page_opens_once_on_the_persons_machine_with_his_own_video(
    host: TeamHost, member: Settings, own: Path
) -> None:
    with cleaned_up(dataclasses.replace(member, host_address=None)), HostClient(member) as client:
        made = client.explain(str(own), pictures=False)
        address, visitor = client.why_page(made, "ja"), browser()
        assert address.startswith("http://127.0.0.1:")
        page = lxml.html.fromstring(visitor.open(address, timeout=60).read())
        assert page.xpath("//p[@class='sentence']")[0].text == sentence(made, "ja")
        (source,) = page.xpath("//video/@src")
        assert visitor.open(address + source, timeout=60).read() == own.read_bytes()
        # another person who has the link, and a link that never was
        for other in (address, address[:-5] + "AAAA/"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                browser().open(other, timeout=60)
            assert refused.value.code == 410
        # a page is no question to the team's host
        token = host.tokens["aiko"]
        assert host.call("POST", "/v1/why-page", {"made": made.to_dict()}, token=token)[0] == 404
        assert host.call("GET", "/" + address.split("/", 3)[3], token=token)[0] == 404
        with HostClient(dataclasses.replace(member, host_address=None)) as here, pytest.raises(XlVqaError):
            here.request("POST", "/v1/why-page", {"made": {**made.to_dict(), "spans": "none"}, "language": "en"})


def test_formulas_say_why_and_single_qualities(host: TeamHost, member: Settings, own: Path) -> None:
    cells = CellRatings(lambda: member)
    try:
        questions = [
            Question(SHARED, want="why"),
            Question(str(own), want="why"),
            Question("/mnt/videos/../outside.mp4", want="why"),
            Question(SHARED, want="attributes"),
            Question(str(own), want="attributes"),
        ]
        wait_for(lambda: all(one.status != "pending" for one in cells.ask(questions)), 120)
        answers = cells.ask(questions)
        assert [one.status for one in answers] == ["done", "done", "error", "done", "done"]
        assert all(one.explanation is not None for one in answers[:2])
        assert all(one.attributes is not None for one in answers[3:])
        assert cells.counts().trouble is None
    finally:
        cells.close()


def test_a_workbook_gets_reasons_and_qualities(member: Settings, own: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    book = openpyxl.Workbook()
    for row in (["video"], [SHARED], [str(own)], ["/mnt/videos/gone.mp4"]):
        book.active.append(row)
    book.save(file)
    xl_vqa.score_workbook(file, settings=member, why=True, qualities=["noise"])
    rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    for heading in ("VQA why", "VQA noise"):
        column = rows[0].index(heading)
        assert [row[column] is not None for row in rows[1:]] == [True, True, False]


# -- what is refused


@pytest.mark.parametrize(
    "path",
    [
        "/mnt/videos/../outside.mp4",
        "/mnt/videos/link.mp4",
        "/mnt/videos/a/../../outside.mp4",
        "/mnt/videos/C:/outside.mp4",
        "/mnt/videos/\0.mp4",
    ],
)
def test_no_path_of_an_explanation_leads_out(host: TeamHost, share: Path, path: str) -> None:
    status, answer = ask(host, path)
    assert status == 200
    assert answer["explanation"]["status"] == "error"
    error = from_dict(answer["explanation"]["error"])
    assert error.message("en") != error.message("ja")
    assert str(share.parent) not in error.message("en") + error.message("ja")


def test_a_file_of_the_hosts_machine_is_taken_for_the_askers(host: TeamHost, share: Path) -> None:
    path = str(share.parent / "outside.mp4")
    assert ask(host, path)[1]["explanation"] == {"status": "send"}
    # and another person's clip, by its content, is not there
    content = "b2:" + "0" * 64
    answer = ask(host, path, videos=[{"path": path, "content": content, "size": 10}])[1]["explanation"]
    assert answer["status"] in ("send", "error")


def test_the_role_that_is_needed_is_said(host: TeamHost, member: Settings, tmp_path: Path) -> None:
    with HostClient(member) as client:
        for settings, more in ((member, {"refresh": True}), (dataclasses.replace(member, model="other"), {})):
            with HostClient(settings) as client, pytest.raises(TeamRoleError) as refused:
                client.explain(SHARED, **more)
            assert "rate" in refused.value.message("en")
            assert refused.value.message("ja")
    with HostClient(host.member(tmp_path / "tara", "tara")) as client:
        assert client.explain(SHARED, refresh=True).rating.path == SHARED


@pytest.mark.parametrize("body", [{}, [], {"videos": []}, {"videos": [{"path": SHARED}] * 2}, {"videos": "x"}])
def test_what_is_no_question(host: TeamHost, body: object) -> None:
    status, answer = host.call("POST", "/v1/explain", body, token=host.tokens["aiko"])
    assert status == 400
    assert answer["error"]["code"] == "host_request"
    assert host.call("POST", "/v1/explain", body)[0] == 401


def test_a_clip_that_is_gone_is_said_and_one_that_the_host_lost_is_sent_again(
    host: TeamHost, member: Settings, own: Path
) -> None:
    with HostClient(member) as client:
        client.explain(str(own))
        uploads = len(events(host, "upload"))
        for clip in host.settings.home.with_name(f"{host.settings.home.name}-clips").glob("*/*"):
            clip.unlink()
        assert client.explain(str(own)).rating.path == str(own)
        assert len(events(host, "upload")) == uploads + 1
        own.unlink()
        with pytest.raises(VideoNotFoundError) as gone:
            client.explain(str(own))
        assert str(own) in gone.value.message("en")
        with pytest.raises(VideoNotFoundError):
            client.explain("/mnt/videos/gone.mp4")


def test_a_person_has_few_under_way_and_what_is_cancelled_makes_room(host: TeamHost, tmp_path: Path) -> None:
    member = host.member(tmp_path / "ben", "ben")
    stop = threading.Event()

    def told(progress: Progress) -> None:
        # while it is under way, another one is refused; another person is not
        status, answer = ask(host, "/mnt/videos/clip0003.mp4", "ben")
        assert status == 429
        error = from_dict(answer["error"])
        assert isinstance(error, TeamLimitError)
        assert "1" in error.message("ja")
        assert ask(host, "/mnt/videos/clip0003.mp4", "tara")[0] == 200
        stop.set()

    with HostClient(member) as client:
        with pytest.raises(CancelledError):
            client.explain("/mnt/videos/clip0002.mp4", on_progress=told, cancel=stop)
        assert stop.is_set()
        status, answer = ask(host, "/mnt/videos/clip0002.mp4", "ben")
        assert (status, answer["explanation"]["status"]) == (200, "pending")
        # the host's own key is nothing to others
        assert "key" not in answer["explanation"]
        gone = host.call("POST", "/v1/cancel", {"all": True, "client": "c"}, token=host.tokens["ben"])
        assert gone[1]["cancelled"] >= 1


# -- parts


def test_explanations_are_counted_by_person_and_forsaken() -> None:
    now = [0.0]
    kept = OpenExplanations(2, clock=lambda: now[0])
    asked = [Asking(person, "c", f"/{n}.mp4", None, "m") for person in "ab" for n in range(3)]
    assert [kept.admit(one, f"/srv{one.path}") for one in asked[:2]] == [True, True]
    assert not kept.admit(asked[0], "/srv/0.mp4")
    with pytest.raises(TeamLimitError):
        kept.admit(asked[2], "/srv/2.mp4")
    assert kept.admit(asked[3], "/srv/0.mp4")
    assert kept.real_paths("a") == {"/srv/0.mp4", "/srv/1.mp4"}
    kept.waits(asked[0], "k0")
    now[0] = explanations.FORSAKEN_S
    kept.waits(asked[1], "k1")
    now[0] += 1
    assert kept.forsaken() == [(asked[0], "k0"), (asked[3], "")]
    assert (kept.waiting("a"), kept.waiting("b")) == (1, 0)
    kept.end_all("a", "other")
    assert kept.waiting("a") == 1
    kept.end_all("a", "c")
    kept.end(asked[1])
    assert kept.waiting("a") == 0


def test_one_counts_for_the_passes_that_it_may_take() -> None:
    assert explanations.COSTS == BUDGET


def test_no_path_of_ours_is_in_an_explanation() -> None:
    outward = Outward(["/srv/videos"])
    picture = "/9j/4AAQ/SkZJRg/x=="
    made = {
        "rating": {"path": "/srv/videos/a.mp4", "label": 31},
        "remarks": [{"key": "why_x", "params": {"problem": "no /srv/videos/a.mp4 nor /opt/models/x.bin"}}],
        "maps": [{"jpeg": picture}],
    }
    entry = {"status": "done", "key": "k", "explanation": made}
    told = outward.explanation({"explanation": entry}, "Z:/a.mp4", "/srv/videos/a.mp4")["explanation"]
    assert "/srv" not in json.dumps(told)
    assert "/opt" not in json.dumps(told)
    assert told["explanation"]["maps"][0]["jpeg"] == picture
    assert "key" not in told
    none = NoAttributesError(model="/opt/models/ours").to_dict()
    entry = {"status": "done", "rating": {"path": "/srv/videos/a.mp4"}, "attributes": {"error": none}}
    assert "/opt" not in json.dumps(outward.entry(entry, "Z:/a.mp4", "/srv/videos/a.mp4"))


def test_a_clip_that_is_given_up_is_neither_hashed_nor_sent_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "long.mp4"
    file.write_bytes(bytes(3 * sending.BLOCK))
    looks = iter([False, True])
    with pytest.raises(CancelledError):
        sending.name_of_content(str(file), lambda: next(looks))
