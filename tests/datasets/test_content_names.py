"""Naming schemes of offices, test sets and makers of AI video: which names are versions of one source."""

from __future__ import annotations

import random

import pytest

from xl_vqa.datasets.contents import plan_contents
from xl_vqa.datasets.split import PARTS, Shares, split_by_content, torn_contents

Groups = list[list[str]]


def each(sources: object, *versions: str) -> Groups:
    """Every version of every source; ``{}`` is the source."""
    return [[version.format(source) for version in versions] for source in sources]  # type: ignore[attr-defined]


SCHEMES: dict[str, Groups] = {
    "a number, then a letter": each(range(1, 20), "{}-a", "{}-b", "{}-c"),
    "a padded number, then a letter": each(range(20), "{:05d}_A", "{:05d}_B"),
    "a number, then the maker": each(range(9), "{:03d}_alpha_net", "{:03d}_beta_net"),
    "the version's number, then the film": each(["park", "sea", "city"], "1_{}", "2_{}"),
    "words run together": each(["Park", "Sea", "Hall", "Road"], "{}Blur", "{}Noise", "{}Jpeg", "{}Clean"),
    "a height run on": each(["Crowd", "Tree", "River"], "{}360p", "{}720p", "{}1080p"),
    "a rate run on": each(["News", "Match", "Film"], "{}500kbps", "{}1.5mbps", "{}2000k"),
    "a coder run on": each(["夜景", "花見"], "{}H264", "{}H265", "{}AV1"),
    "a defect with its strength": each(["actor", "beach", "car"], "{}_blur1", "{}_gn2", "{}_jp2k1", "{}_jp2k3"),
    "episodes": each(range(1, 9), "Show.S01E{:02d}.1080p.WEB.h264", "Show.S01E{:02d}.720p.HDTV.x264"),
    "GoPro's chapters": each([1234, 1235, 1240], "GX01{}", "GX02{}", "GX03{}"),
    "point versions": [["report v1.2", "report v1.3"], ["pitch v2.0", "pitch v2.1.3"]],
    "drafts": [["ad_final", "ad_final2", "ad_final_FINAL"], ["spot_draft1", "spot_draft2"]],
    "shapes": [["launch_16x9", "launch_9x16", "launch_1x1"], ["promo_16x9", "promo_vertical"]],
    "seconds": [["launch_15s", "launch_30s"], ["promo_6sec", "promo_15sec"]],
    "初稿・案": [["会社案内_初稿", "会社案内_第2稿"], ["採用動画_A案", "採用動画_B案"], ["工場見学_最終稿"]],
    "秒・字幕": [["新商品CM_15秒", "新商品CM_30秒"], ["夏祭りCM_15秒_字幕あり", "夏祭りCM_字幕なし"]],
    "前後": [["塗装ライン_改善前", "塗装ライン_改善後"], ["梱包_処理前", "梱包_処理後"]],
    "folders of a coder": each(range(1, 30), "x264/{:02d}", "x265/{:02d}"),
    "a folder of a height within": each(["park", "sea"], "{}/1080p/crf20", "{}/720p/crf20", "{}/720p/crf30"),
    "one name in every folder": each(["S1", "S2", "S3"], "{}/encoded/output_720p", "{}/encoded/output_1080p"),
    "a folder of a rate without": each(["park", "sea", "city"], "500k/{}/video", "1000k/{}/video"),
    "words for a rate in folders": each(["park", "sea", "city"], "{}/hi", "{}/mid", "{}/lo"),
    "an upload's random front": [
        [f"{(7 * k + n) * 0x9E3779B9 % 2**32:08x}-{source}_{q}" for n, q in enumerate(("1080p", "720p"))]
        for k, source in enumerate(["park", "sea", "city", "hall"])
    ],
    "an upload's random front, long": [
        [f"{(7 * k + n) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}_{source}_{n}" for n in range(2)]
        for k, source in enumerate(["park", "sea", "city", "hall"])
    ],
    "a random front that is the name": [
        [f"{k * 0x9E3779B9 % 2**32:08x}_{q}" for q in ("hi", "lo")] for k in range(1, 9)
    ],
    "a random front before one word": [[f"{k * 0x9E3779B9 % 2**32:08x}-video"] for k in range(1, 9)],
    "folders of models": each(range(1, 31), "wan2.1/{:04d}", "Sora/{:04d}", "original/{:04d}"),
    "folders of methods": each(range(1, 31), "ours/{:04d}", "baseline/{:04d}"),
    "what a phone edited": each(range(1200, 1210), "IMG_{}", "IMG_E{}"),
    "AI videos by number": each(range(1, 31), "cogvideox5b-{:04d}", "wan2.1-{:04d}", "hunyuan-{:04d}"),
    "AI videos by prompt": each(["cat_on_sofa", "city_at_night"], "sora_{}", "kling_{}", "{}_gen3"),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_versions_come_together_and_sources_stay_apart(scheme: str) -> None:
    groups = [[f"{name}.mp4" for name in group] for group in SCHEMES[scheme]]
    videos = [video for group in groups for video in group]
    random.Random(1).shuffle(videos)
    plan = plan_contents(videos, [None] * len(videos))
    found: dict[str, list[str]] = {}
    for video, content in zip(videos, plan.contents, strict=True):
        found.setdefault(content, []).append(video)
    assert sorted(map(sorted, found.values())) == sorted(map(sorted, groups))
    # and so no source lies in two parts
    source = {video: str(number) for number, group in enumerate(groups) for video in group}
    parts = split_by_content(plan.contents, [3.0] * len(videos), [None] * len(videos), Shares(), 0)
    assert not torn_contents([source[video] for video in videos], parts)
    assert len(set(parts)) == min(len(PARTS), len(groups))


@pytest.mark.parametrize(
    "videos",
    [
        # one maker only, and words that are no maker's name beside others
        [f"sora_{k:03d}.mp4" for k in range(20)],
        ["mochi_recipe.mp4", "soba_recipe.mp4", "udon_broth.mp4"],
        # words run together that are names
        ["BasketballDrive.mp4", "BasketballDrill.mp4", "PartyScene.mp4", "BQMall.mp4"],
        ["block12_720p.mp4", "block13_720p.mp4"],
        ["before.mp4", "kitchen.mp4"],
        ["gallery1.mp4", "ghost0123456.mp4"],
    ],
)
def test_names_that_only_look_like_versions_stay_apart(videos: list[str]) -> None:
    assert plan_contents(videos, [None] * len(videos)).groups == len(videos)


def test_paths_that_name_nothing_are_contents_too() -> None:
    assert len(plan_contents(["", ".", "/", "..", "1080p/..", "/1080p/crf20.mp4"], [None] * 6).contents) == 6
