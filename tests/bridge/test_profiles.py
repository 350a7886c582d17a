"""Profiles in the data folder: by name, written whole, read anew when they change, and every way they are
refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.core.test_domain_profile import profile, rating
from xl_vqa.bridge.profiles import (
    domain_file,
    domain_profile,
    profile_names,
    read_entries,
    save_domain_profile,
    with_profile,
)
from xl_vqa.words.errors import ProfileFileError, ProfileNotFoundError
from xl_vqa.words.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, language="en")


def test_a_profile_is_found_by_name_in_any_case_and_read_anew_when_it_changes(home: Settings) -> None:
    path = save_domain_profile(home, profile())
    assert path == home.home / "profiles" / "broadcast.json"
    chosen = with_profile(home, " BroadCast ")
    assert chosen.profile == "broadcast"
    first = domain_profile(chosen)
    assert first is not None
    assert first.decision is not None
    save_domain_profile(home, profile(decision=None, name="BROADCAST"))
    assert [file.name for file in path.parent.iterdir()] == ["broadcast.json"]
    again = domain_profile(chosen)
    assert again is not None
    assert again.decision is None


def test_other_settings_and_a_domain_may_have_one_name(home: Settings) -> None:
    save_domain_profile(home, profile())
    (home.home / "profiles" / "broadcast.toml").write_text('decoding = "median"\n')
    (home.home / "profiles" / "fast.toml").write_text('decoding = "greedy"\n')
    assert profile_names(home) == ["broadcast", "fast"]
    both = with_profile(home, "broadcast")
    assert (both.decoding, both.profile) == ("median", "broadcast")
    # one that is no domain's reads scores plainly, whatever the settings name
    plain = with_profile(Settings(home=home.home, profile="broadcast"), "fast")
    assert (plain.decoding, plain.profile) == ("greedy", None)
    assert domain_profile(with_profile(home, None)) is None


@pytest.mark.parametrize("name", ["x", "../../etc", "a/b", ".hidden", "broadcast:", "broadcast:sports"])
def test_a_profile_or_group_that_is_not_there_is_said_with_those_that_are(home: Settings, name: str) -> None:
    save_domain_profile(home, profile())
    if name == "broadcast:":
        found = domain_profile(with_profile(home, name))
        assert found is not None
        return
    with pytest.raises(ProfileNotFoundError, match=r"broadcast(?!:sports,)") as raised:
        domain_profile(with_profile(home, name))
    assert ("broadcast:film, broadcast:news" in str(raised.value)) == (name == "broadcast:sports")


def test_entries_of_the_host_are_read_or_refused_each(home: Settings) -> None:
    save_domain_profile(home, profile())
    entries: list[dict[str, Any]] = [
        {"status": "done", "rating": rating()},
        {"status": "pending", "key": "k"},
        {"status": "done", "rating": rating(model_fingerprint="b2:other")},
    ]
    assert read_entries(entries, home) == entries
    read, pending, refused = read_entries(entries, with_profile(home, "broadcast:film"))
    assert read["rating"]["profile"] == "broadcast:film"
    assert pending == entries[1]
    assert refused["status"] == "error"
    assert refused["error"]["code"] == "profile_mismatch"


def test_a_default_that_went_missing_or_broke_is_an_error_beside_each_video(home: Settings) -> None:
    named = Settings(home=home.home, profile="broadcast")
    entries = [{"status": "done", "rating": rating()}]
    assert read_entries(entries, named)[0]["error"]["code"] == "profile_not_found"
    (home.home / "profiles").mkdir()
    (home.home / "profiles" / "broadcast.json").write_text("{}")
    assert read_entries(entries, named)[0]["error"]["code"] == "profile_file"
    with pytest.raises(ProfileFileError):
        domain_profile(named)


@pytest.mark.parametrize("name", ["con", "NUL", "com1.x", "../x", "a/b", "C:\\x", ""])
def test_a_name_that_no_file_can_have_is_refused(home: Settings, name: str) -> None:
    with pytest.raises(ProfileNotFoundError):
        domain_file(home, name)


@pytest.mark.parametrize("name", ["console", "com", "con 2", "放送 (4K)"])
def test_a_name_that_only_begins_like_one_is_free(home: Settings, name: str) -> None:
    assert domain_file(home, name).stem == name
