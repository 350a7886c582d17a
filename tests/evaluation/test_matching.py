"""Two tables name the same videos in their own ways; a wrong match would be worse than none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.evaluation.matching import is_absolute, match, parts


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.mp4", ("a", "b.mp4")),
        ("./a//b.mp4 ", ("a", "b.mp4")),
        ("a\\x\\..\\b.mp4", ("a", "b.mp4")),
        ("D:\\v\\動画.mp4", ("D:", "v", "動画.mp4")),
        ("../a.mp4", ("..", "a.mp4")),
        # one letter or a letter and a mark, as macOS writes it
        ("ハ\u309aリ.mp4", ("パリ.mp4",)),
    ],
)
def test_parts(path: str, expected: tuple[str, ...]) -> None:
    assert parts(path) == expected


def test_absolute_paths_of_all_systems() -> None:
    assert all(map(is_absolute, ["/a", "C:\\a", "\\\\server\\share", "c:/a"]))
    assert not any(map(is_absolute, ["a", "./a", "..\\a", ""]))


def test_a_relative_path_starts_at_its_tables_folder(tmp_path: Path) -> None:
    found = match(
        ["clips/a.mp4"], [f"{tmp_path}/other/clips/a.mp4", f"{tmp_path}/clips/a.mp4"], wanted_folder=tmp_path
    )
    assert found.found == {0: 1}
    assert found.moved == 0


def test_a_moved_tree_matches_by_its_unique_ends() -> None:
    wanted = ["D:\\proj\\one\\out.mp4", "D:\\proj\\two\\out.mp4", "D:\\proj\\two\\Intro.MP4"]
    given = ["/mnt/v/two/intro.mp4", "/mnt/v/two/out.mp4", "/mnt/v/one/out.mp4"]
    found = match(wanted, given)
    assert found.found == {0: 2, 1: 1, 2: 0}
    assert found.moved == 3


def test_a_path_that_is_the_end_of_another_has_not_moved() -> None:
    assert match(["one/out.mp4", "x.mp4"], ["/v/one/out.mp4", "/v/x.mp4"]).moved == 0


@pytest.mark.parametrize(
    "name",
    ["%05d.png", "%d.jpg@24", "frame_%04d.png", "img-%03d.tif@30", "%05d", "frames@25", "Images@24", "0001@25"],
)
def test_numbered_pictures_have_no_name_but_their_folders(name: str) -> None:
    assert match([f"shots/one/{name}"], [f"/v/shots/two/{name}"]).found == {}
    assert match([f"shots/one/{name}"], [name]).found == {}
    assert match([f"shots/one/{name}"], [f"/v/moved/one/{name}"]).found == {0: 0}
    assert match([name], [name]).found == {0: 0}


@pytest.mark.parametrize("name", ["beach_%05d.png", "beach@25", "夜景_%04d.png@24", "100%done.mp4", "frame.mp4"])
def test_a_name_that_tells_is_enough(name: str) -> None:
    assert match([f"shots/one/{name}"], [f"/v/shots/two/{name}"]).found == {0: 0}


def test_like_names_in_other_folders_are_not_mixed_up() -> None:
    assert match(["one/out.mp4", "two/out.mp4"], ["/v/three/out.mp4"]).found == {}
    assert match(["one/out.mp4"], ["/v/three/out.mp4", "/v/four/out.mp4"]).found == {}
    # the exact match of the one does not free the name for the other
    assert match(["/v/one/out.mp4", "/v/two/out.mp4"], ["/v/one/out.mp4", "/v/three/out.mp4"]).found == {0: 0}


def test_case_counts_where_both_exist() -> None:
    assert match(["a.mp4", "A.mp4"], ["A.mp4", "a.mp4"]).found == {0: 1, 1: 0}


def test_no_given_path_is_used_twice() -> None:
    assert match(["a.mp4", "./a.mp4"], ["a.mp4"]).found == {0: 0}


@given(
    st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from("de"), st.sampled_from("fgh")), min_size=1),
    st.randoms(use_true_random=False),
)
def test_a_moved_tree_of_any_shape_is_never_mismatched(
    tree: set[tuple[str, ...]], shuffler: random.Random
) -> None:
    wanted = ["/old/" + "/".join(path) for path in sorted(tree)]
    given = ["Z:\\new\\" + "\\".join(path) for path in sorted(tree)]
    order = list(range(len(given)))
    shuffler.shuffle(order)
    dropped = order[: len(order) // 3]
    kept = order[len(dropped) :]
    found = match(wanted, [given[index] for index in kept]).found
    # every video that is there is found by its whole path below the moved folder
    assert {ours: kept[theirs] for ours, theirs in found.items()} == {index: index for index in sorted(kept)}
