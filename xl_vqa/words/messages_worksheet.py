"""Sentences of the worksheet functions' and macros' errors, merged into messages.py. Standard library only."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "worksheet_error": {
        "en": "The formula cannot be computed: {problem}.",
        "ja": "数式を計算できません: {problem}",
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
    "profile_not_found": {
        "en": "There is no profile called {name} in {folder}. Known profiles: {known}.",
        "ja": "プロファイル {name} が {folder} にありません。使用できるプロファイル: {known}",
    },
    "selection": {
        "en": "Nothing can be scored here: {problem}.",
        "ja": "採点できません: {problem}",
    },
    "selection_changed": {
        "en": "The sheet changed while its videos were rated: {problem}. The ratings are kept; press Score "
        "selection again to write them.",
        "ja": "評価中にシートが変更されました: {problem}。評価は保存済みです。もう一度「選択範囲を採点」を"
        "実行すると書き込まれます。",
    },
    "addin": {
        "en": "The Excel add-in cannot be built: {problem}.",
        "ja": "Excel アドインを作成できません: {problem}",
    },
    "install": {
        "en": "The Excel add-in cannot be installed or removed: {problem}.",
        "ja": "Excel アドインをインストールまたは削除できません: {problem}",
    },
}
