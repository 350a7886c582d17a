"""The hold-out: fixed once by content, refused where it was changed or is part of what is learned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.media import make_clip
from xl_vqa.learning.errors import HoldOutError
from xl_vqa.learning.hold_out import HoldOut, HoldOutOptions, check_files, lock, overlap, read
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for k, name in enumerate(("fox", "owl", "elk", "ant", "bee", "cat")):
        make_clip(folder / f"{name}.mp4", 64, 48, 8 + 8 * k, seed=k)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def table(clips: Path, *, name: str = "judges.csv", more: str = "") -> Path:
    path = clips / name
    lines = ["video,mos,split,attribute,label"]
    for k, clip in enumerate(sorted(clips.glob("*.mp4"))):
        lines.append(
            f"{clip.name},{1 + k * 0.8:g},{'test' if k < 4 else 'train'},{'dark' if k % 2 else 'blur'},30"
        )
    path.write_text("\n".join(lines) + more + "\n", encoding="utf-8")
    return path


def fixed(clips: Path, settings: Settings, target: Path, **values: object) -> HoldOut:
    return lock(table(clips), target, settings, HoldOutOptions(**values))  # type: ignore[arg-type]


def test_it_is_fixed_with_its_parts_and_read_again(clips: Path, settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "h.json"
    made = fixed(clips, settings, target)
    assert len(made.rows) == 6
    first = made.rows[0]
    assert first.video.startswith("b2:")
    assert (first.parts["attribute"], first.parts["source"], first.parts["band"]) == ("blur", str(clips), "bad")
    assert {row.parts["length"] for row in made.rows} == {"0.3-0.8 s", "0.8-1.4 s", "1.4-1.9 s"} or all(
        row.parts["length"].endswith(" s") for row in made.rows
    )
    assert read(target, settings) == made
    check_files(target, made, lambda done, total: None)
    with pytest.raises(HoldOutError, match="fixed already"):
        fixed(clips, settings, target)


def test_of_a_manifest_one_part(clips: Path, settings: Settings, tmp_path: Path) -> None:
    made = fixed(clips, settings, tmp_path / "h.json", split="test", slices=("label",))
    assert len(made.rows) == 4
    assert made.rows[0].parts["label"] == "30"


@pytest.mark.parametrize("change", ["score", "row", "both"])
def test_a_changed_file_is_refused_even_with_a_new_hash(
    clips: Path, settings: Settings, tmp_path: Path, change: str
) -> None:
    target = tmp_path / "h.json"
    fixed(clips, settings, target)
    values = json.loads(target.read_text())
    if change == "row":
        values["rows"].pop()
    else:
        values["rows"][0]["mos"] = 5.0
    if change == "both":
        rows = tuple(type(read(target, settings).rows[0])(**row) for row in values["rows"])
        values["fingerprint"] = HoldOut(rows, values["locked_at"]).fingerprint
    target.write_text(json.dumps(values))
    with pytest.raises(HoldOutError, match="not what was fixed"):
        read(target, settings)


def test_files_may_move_and_may_not_change(clips: Path, settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "h.json"
    made = fixed(clips, settings, target)
    moved = HoldOut(made.rows[::-1], made.locked_at)
    assert moved.fingerprint == made.fingerprint
    copy = tmp_path / "other.mp4"
    copy.write_bytes((clips / "fox.mp4").read_bytes() + b"0")
    from dataclasses import replace

    other = HoldOut((replace(made.rows[0], path=str(copy)), replace(made.rows[1], path="gone.mp4")), "")
    with pytest.raises(HoldOutError) as caught:
        check_files(target, other, lambda done, total: None)
    assert "other.mp4" in caught.value.message("en")
    assert "gone.mp4" in caught.value.message("ja")


def test_what_is_learned_may_not_judge(clips: Path, settings: Settings, tmp_path: Path) -> None:
    made = fixed(clips, settings, tmp_path / "h.json")
    rows = [
        ("list#2", made.rows[0].video, "/elsewhere/copy.mp4"),
        ("list#3", "b2:new", "/elsewhere/horse.mp4"),
        ("list#4", "", "/elsewhere/owl_crf40.mp4"),
        ("list#5", "", "/elsewhere/owl_crf28/%05d.png@24"),
        ("list#6", "", "/elsewhere/horse/%05d.png"),
    ]
    assert overlap(made, rows) == ["list#2", "list#4", "list#5"]
    assert overlap(made, rows[1:2]) == []


def test_what_is_no_hold_out_says_so(clips: Path, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(HoldOutError, match="Fix one first"):
        read(tmp_path / "none.json", settings)
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(HoldOutError, match="no file that"):
        read(tmp_path / "bad.json", settings)
    bad = table(clips, name="bad.csv", more="\nmissing.mp4,3,test,dark,30\nfox.mp4,9,test,dark,30")
    with pytest.raises(HoldOutError) as caught:
        lock(bad, tmp_path / "h.json", settings, HoldOutOptions())
    assert "row 9" in caught.value.message("en")
    assert "missing.mp4" in caught.value.message("en")
    assert not (tmp_path / "h.json").exists()
