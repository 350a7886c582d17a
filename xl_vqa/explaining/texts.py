"""Pieces of the sentence that says why, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    # the whole: band, then clauses
    "said": {"en": "{band}: {clauses}.", "ja": "{band}: {clauses}。"},
    "between_clauses": {"en": "; ", "ja": "。"},
    "and": {"en": " and ", "ja": "と"},
    "comma": {"en": ", ", "ja": "、"},
    # when
    "from_to": {"en": "from {start} to {end} s", "ja": "{start}~{end} 秒"},
    "at": {"en": "at {start} s", "ja": "{start} 秒"},
    "when": {"en": "{what} {times}", "ja": "{times}で{what}"},
    "when_where": {"en": "{what} {times}, {place}", "ja": "{times}に{place}で{what}"},
    "whole_clip": {"en": "{what} throughout", "ja": "全体を通して{what}"},
    "whole_clip_where": {"en": "{what} throughout, {place}", "ja": "全体を通して{place}で{what}"},
    "even": {"en": "the quality is even over the whole clip", "ja": "品質は全体を通して一定です"},
    "black": {"en": "the picture is black throughout", "ja": "映像が最初から最後まで真っ黒です"},
    "still": {"en": "nothing moves in it", "ja": "映像に動きがありません"},
    "one_picture": {"en": "it is one picture", "ja": "静止した 1 枚の画像です"},
    # what
    "worst": {"en": "the quality is lowest", "ja": "品質が最も低くなります"},
    "low": {"en": "the quality is low", "ja": "品質が低くなっています"},
    "falls_sharpness": {"en": "the picture is blurred", "ja": "映像がぼやけています"},
    "falls_blockiness": {"en": "blocks are seen", "ja": "ブロックノイズが見えます"},
    "falls_noise": {"en": "noise is seen", "ja": "ノイズが見えます"},
    "falls_motion_smoothness": {"en": "motion stutters", "ja": "動きがぎこちなくなっています"},
    "falls_flicker": {"en": "the picture flickers", "ja": "映像がちらついています"},
    "falls_exposure": {"en": "the exposure is wrong", "ja": "露出が合っていません"},
    "falls_colour": {"en": "the colours are wrong", "ja": "色が不自然です"},
    "falls_deformation": {"en": "things change their shape", "ja": "物の形がゆがんでいます"},
    "falls": {"en": "{name} is lowest", "ja": "{name}が最も低くなります"},
    "fine": {"en": "{names} is fine", "ja": "{names}は良好です"},
    "fine_several": {"en": "{names} are fine", "ja": "{names}は良好です"},
    # where, by thirds of the picture
    "everywhere": {"en": "over the whole picture", "ja": "画面全体"},
    "top_left": {"en": "at the top left", "ja": "左上"},
    "top": {"en": "at the top", "ja": "上部"},
    "top_right": {"en": "at the top right", "ja": "右上"},
    "left": {"en": "on the left", "ja": "左側"},
    "middle": {"en": "in the middle", "ja": "中央"},
    "right": {"en": "on the right", "ja": "右側"},
    "bottom_left": {"en": "at the bottom left", "ja": "左下"},
    "bottom": {"en": "at the bottom", "ja": "下部"},
    "bottom_right": {"en": "at the bottom right", "ja": "右下"},
}

tr: Final = Table(TEXTS)
