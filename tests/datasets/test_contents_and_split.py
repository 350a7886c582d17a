"""Versions of one source stay together, whatever the names, the sizes and the order."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.datasets.contents import joined, plan_contents
from xl_vqa.datasets.split import PARTS, Shares, split_by_content, torn_contents


def guess(*videos: str) -> tuple[str, list[list[str]]]:
    """The rule, and the videos grouped by content in order of appearance."""
    plan = plan_contents(videos, [None] * len(videos))
    groups: dict[str, list[str]] = {}
    for video, content in zip(videos, plan.contents, strict=True):
        groups.setdefault(content, []).append(video)
    return plan.rule, list(groups.values())


@pytest.mark.parametrize(
    "groups",
    [
        [["bbb_crf20.mp4", "bbb_crf35.mp4"], ["park_crf20.mp4"]],
        [["SRC01_HRC01.avi", "SRC01_HRC02.avi"], ["SRC02_HRC01.avi", "SRC02_HRC02.avi"]],
        [["桜_元.mp4", "桜_圧縮_強.mp4"], ["海_元.mp4", "海_ノイズ.mp4"]],
        [["Tears of Steel 1080p 1.5mbps.mp4", "tears_of_steel_720p.mp4"], ["sintel 720p.mp4"]],
        [["a-x265-ref.mkv", "a-h.264-2000kbps.mkv"], ["b-x265-ref.mkv"]],
        [["src01_v1.mp4", "src01_v2.mp4"], ["src02_v1.mp4", "src02_v2.mp4"]],
        [["01_park_crf20.mp4", "03_park_crf30.mp4"], ["02_sea_crf20.mp4"]],
        [["ref/park.mp4", "blur/park.mp4"], ["ref/sea.mp4", "blur/sea.mp4"]],
        [["C:\\v\\park\\crf20.mp4", "C:\\v\\park\\crf30.mp4"], ["C:\\v\\sea\\crf20.mp4"]],
    ],
)
def test_versions_are_recognised_by_their_names(groups: list[list[str]]) -> None:
    videos = [video for group in groups for video in group]
    random.Random(1).shuffle(videos)
    rule, found = guess(*videos)
    assert sorted(map(sorted, found)) == sorted(map(sorted, groups))
    assert rule in ("name_version", "name_folder", "name_whole")


def test_a_crossed_design_without_known_words() -> None:
    videos = [f"{source}_{version}.mp4" for source in ("park", "sea", "city", "train") for version in range(1, 6)]
    rule, found = guess(*videos)
    assert rule == "name_front"
    assert sorted(map(len, found)) == [5, 5, 5, 5]


@pytest.mark.parametrize(
    "videos",
    [
        [f"clip{k:03d}.mp4" for k in range(50)],
        [f"clip_{k:03d}.mp4" for k in range(50)],
        [f"shoot_s{k:02d}.mp4" for k in range(30)],
        ["v01.mp4", "v02.mp4", "v03.mp4"],
        [f"video ({k}).mp4" for k in range(9)],
        ["red.mp4", "green.mp4", "桜.mp4"],
    ],
)
def test_numbered_clips_are_not_taken_for_versions(videos: list[str]) -> None:
    rule, found = guess(*videos)
    assert rule == "name_whole"
    assert len(found) == len(videos)


# -- ladders: what stands behind a front that repeats ------------------------------------------------------------

SOURCES = "park_run ElFuente1 ElFuente2 桜 SRC01 SRC02 clip_07 clip_08 tokyo-tower I01 old.town.cross".split()
MARKED = {
    "height": ["288p", "480p", "1080p"],
    "size": ["512x384", "1920x1080", "3840x2160"],
    "rate": ["375kbps", "1.5mbps", "5000k"],
    "crf": ["crf18", "crf23", "qp37"],
    "preset": ["slow", "medium", "veryfast"],
    "codec": ["h264", "h.265", "x265", "av1"],
    "take": ["take1", "take_2", "テイク3"],
    "version": ["v1", "v2", "v3_final"],
    "copy": ["- コピー", "- Copy (2)", "copy"],
    "language": ["ja", "en"],
    "camera": ["camA", "cam2"],
    "japanese": ["低画質", "高画質", "圧縮_強"],
    "fps": ["25fps", "60fps_8bit"],
    "defect": ["packet_loss", "low_rate", "clean"],
}
NUMBERED = {
    "number": ["1", "2", "3", "07"],
    "height": ["384", "480", "720"],
    "rate": ["375", "1050", "20000"],
    "date": ["2024-01-05", "20240211", "2024_03_17"],
    "brackets": ["(1)", "(2)", "(3)"],
}


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from(SOURCES), unique=True, min_size=2),
    st.lists(st.sampled_from(sorted(MARKED)), unique=True, max_size=4),
    st.lists(st.sampled_from(sorted(NUMBERED)), unique=True, max_size=3),
    st.sampled_from("_- "),
    st.data(),
)
def test_any_ladder_gives_back_its_sources(
    sources: list[str], marked: list[str], numbered: list[str], gap: str, data: st.DataObject
) -> None:
    steps = [*(NUMBERED[name] for name in numbered), *(MARKED[name] for name in marked)]
    videos: dict[str, str] = {}
    for source in sources:
        for _ in range(data.draw(st.integers(2, 6)) if steps else 1):
            tail = [data.draw(st.sampled_from(step)) for step in steps]
            videos[gap.join([source, *tail]) + ".mp4"] = source
    groups = {frozenset(v for v, own in videos.items() if own == source) for source in sources}
    assert {frozenset(group) for group in guess(*videos)[1]} == groups


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["mountains", "harbour", "shop_front", "桜"]), unique=True, min_size=2),
    st.lists(st.sampled_from(["haze", "tint", "wl_r1", "fast_fading", "モザイク", "q9"]), unique=True, min_size=2),
)
def test_unknown_words_behind_several_names_are_versions(sources: list[str], words: list[str]) -> None:
    groups = [[f"{source}_{word}.mp4" for word in words] for source in sources]
    found = guess(*(video for group in groups for video in group))[1]
    assert sorted(map(sorted, found)) == sorted(map(sorted, groups))


@settings(deadline=None)
@given(st.lists(st.text("bcdfghkmpt", min_size=4, max_size=9), unique=True, min_size=2, max_size=30))
def test_names_that_share_nothing_stay_apart(names: list[str]) -> None:
    assert len(guess(*(f"{name}.mp4" for name in names))[1]) == len(names)


NFLX = Path(__file__).with_name("nflx_names.txt")


def test_the_public_film_test_has_its_nine_films() -> None:
    """File names of the NFLX public data set: a quality, a height and a bit rate behind the film."""
    videos = NFLX.read_text(encoding="utf-8").split()
    films = [re.split(r"_[0-9]", video)[0] for video in videos]
    rule, found = guess(*videos)
    assert (rule, len(videos), len(found)) == ("name_front", 79, 9)
    assert {frozenset(group) for group in found} == {
        frozenset(v for v, own in zip(videos, films, strict=True) if own == film) for film in set(films)
    }
    plan = plan_contents(videos, [None] * len(videos))
    parts = split_by_content(plan.contents, [3.0] * len(videos), [None] * len(videos), Shares(), 0)
    assert set(parts) == set(PARTS)
    assert not torn_contents(films, parts)


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        # the front of one name is the whole of another
        ([["mountains.mp4", "mountains_packet.mp4", "mountains_x_y.mp4"], ["sea.mp4"]], "prefix"),
        ([["会議.mp4", "会議 (1).mp4", "会議 (2).mp4"], ["祭り.mp4"]], "numbers"),
        ([["会議.mp4", "会議 (1).mp4"]], "prefix"),
        ([[f"{s}{k}_25fps.yuv" for k in range(2, 17)] for s in ("pa", "rb", "tr")], "glued"),
        ([[f"BQMall_832x480_dst_{k:02d}.yuv" for k in range(9)], ["Kimono_832x480_dst_01.yuv"]], "numbers"),
        ([[f"I{s:02d}_{a:02d}_{b:02d}.png" for a in range(3) for b in range(3)] for s in range(4)], "numbers"),
        # one film alone: sizes and rates count nothing, so they are no names
        ([["bbb_384_550.mp4", "bbb_384_750.mp4", "bbb_480_1050.mp4"]], "numbers"),
        ([["tractor_512_384.avi", "tractor_1024_768.avi"]], "numbers"),
        ([[f"{a}_{k:03d}.mp4" for k in range(30)] for a in ("indoor", "outdoor")], "numbers"),
        ([[f"{s}_{w}.mp4" for w in ("haze", "tint")] for s in ("sea", "park")], "words"),
        ([["sea_haze.mp4", "sea_tint.mp4"], ["park_haze.mp4"], ["city_haze.mp4"]], "words"),
    ],
)
def test_what_is_joined_by_its_front_alone_is_named(groups: list[list[str]], reason: str) -> None:
    videos = [video for group in groups for video in group]
    found = guess(*videos)[1]
    assert sorted(map(sorted, found)) == sorted(map(sorted, groups))
    plan = plan_contents(videos, [None] * len(videos))
    joined_names = {plan.contents[videos.index(group[0])] for group in groups if len(group) > 1}
    assert plan.alike == dict.fromkeys(joined_names, reason)


@pytest.mark.parametrize(
    "videos",
    [
        [f"IMG_{k:04d}.mov" for k in (1, 2, 17, 230)],
        [f"clip{k:02d}.mp4" for k in range(1, 100)],
        ["S001C001T001.mp4", "S001C002T001.mp4", "S002C001T001.mp4"],
        [f"camera_2024-01-{k:02d}.mp4" for k in range(1, 20)],
        [f"tower_2024-01-{k:02d}.mp4" for k in range(1, 20)],
        [f"tower_{k}.mp4" for k in range(1, 300)],
        ["VID_20240105_101500.mp4", "VID_20240105_101733.mp4", "PXL_20240105_101500123.mp4"],
        [f"WhatsApp Video 2024-01-05 at 10.{k}.00.mp4" for k in (15, 16, 17)],
        ["3015109027.mp4", "3021245433.mp4", "2999049224.mp4"],
        ["orig_3015109027_540_5s.mp4", "orig_3021245433_540_5s.mp4"],
        [f"product-{k}-a.mp4" for k in range(1234, 1250)],
        ["001_1080p.mp4", "002_1080p.mp4", "003_720p.mp4"],
        [f"{s}{k:03d}.mp4" for s in "ABCD" for k in range(1, 20)],
        ["Gaming_720P-0025.mp4", "Gaming_720P-01b3.mp4", "Gaming_720P-25aa.mp4", "Animation_480P-0025.mp4"],
        ["a_man_walking.mp4", "a_dog_walking.mp4", "the_man_sitting.mp4"],
        ["tears_of_steel.mp4", "tears_of_joy.mp4"],
    ],
)
def test_different_clips_with_like_names_stay_apart(videos: list[str]) -> None:
    assert len(guess(*videos)[1]) == len(videos)


def test_a_running_number_that_is_all_there_is_is_pointed_out() -> None:
    plan = plan_contents([f"tower_{k}.mp4" for k in range(1, 20)], [None] * 19)
    assert (plan.rule, plan.groups, plan.numbered) == ("name_whole", 19, True)
    assert not plan_contents([f"clip_{k}.mp4" for k in range(1, 20)], [None] * 19).numbered
    assert not plan_contents(["a.mp4", "b.mp4"], [None] * 2).numbered


def test_many_numbers_behind_few_names_are_the_sources() -> None:
    """Clips that two generators made of the same 60 prompts."""
    videos = [f"{model}_{k:03d}.mp4" for model in ("alpha", "beta") for k in range(60)]
    found = guess(*videos)[1]
    assert sorted(map(sorted, found)) == [[f"alpha_{k:03d}.mp4", f"beta_{k:03d}.mp4"] for k in range(60)]


def test_a_guess_is_shown_and_a_column_is_none() -> None:
    plan = plan_contents(["a_crf1.mp4", "a_crf2.mp4", "b_crf1.mp4"], [None] * 3)
    assert plan.guessed
    assert plan.groups == 2
    assert plan.examples[0] == ("a", ("a_crf1.mp4", "a_crf2.mp4"))
    told = plan_contents(["x.mp4", "y.mp4", "z.mp4"], ["s", "s", None])
    assert (told.rule, told.guessed, told.contents) == ("column", False, ("s", "s", "z"))


def test_an_empty_or_other_spelling_in_the_column_does_not_tear_a_content() -> None:
    videos = ["park_1.mp4", "park_2.mp4", "sea_1.mp4", "sea_2.mp4", "X.mp4", "hut_1.mp4", "hut_2.mp4"]
    plan = plan_contents(videos, ["公園", None, "Sea", "ＳＥＡ ", None, None, None])
    assert plan.contents == ("公園", "公園", "Sea", "Sea", "X", "hut", "hut")


def test_numbered_pictures_are_called_as_their_folder() -> None:
    folders = [f"set/{name}_{version}" for name in ("beach", "city", "night") for version in ("crf23", "crf40")]
    groups = [[f"{folders[k]}/%05d.png", f"{folders[k + 1]}/%05d.png@24"] for k in (0, 2, 4)]
    assert guess(*(video for group in groups for video in group)) == ("name_version", groups)


PICTURES = ["beach@25", "beach@29.97", "beach/%05d.png", "beach/%d.JPG@24", "beach_%04d.png", "%05d-beach.tif@12"]


@pytest.mark.parametrize("written", PICTURES)
@pytest.mark.parametrize("place", ["", "set/", "D:\\set\\"])
def test_numbered_pictures_are_one_file_by_every_rule(place: str, written: str) -> None:
    """The place of the number and the rate are no part of a name, and the folder of the pictures is the video."""
    videos = [place + written, f"{place}beach_crf40.mp4", f"{place}city.mp4"]
    folder = place.rstrip("/\\").replace("\\", "/")
    inside = f"{folder}/" if folder else ""

    def contents(rule: str, told: Sequence[str | None] = (None, None, None)) -> tuple[str, ...]:
        return plan_contents(videos, told, rule).contents

    assert contents("none") == (f"{inside}beach", f"{inside}beach_crf40", f"{inside}city")
    assert contents("folder") == ((folder,) * 3 if folder else ("beach", "beach_crf40", "city"))
    assert contents("column", (None, "sea", "town")) == ("sea", "sea", "town")
    assert contents("column", (None, None, "town"))[0] == "beach"
    assert contents("auto")[:2] == ("beach", "beach")
    assert "beach" in str(plan_contents(videos, [None] * 3, "folder").examples)


def test_what_only_looks_like_numbered_pictures_keeps_its_name() -> None:
    videos = ["100%done.mp4", "mail@25.mp4", "me@home", "%05d.png", "v1.5@25", "v1.6@25"]
    found = plan_contents(videos, [None] * len(videos), "none").contents
    assert found == ("100%done", "mail@25", "me@home", "%05d", "v1.5", "v1.6")


def test_by_folder_and_not_at_all() -> None:
    videos = ["p/a/1.mp4", "p/a/2.mp4", "p/b/1.mp4"]
    assert plan_contents(videos, [None] * 3, "folder").contents == ("p/a", "p/a", "p/b")
    assert plan_contents(videos, [None] * 3, "none").groups == 3
    with pytest.raises(ValueError, match="magic"):
        plan_contents(videos, [None] * 3, "magic")


@given(st.lists(st.text(min_size=1, max_size=30), max_size=20))
def test_any_names_get_contents(names: list[str]) -> None:
    plan = plan_contents(names, [None] * len(names))
    assert len(plan.contents) == len(names)
    # the same name is the same content, whatever the guess
    for name in set(names):
        assert len({c for n, c in zip(names, plan.contents, strict=True) if n == name}) == 1


def test_links_join_contents_transitively() -> None:
    contents = ["a", "b", "c", "d", "e"]
    assert joined(contents, ["x", "x", None, "y", "y"]) == ("a", "a", "c", "d", "d")
    assert joined([*contents, "b", "d"], ["1", None, None, None, None, "1", None]) == (
        "a",
        "a",
        "c",
        "d",
        "e",
        "a",
        "d",
    )
    assert joined([], []) == ()


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(0, 4))), max_size=30))
def test_joining_is_what_a_graph_says(pairs: list[tuple[str, int | None]]) -> None:
    contents, links = [c for c, _ in pairs], [link for _, link in pairs]
    found = joined(contents, links)
    groups = [{k} for k in range(len(pairs))]
    for i in range(len(pairs)):
        for j in range(i):
            if contents[i] == contents[j] or (links[i] is not None and links[i] == links[j]):
                a = next(g for g in groups if i in g)
                b = next(g for g in groups if j in g)
                if a is not b:
                    a |= b
                    groups.remove(b)
    expected = {frozenset(group) for group in groups}
    actual: dict[str, set[int]] = {}
    for k, content in enumerate(found):
        actual.setdefault(content, set()).add(k)
    assert {frozenset(group) for group in actual.values()} == expected


# -- split -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("80/10/10", (0.8, 0.1, 0.1)),
        ("0.7/0.2/0.1", (0.7, 0.2, 0.1)),
        ("90/10", (0.9, 0.1, 0.0)),
        ("80%, 10%, 10%", (0.8, 0.1, 0.1)),
        ("100/0/0", (1.0, 0.0, 0.0)),
    ],
)
def test_shares_as_typed(text: str, shares: tuple[float, float, float]) -> None:
    found = Shares.parse(text)
    assert (found.train, found.val, found.test) == pytest.approx(shares)


@pytest.mark.parametrize(
    "text", ["", "80", "80/10/5", "a/b/c", "-80/90/90", "0/50/50", "80/10/10/0", "nan/1/1", "inf/1"]
)
def test_shares_that_are_none(text: str) -> None:
    with pytest.raises(ValueError):
        Shares.parse(text)


videos = st.lists(st.tuples(st.integers(0, 14).map(str), st.floats(1, 5)), min_size=1, max_size=120)


@settings(deadline=None)
@given(videos, st.integers(0, 99), st.randoms(use_true_random=False))
def test_a_split_never_tears_a_content_and_ignores_the_order(
    rows: list[tuple[str, float]], seed: int, chance: random.Random
) -> None:
    contents, mos = [c for c, _ in rows], [m for _, m in rows]
    parts = split_by_content(contents, mos, [None] * len(rows), Shares(), seed)
    assert set(parts) <= set(PARTS)
    assert not torn_contents(contents, parts)
    order = list(range(len(rows)))
    chance.shuffle(order)
    again = split_by_content(
        [contents[k] for k in order], [mos[k] for k in order], [None] * len(rows), Shares(), seed
    )
    assert [parts[k] for k in order] == again
    groups = len(set(contents))
    assert len(set(parts)) == min(3, groups)
    if groups == 1:
        assert set(parts) == {"train"}


@settings(deadline=None)
@given(videos, st.data())
def test_a_given_split_is_kept_and_its_contents_follow(rows: list[tuple[str, float]], data: st.DataObject) -> None:
    contents, mos = [c for c, _ in rows], [m for _, m in rows]
    given_parts = [data.draw(st.sampled_from([None, None, "train", "val", "test"])) for _ in rows]
    parts = split_by_content(contents, mos, given_parts, Shares(), 0)
    for content, told, part in zip(contents, given_parts, parts, strict=True):
        assert part == told or told is None
        siblings = {t for c, t in zip(contents, given_parts, strict=True) if c == content and t is not None}
        assert not siblings or part in siblings


def test_shares_and_qualities_are_met_where_contents_are_many() -> None:
    rng = np.random.default_rng(0)
    contents = [f"c{k // 6}" for k in range(3000)]
    mos = np.clip(rng.normal(3, 0.8, 3000), 1, 5)
    parts = np.array(split_by_content(contents, mos.tolist(), [None] * 3000, Shares(0.7, 0.2, 0.1), 5))
    sizes = Counter(parts.tolist())
    assert [sizes[part] / 3000 for part in PARTS] == pytest.approx([0.7, 0.2, 0.1], abs=0.01)
    for part in PARTS:
        assert mos[parts == part].mean() == pytest.approx(mos.mean(), abs=0.05)
        assert mos[parts == part].std() == pytest.approx(mos.std(), abs=0.06)


def test_another_seed_gives_another_split_and_the_same_one_the_same() -> None:
    contents = [f"c{k // 4}" for k in range(200)]
    mos = [1 + (k % 5) for k in range(200)]

    def run(seed: int) -> list[str]:
        return split_by_content(contents, mos, [None] * 200, Shares(), seed)

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_a_huge_content_goes_to_training() -> None:
    contents = ["huge"] * 60 + [f"c{k}" for k in range(40)]
    parts = split_by_content(contents, [3.0] * 100, [None] * 100, Shares(), 0)
    assert set(parts[:60]) == {"train"}
    assert Counter(parts) == {"train": 80, "val": 10, "test": 10}


def test_no_share_no_videos() -> None:
    parts = split_by_content([str(k) for k in range(50)], [3.0] * 50, [None] * 50, Shares.parse("90/10"), 0)
    assert Counter(parts) == {"train": 45, "val": 5}


def test_torn_contents_name_their_parts() -> None:
    assert torn_contents(["a", "a", "b", "b", "c"], ["test", "train", "val", "none", "train"]) == {
        "a": ["train", "test"]
    }


@pytest.mark.parametrize(
    ("videos", "sizes"), [(20, (16, 2, 2)), (100, (80, 10, 10)), (37, (29, 4, 4)), (10, (8, 1, 1))]
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_single_videos_are_split_in_the_shares_asked_for(videos: int, sizes: tuple[int, ...], seed: int) -> None:
    """Eight strata each rounded down made 18/1/1 of twenty."""
    mos = np.random.default_rng(seed).uniform(1, 5, videos).tolist()
    names = [f"v{k}" for k in range(videos)]
    parts = split_by_content(names, mos, [None] * videos, Shares(), seed)
    assert sorted(parts.count(part) for part in PARTS[1:]) == sorted(sizes[1:])
    assert parts.count("train") == sizes[0]


def test_levelled_parts_keep_the_mix_of_qualities() -> None:
    mos = np.linspace(1, 5, 200)
    parts = np.array(split_by_content([f"v{k}" for k in range(200)], mos.tolist(), [None] * 200, Shares(), 0))
    for part in PARTS:
        assert abs(mos[parts == part].mean() - 3) < 0.25
