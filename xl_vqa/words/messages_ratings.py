"""Sentences about tables of ratings that can be read in more than one way, in English and Japanese."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "ratings_unclear": {
        "en": "{problem}. Nothing was computed from {path}. Run the line that is meant:\n{commands}",
        "ja": "{problem}。{path} からはまだ何も計算していません。"
        "正しい方のコマンドを実行してください:\n{commands}",
    },
    "ratings_out_of_scale": {
        "en": "{count} scores in {path} lie outside the scale {source}: the scores go {problem}. Give the range "
        "that the raters used, for example {options}; where lower is better, add --lower-is-better.",
        "ja": "{path} の点数のうち {count} 件が尺度 {source} の範囲外です(点数の範囲: {problem})。"
        "評価に使った範囲を指定してください(例: {options})。低いほど良い尺度の場合は --lower-is-better も"
        "付けてください。",
    },
}

# What is unclear: phrases inside "ratings_unclear".
PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "problem_range": {
        "en": "it must be two different numbers, such as 1,5 or 100,0",
        "ja": "1,5 や 100,0 のように、異なる 2 つの数値で指定してください",
    },
    "unclear_qualities": {
        "en": "Several qualities were rated ({qualities}), and none of them is the quality as a whole; their mean "
        "would be nobody's opinion. Say which one is to be learned",
        "ja": "複数の品質項目({qualities})が評価されていますが、総合評価がありません。"
        "平均しても誰の意見にもならないため、学習する項目を指定してください",
    },
    "unclear_votes": {
        "en": "The columns {columns} may hold how many people chose each score, or the scores of so many raters",
        "ja": "列 {columns} は「各点数を選んだ人数」とも「各評価者の点数」とも読めます",
    },
    "unclear_columns": {
        "en": "The columns {columns} may each be the score, or they may be the scores of so many raters",
        "ja": "列 {columns} は、いずれか 1 列が点数とも、評価者ごとの点数とも読めます",
    },
    "unclear_direction": {
        "en": "In {columns} a higher number is better in some data sets and worse in others",
        "ja": "{columns} は、データによって「高いほど良い」場合と「低いほど良い」場合があります",
    },
    "unclear_direction_lower": {
        "en": "In {columns} a higher number is better in some data sets and worse in others. Here the scores fall "
        "where the file names promise more bits or lines (rank correlation {r}), so lower seems to be better",
        "ja": "{columns} は、データによって「高いほど良い」場合と「低いほど良い」場合があります。この表では、"
        "ファイル名のビットレートや解像度が上がるほど点数が下がる(順位相関 {r})ため、"
        "低いほど良い尺度と思われます",
    },
    "unclear_direction_higher": {
        "en": "In {columns} a higher number is better in some data sets and worse in others. Here the scores rise "
        "where the file names promise more bits or lines (rank correlation {r}), so higher seems to be better",
        "ja": "{columns} は、データによって「高いほど良い」場合と「低いほど良い」場合があります。この表では、"
        "ファイル名のビットレートや解像度が上がるほど点数も上がる(順位相関 {r})ため、"
        "高いほど良い尺度と思われます",
    },
    "unclear_sheets": {
        "en": "Several sheets hold ratings ({sheets}). One of them can be read alone, or all as tests of their "
        "own, joined by the videos that they share",
        "ja": "複数のシート({sheets})に評価があります。1 枚だけを使うことも、共通の動画を手がかりに"
        "全シートを別々の試験として統合することもできます",
    },
    "unclear_texts": {
        "en": "{count} cells grade with {texts} instead of numbers; what each is worth is not written anywhere",
        "ja": "{count} 個のセルが数値ではなく {texts} で評価されており、"
        "それぞれが何点にあたるかの記載がありません",
    },
    "unclear_texts_unknown": {
        "en": "{count} cells grade with {texts} instead of numbers. Put the score that each is worth in place of "
        "the question mark, or nothing if it is no score",
        "ja": "{count} 個のセルが数値ではなく {texts} で評価されています。"
        "「?」を点数に置き換えてください(点数でないものは空欄にします)",
    },
    "unclear_end": {
        "en": "None of {count} scores is above {highest}: the scale may end there, or nobody used its best point",
        "ja": "{count} 件の点数がすべて {highest} 以下です。尺度の上限が {highest} なのか、"
        "最高点を誰も付けなかったのかが分かりません",
    },
    "unclear_sideways": {
        "en": "No column of {source} names videos, but one names people and the others hold scores: the headers "
        "may be the videos",
        "ja": "{source} に動画の列がありませんが、評価者の列と点数の列があります。見出しが動画名かもしれません",
    },
    "unclear_video_column": {
        "en": "No header names the videos, but column {columns} holds a number or name of its own in every row",
        "ja": "動画の列を示す見出しがありませんが、{columns} 列には行ごとに異なる番号または名前が入っています",
    },
}
