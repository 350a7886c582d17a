"""Sentences of the errors of the LibreOffice extension, merged into messages.py. Standard library only."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "calc_error": {
        "en": "The LibreOffice extension failed: {problem}.",
        "ja": "LibreOffice 拡張機能でエラーが発生しました: {problem}",
    },
    "calc_save": {
        "en": "The formulas in {path} could not be put into the form that Excel reads: {problem}. The file itself "
        "was saved. Save it under another name, or run 'xl-vqa calc repair' on it.",
        "ja": "{path} の数式を Excel で読める形式に変換できませんでした: {problem}。ファイル自体は"
        "保存されています。別の名前で保存するか、'xl-vqa calc repair ファイル' を実行してください。",
    },
    "calc_install": {
        "en": "The LibreOffice extension cannot be installed or removed: {problem}.",
        "ja": "LibreOffice 拡張機能をインストールまたは削除できません: {problem}",
    },
    "calc_workbook": {
        "en": "The formulas of {path} cannot be repaired: {problem}.",
        "ja": "{path} の数式を修復できません: {problem}",
    },
}
