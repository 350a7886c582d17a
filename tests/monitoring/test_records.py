"""The store read beside its writer, damaged rows left out; sheets joined to it; the command's exit status."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.host.helpers import VIEW, made_rating
from xl_vqa.cli.main import app
from xl_vqa.host.recorded import recorded
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.stored_rows import NewRating
from xl_vqa.monitoring.records import SheetOptions, with_people


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "ratings.sqlite3")
    for k in range(80):
        rating = replace(
            made_rating(), video_fingerprint=f"b2:{k}", rated_at=f"2026-11-01T00:{k // 60:02}:{k % 60:02}+00:00"
        )
        found.save([NewRating(rating, VIEW.key, "{}")])
        found.remember_file(f"/a/v{k}.mp4", KnownFile("s", f"b2:{k}", True))
    return found


def test_a_store_in_use_is_read_and_damage_left_out(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "ratings.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE ratings SET off_digit_mass = 0.5 WHERE video = 'b2:3'")
    found = recorded(path)
    assert len(found.ratings) == 79
    assert found.damaged == 1
    assert found.ratings[0].path == "/a/v0.mp4"
    store.close()


def test_people_are_joined_to_the_store(store: Store, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("video,mos\n/a/v5.mp4,3\n/b/none.mp4,2\n/a/v6.mp4,77\n/a/v5.mp4,4\n")
    found = with_people(sheet, tmp_path / "ratings.sqlite3", SheetOptions())
    assert [row.row for row in found.rows if row.gap is not None] == ["/a/v5.mp4"]
    # of two rows of one video the first counts
    assert found.unused == {"repeated": 1, "not_in_store": 1, "outside_scale": 1}
    store.close()


def test_exit_status_says_what_was_found(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path))
    quiet = CliRunner().invoke(app, ["monitor", "--json"])
    assert quiet.exit_code == 0, quiet.output
    assert json.loads(quiet.stdout)["alarms"] == []
    assert CliRunner().invoke(app, ["monitor", "--since", "2030-01-01"]).exit_code == 2
    lines = [f"/a/{k}.mp4,{20 + k % 7 + 15 * (k >= 60)}" for k in range(120)]
    (tmp_path / "s.csv").write_text("\n".join(["path,expected_label", *lines]))
    page = tmp_path / "r.html"
    loud = CliRunner().invoke(app, ["monitor", str(tmp_path / "s.csv"), "-o", str(page), "--lang", "ja"])
    assert loud.exit_code == 1
    assert "スコアが基準から移動しています" in page.read_text(encoding="utf-8")
    store.close()
