"""What a retraining learns: new labels, a replay of each fifth of the old ones, and nothing that judges."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.datasets.manifest import Manifest, ManifestRow
from xl_vqa.learning.consensus import Label
from xl_vqa.learning.corrections import Correction
from xl_vqa.learning.mix import mixed
from xl_vqa.words.labels import Scale

ANIMALS = "ant bee cat dog elk fox gnu hen ibis jay kiwi lynx mole newt owl pig ram swan toad wasp".split()


def label(path: str, mos: float) -> Label:
    return Label((Correction("/s.xlsx", "human score", "A", path, 2, f"b2:{path}", mos, "", "1..5"),), asked=False)


def labels(count: int = 20) -> list[Label]:
    return [label(f"/new/{ANIMALS[k]}.mp4", 1 + 4 * k / (count - 1)) for k in range(count)]


def before(folder: Path, count: int = 100) -> Manifest:
    scale, rows = Scale(), []
    for k in range(count):
        path = folder / f"old-{k}.mp4"
        path.touch()
        mos = 1 + 4 * k / (count - 1)
        part = ("train", "train", "train", "val", "test")[k % 5]
        rows.append(ManifestRow(str(path), mos, None, 3, scale.to_label(mos), part, f"c{k}"))
    return Manifest(tuple(rows))


@pytest.mark.parametrize(("share", "replayed"), [(0.0, 0), (0.5, 17), (0.75, 51), (0.95, 60)])
def test_the_share_of_the_replay(tmp_path: Path, share: float, replayed: int) -> None:
    made = mixed(labels(), before(tmp_path), Scale(), share=share)
    training = made.learned.part("train")
    assert (made.new, made.replayed) == (17, replayed)
    assert len(training) == 17 + replayed
    # what was validated before is so now, and what tested before is not learned
    assert len(made.learned.part("val")) == 20 + 3
    assert made.learned.part("test") == []
    assert len(made.known.part("train")) == 60 + 17


def test_numbered_pictures_are_replayed_too(tmp_path: Path) -> None:
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "0001.png").touch()
    names = ("shots@24", "shots@0", "no@24")
    rows = [ManifestRow(str(tmp_path / name), 3.0, None, 3, 30, "train", name) for name in names]
    made = mixed(labels(), Manifest(tuple(rows)), Scale(), share=0.95)
    assert [row.content for row in made.learned.part("train") if row.content in names] == ["shots@24"]


def test_every_fifth_of_the_qualities_is_replayed_alike(tmp_path: Path) -> None:
    made = mixed(labels(), before(tmp_path), Scale(), share=0.5, seed=3)
    old = sorted(row.label or 0 for row in made.learned.part("train") if "old-" in row.video)
    fifths = [sum(10 + 8 * k <= one < 10 + 8 * (k + 1) + (k == 4) for one in old) for k in range(5)]
    assert max(fifths) - min(fifths) <= 1


def test_a_correction_counts_for_what_was_taught_otherwise(tmp_path: Path) -> None:
    old = before(tmp_path)
    video = old.rows[0].video
    made = mixed([*labels(), label(video, 4.5)], old, Scale(), share=0.95)
    rows = [row for row in made.known if row.video == video]
    assert [row.mos for row in rows] == [4.5]


def test_what_judges_and_what_is_gone_takes_no_part(tmp_path: Path) -> None:
    old = before(tmp_path)
    Path(old.rows[1].video).unlink()
    made = mixed(labels(), old, Scale(), share=0.95, left_out={old.rows[0].video})
    assert not {old.rows[0].video, old.rows[1].video} & {row.video for row in made.known}


def test_without_a_replay_and_on_another_scale() -> None:
    made = mixed(labels(), None, Scale(0, 100, 100, 500), share=0.5)
    assert made.replayed == 0
    assert {row.label for row in made.learned} >= {100, 500}
    assert next(row.mos for row in made.learned) == 0.0


@given(st.integers(2, 20), st.integers(0, 1000))
def test_laws(count: int, seed: int) -> None:
    first = mixed(labels(count), None, Scale(), share=0.5, seed=seed)
    again = mixed(labels(count), None, Scale(), share=0.5, seed=seed)
    assert first == again
    assert {row.video for row in first.learned} == {one.path for one in labels(count)}
    assert first.learned.part("train")
    assert first.learned.part("val")
