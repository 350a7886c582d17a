"""Words that stand beside scores in a sheet, or are asked about it, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    # the remark beside a score that could not be made again
    "kept": {"en": "Earlier score kept ({why}).", "ja": "以前のスコアを残しています({why})。"},
    "other_model": {"en": "other model: {model}", "ja": "別のモデル: {model}"},
    "unknown_model": {"en": "model unknown", "ja": "モデル不明"},
    "other_row": {"en": "made for another path or text", "ja": "別のパスまたはテキストの評価"},
    "not_reachable": {"en": "file not reachable", "ja": "ファイルに接続できません"},
    "not_renewed": {"en": "not renewed", "ja": "更新できませんでした"},
    "comma": {"en": ", ", "ja": "、"},
    "gap": {"en": " ", "ja": ""},
    # why a video has its score
    "why_score": {
        "en": "Score {label} of {low}-{high}, MOS {mos}, {band}",
        "ja": "スコア {label}({low}-{high})、MOS {mos}、{band}",
    },
    "why_confidence": {
        "en": "The model is {share} sure of the band.",
        "ja": "評価区分に対するモデルの確信度: {share}",
    },
    "why_interval": {
        "en": "Nine out of ten of its probability lie from {low} to {high}.",
        "ja": "確率の 90% が入る範囲: {low} から {high}",
    },
    "why_distribution": {"en": "Probability of the labels", "ja": "ラベルの確率"},
    "why_frames": {
        "en": "Frames used: {count} of {total}, from {first} s to {last} s ({width} x {height}, {codec})",
        "ja": "使用したフレーム: {total} 枚中 {count} 枚、{first} 秒から {last} 秒({width} x {height}、{codec})",
    },
    "why_model": {"en": "Model: {model}", "ja": "モデル: {model}"},
    "why_text": {"en": "Rated against the text: {text}", "ja": "評価に使ったプロンプト: {text}"},
    "why_rated_at": {"en": "Rated at: {time}", "ja": "評価日時: {time}"},
    "why_off_digit": {
        "en": "Share of the answer that was no label: {share}",
        "ja": "ラベル以外の答えの割合: {share}",
    },
    # what the buttons ask
    "overwrite_or_move": {
        "en": "{count} cells in our score columns hold values already.\n\nYes: overwrite them. No: write into new "
        "columns, and leave these as they are. Cancel: do nothing.",
        "ja": "スコア列の {count} 個のセルに値が入っています。\n\n「はい」: 上書きします。"
        "「いいえ」: 新しい列に書き込み、今の値はそのまま残します。「キャンセル」: 何もしません。",
    },
    "all_scored": {
        "en": "All {count} selected videos have a score of this model already. To rate them again, choose "
        "Rescore.",
        "ja": "選択した動画 {count} 件は、このモデルですべて採点済みです。採点し直すには「再採点」を選んで"
        "ください。",
    },
    "rows_gone": {
        "en": "{count} rows were no longer where they were, or their cells were filled, when their scores came. "
        "Nothing was overwritten and their scores are kept; select the videos again to write them.",
        "ja": "スコアが出たときに、{count} 行は移動または削除されていたか、書き込み先のセルが変更されていました。"
        "上書きはしていません。スコアは保存済みです。動画を選択し直すと書き込まれます。",
    },
    # notes
    "backup": {
        "en": "The workbook as it was is kept in {path}.",
        "ja": "元のブックを {path} に保存しました。",
    },
}

tr: Final = Table(TEXTS)
