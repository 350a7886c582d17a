"""What people read of the Excel add-in: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "addin": {
        "en": "The Excel add-in cannot be built: {problem}.",
        "ja": "Excel アドインを作成できません: {problem}。",
    },
    "install": {
        "en": "The Excel add-in cannot be installed or removed: {problem}.",
        "ja": "Excel アドインをインストールまたは削除できません: {problem}。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "problem_no_table": {
        "en": "the active cell lies in no table. Click into the table first",
        "ja": "アクティブセルがテーブル内にありません。先にテーブル内のセルをクリックしてください",
    },
    "problem_no_cells_selected": {
        "en": "no cells are selected, but a picture or chart. Select the cells with the paths",
        "ja": "セルではなく図やグラフが選択されています。パスの入ったセルを選択してください",
    },
    "problem_no_video_in_row": {
        "en": "the active row has no path of a video. Click on a row with one",
        "ja": "アクティブな行に動画のパスがありません。パスのある行をクリックしてください",
    },
    "problem_code_page": {
        "en": "Excel's macros cannot name a path with {text}, which is not in this Windows' code page; install "
        "xl_vqa's Python into a folder whose path is without it",
        "ja": "パスに含まれる {text} はこの Windows のコードページにないため、Excel のマクロで使用できません。"
        "この文字を含まないパスのフォルダーに xl_vqa の Python をインストールしてください",
    },
    "pyopenvba_blank": {
        "en": "the blank add-in of pyOpenVBA has no sheet for the texts",
        "ja": "pyOpenVBA の空のアドインに、文言を書き込むシートがありません",
    },
    "vba_not_ascii": {
        "en": "the VBA module {name} is not ASCII",
        "ja": "VBA モジュール {name} に ASCII 以外の文字が含まれています",
    },
    "file_in_use_says": {
        "en": "{file}: {why}; close Excel and try again",
        "ja": "{file}: {why}。Excel を閉じてから、もう一度お試しください",
    },
    "xlwings_version": {
        "en": "this version of xlwings is not known ({file} has no {text})",
        "ja": "対応していないバージョンの xlwings です({file} に {text} がありません)",
    },
}
