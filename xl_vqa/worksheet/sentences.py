"""What people read of worksheet functions: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "worksheet_error": {
        "en": "The formula cannot be computed: {problem}.",
        "ja": "数式を計算できません: {problem}。",
    },
    "worksheet_argument": {
        "en": "A cell of the formula holds {value}, which is no path of a video. Point it at a cell with a path.",
        "ja": "数式の参照先の値 {value} は動画のパスではありません。パスの入ったセルを指定してください。",
    },
    "worksheet_cell_error": {
        "en": "A cell that the formula uses holds an error itself. Correct that cell first.",
        "ja": "数式が参照するセル自体がエラーです。先にそのセルを修正してください。",
    },
    "worksheet_missing_argument": {
        "en": "{name} needs an argument: {source}. Enter a cell, for example ={name}(A2).",
        "ja": "{name} には引数 {source} が必要です。セルを指定してください(例: ={name}(A2))。",
    },
    "no_reading": {
        "en": "{name} has no answer: {problem}.",
        "ja": "{name} の値がありません: {problem}。",
    },
    "range_shapes": {
        "en": "The ranges in the formula differ in size ({problem}). Give ranges of equal size, or single cells.",
        "ja": "数式のセル範囲の大きさが一致していません({problem})。同じ大きさの範囲か、単一セルを"
        "指定してください。",
    },
    "relative_path": {
        "en": "{path} starts at the workbook's folder, but the workbook is not saved yet. Save it, or enter the "
        "whole path.",
        "ja": "{path} はブックのフォルダーを基準とする相対パスですが、ブックがまだ保存されていません。保存するか、"
        "絶対パスを入力してください。",
    },
    "cloud_folder": {
        "en": "The folder {path} is not synchronised to this PC, or its local folder is not known. Synchronise it "
        "with OneDrive, or name its local folder in the settings (ONEDRIVE_CONSUMER_WIN, ONEDRIVE_COMMERCIAL_WIN, "
        "SHAREPOINT_WIN).",
        "ja": "フォルダー {path} はこの PC に同期されていないか、同期先が不明です。OneDrive で同期するか、設定"
        "(ONEDRIVE_CONSUMER_WIN、ONEDRIVE_COMMERCIAL_WIN、SHAREPOINT_WIN)に同期先フォルダーを指定してください。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "reading_needs_profile": {
        "en": "it needs a profile of your domain as its third argument; 'xl-vqa calibrate' makes one",
        "ja": "3 番目の引数に、分野のプロファイルが必要です('xl-vqa calibrate' で作成できます)",
    },
    "reading_not_told": {
        "en": "the sheet that the profile {profile} was made from was too small to tell",
        "ja": "プロファイル {profile} のもとになったシートのデータが少なく、判断できません",
    },
    "value_no_number": {
        "en": "{value} is not a number",
        "ja": "{value} は数値ではありません",
    },
    "ranges_differ": {
        "en": "{rows} x {columns} / {height} x {width}",
        "ja": "{rows} x {columns} と {height} x {width}",
    },
}
