"""Files of ours that somebody edited: told in one sentence of the reader's language, wherever they are read."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from tests.core.test_domain_profile import profile
from xl_vqa.bridge.state import read_state
from xl_vqa.bridge.team_access import read_access
from xl_vqa.learning import hold_out
from xl_vqa.models.promotion import ModelLine
from xl_vqa.models.registry import ModelRegistry, name_of
from xl_vqa.team.people import People
from xl_vqa.words.domain_profile import DomainProfile
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.model_spec import ModelSpec, starter_folder
from xl_vqa.words.records import record
from xl_vqa.words.settings import Settings

ODD: Final = (None, 5, -1, "x", "", [], {}, True, 1e999, [1], {"a": 1}, 10**400, [None])
GONE: Final = object()
OF_PYTHON: Final = re.compile(
    r"' object|NoneType|argument|unhashable|not support|'str'|Error|substring|codec|index"
)


def changed(valid: Any) -> Iterator[Any]:
    """``valid`` with every value in it, one after the other, replaced by each odd one, and taken out."""
    for at in places(valid):
        for odd in (*ODD, GONE):
            made = copy.deepcopy(valid)
            inside = made
            for step in at[:-1]:
                inside = inside[step]
            if not at:
                made = None if odd is GONE else odd
            elif odd is GONE:
                del inside[at[-1]]
            else:
                inside[at[-1]] = odd
            yield made


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for step, one in inside:
        yield from places(one, (*at, step))


VERSION: Final = {"model": "/tmp/a", "adapter": None, "fingerprint": ""}
MODELS: Final = {
    "format": 1,
    "models": [{"name": "ours", "model": "/tmp/a", "adapter": "/tmp/b", "added_at": "2026-11-11"}],
    "history": [
        {
            "name": "ours",
            "action": "promoted",
            "at": "2026-11-11",
            "before": VERSION,
            "after": VERSION,
            "settled": True,
            "verdict": {"change": 0.1},
        }
    ],
}
PEOPLE: Final = {
    "people": [
        {
            "id": "a",
            "name": "b",
            "role": "rate",
            "digest": "x",
            "created_at": "2026-01-01T00:00:00+00:00",
            "expires_at": "2026-01-01T00:00:00+00:00",
            "revoked_at": None,
        }
    ]
}
HELD_OUT: Final = {
    "format": 1,
    "fingerprint": "b2:1",
    "locked_at": "2026-01-01",
    "rows": [{"path": "a", "video": "b", "content": "c", "mos": 3.0, "parts": {"a": "b"}}],
}
STATE: Final = {"pid": 1, "port": 2, "version": "a", "started_at": "b", "token": "c", "protocol": 1}


def read_models(home: Path) -> None:
    settings = Settings.load({}, home=home)
    ModelRegistry(settings).listed()
    ModelLine(settings).history()


def read_hold_out(home: Path) -> None:
    hold_out.read(home / "hold-out.json", Settings.load({}, home=home))


def read_people(home: Path) -> None:
    for person in People(home / "people.json").all():
        person.state()
        person.may("rate")
        person.name.strip()


def read_team_access(home: Path) -> None:
    access = read_access(Settings.load({}, home=home, host_address="https://a.b:1"))
    assert access.place == ("a.b", 1)
    f"Bearer {access.token}".encode("latin-1")


def read_profile(home: Path) -> None:
    found = DomainProfile.load(home / "profile.json")
    for score in (10, 23.4, 50):
        found.reading(score)


@pytest.mark.parametrize(
    ("name", "valid", "use"),
    [
        ("models.json", MODELS, read_models),
        ("people.json", PEOPLE, read_people),
        (
            "team-access.json",
            {"address": "https://a.b:1", "fingerprint": "aa", "token": "t"},
            read_team_access,
        ),
        ("hold-out.json", HELD_OUT, read_hold_out),
        ("host.json", STATE, lambda home: read_state(home / "host.json")),
        ("xl_vqa.json", json.loads((starter_folder() / "xl_vqa.json").read_text()), ModelSpec.load),
        ("profile.json", profile().to_dict(), read_profile),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_of_ours_with_odd_values_is_told_in_a_sentence(
    tmp_path: Path, name: str, valid: Any, use: Callable[[Path], object]
) -> None:
    told = 0
    for values in changed(valid):
        (tmp_path / name).write_text(json.dumps(values))
        try:
            use(tmp_path)
        except XlVqaError as error:
            told += 1
            for language in ("en", "ja"):
                said = error.message(language)
                assert not OF_PYTHON.search(said), (said, values)
    # the state of a host is read as none
    assert told or name == "host.json"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000, b"{", b"null"])
def test_a_file_of_ours_that_is_no_json_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "models.json").write_bytes(content)
    settings = Settings.load({}, home=tmp_path)
    with pytest.raises(XlVqaError) as caught:
        ModelRegistry(settings).listed()
    assert not OF_PYTHON.search(caught.value.message("en"))
    # no score is lost to it
    assert name_of(settings) is None


@dataclass(frozen=True)
class Inner:
    count: int
    share: float = 0.5


@dataclass(frozen=True)
class Outer:
    name: str
    kind: Literal["a", "b"]
    inner: Inner = field(default_factory=lambda: Inner(1))
    path: str | None = None
    sizes: tuple[int, ...] = ()
    pair: tuple[float, float] = (1.0, 2.0)


def test_a_record_is_made_with_all_that_is_inside() -> None:
    values = {"name": "n", "kind": "b", "inner": {"count": 2}, "path": None, "sizes": [1, 2], "pair": [1, 2.5]}
    made = record(Outer, values)
    assert made == Outer("n", "b", Inner(2), None, (1, 2), (1, 2.5))
    # as it is written: what is hashed of it stays the same
    assert isinstance(made.pair[0], int)


@pytest.mark.parametrize(
    ("change", "key", "name"),
    [
        ({"name": 5}, "content_value", "file.name"),
        ({"kind": "c"}, "content_value", "file.kind"),
        ({"inner": {"count": True}}, "content_value", "file.inner.count"),
        ({"inner": {"count": 1, "share": 10**400}}, "content_value", "file.inner.share"),
        ({"inner": {}}, "problem_missing", "file.inner.count"),
        ({"inner": 5}, "content_value", "file.inner"),
        ({"sizes": [1, "2"]}, "content_value", "file.sizes.2"),
        ({"pair": [1]}, "content_value", "file.pair"),
        ({"more": 1}, "content_unknown", "file.more"),
    ],
)
def test_what_is_wrong_in_a_record_is_named(change: dict[str, Any], key: str, name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)) as caught:
        record(Outer, {"name": "n", "kind": "a", **change}, "file")
    assert caught.value.args[0] == {"key": key, "name": name}


def test_what_must_be_said_though_it_has_a_default() -> None:
    with pytest.raises(ValueError, match=r"inner\.share is missing"):
        record(Outer, {"name": "n", "kind": "a", "inner": {"count": 1}}, said=("inner", "inner.share"))
