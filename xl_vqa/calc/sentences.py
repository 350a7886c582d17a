"""What people read of the LibreOffice extension: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "calc_error": {
        "en": "The LibreOffice extension failed: {problem}.",
        "ja": "LibreOffice 拡張機能でエラーが発生しました: {problem}。",
    },
    "calc_save": {
        "en": "The formulas in {path} could not be put into the form that Excel reads: {problem}. The file itself "
        "was saved. Save it under another name, or run 'xl-vqa calc repair' on it.",
        "ja": "{path} の数式を Excel で読める形式に変換できませんでした: {problem}。ファイル自体は"
        "保存されています。別の名前で保存するか、'xl-vqa calc repair ファイル' を実行してください。",
    },
    "calc_install": {
        "en": "The LibreOffice extension cannot be installed or removed: {problem}.",
        "ja": "LibreOffice 拡張機能をインストールまたは削除できません: {problem}。",
    },
    "calc_workbook": {
        "en": "The formulas of {path} cannot be repaired: {problem}. Close it in other programs, check that it "
        "is an .xlsx or .xlsm file, and try again.",
        "ja": "{path} の数式を修復できません: {problem}。他のプログラムで閉じ、.xlsx または .xlsm ファイルである"
        "ことを確認してから、もう一度お試しください。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "problem_no_libreoffice": {
        "en": "LibreOffice was not found; install it, or name its program folder in XL_VQA_LIBREOFFICE",
        "ja": "LibreOffice が見つかりません。インストールするか、プログラムのフォルダーを XL_VQA_LIBREOFFICE に"
        "指定してください",
    },
    "problem_read_only_document": {
        "en": "the file is open read-only. Choose Edit > Edit Mode, or save it under another name first",
        "ja": "ファイルが読み取り専用で開かれています。先に [編集] > [編集モード] を選ぶか、別の名前で保存して"
        "ください",
    },
    "problem_not_listed": {
        "en": "LibreOffice does not list it; close every LibreOffice window and try again",
        "ja": "LibreOffice に登録されませんでした。LibreOffice をすべて閉じてから、もう一度お試しください",
    },
    "problem_no_python": {
        "en": "the extension does not know the Python that xl_vqa is installed in; run: xl-vqa calc install",
        "ja": "xl_vqa をインストールした Python が不明です。xl-vqa calc install を実行してください",
    },
    "distribution_lengths": {
        "en": "labels and probabilities differ in number",
        "ja": "ラベルと確率の数が一致しません",
    },
    "kpi_failed": {
        "en": "the workbook could not be made ({detail})",
        "ja": "ブックを作成できませんでした({detail})",
    },
}
