"""What is wrong inside Excel and Calc, inside their errors' sentences. Standard library only."""

from __future__ import annotations

from typing import Final

PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "pyopenvba_blank": {
        "en": "the blank add-in of pyOpenVBA has no sheet for the texts",
        "ja": "pyOpenVBA の空のアドインに、文言を書き込むシートがありません",
    },
    "vba_not_ascii": {
        "en": "the VBA module {name} is not ASCII",
        "ja": "VBA モジュール {name} に ASCII 以外の文字が含まれています",
    },
    "pyopenvba_missing": {
        "en": "the package pyOpenVBA is missing; run: pip install pyOpenVBA",
        "ja": "パッケージ pyOpenVBA がありません。pip install pyOpenVBA を実行してください",
    },
    "file_says": {
        "en": "{file}: {detail}",
        "ja": "{file}: {detail}",
    },
    "file_in_use_says": {
        "en": "{file}: {detail}; close Excel and try again",
        "ja": "{file}: {detail}。Excel を閉じてから、もう一度お試しください",
    },
    "xlwings_missing": {
        "en": "xlwings is not installed; run: pip install xlwings",
        "ja": "xlwings がインストールされていません。pip install xlwings を実行してください",
    },
    "xlwings_version": {
        "en": "this version of xlwings is not known ({file} has no {text})",
        "ja": "対応していないバージョンの xlwings です({file} に {text} がありません)",
    },
    "distribution_lengths": {
        "en": "labels and probabilities differ in number",
        "ja": "ラベルと確率の数が一致しません",
    },
    "value_no_number": {
        "en": "{value} is not a number",
        "ja": "{value} は数値ではありません",
    },
    "ranges_differ": {
        "en": "{rows} x {columns} / {height} x {width}",
        "ja": "{rows} x {columns} と {height} x {width}",
    },
    "kpi_failed": {
        "en": "the workbook could not be made ({detail})",
        "ja": "ブックを作成できませんでした({detail})",
    },
}
