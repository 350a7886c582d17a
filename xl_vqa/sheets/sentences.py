"""What people read of selections in a sheet: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "score_of_earlier_version": {
        "en": "Score of {model} as it was before {date}; it is kept. Rescore makes it anew.",
        "ja": "{date} に更新される前の {model} によるスコアです。そのまま残しています。再採点すると付け直します。",
    },
    "selection": {
        "en": "Nothing can be scored here: {problem}.",
        "ja": "採点できません: {problem}。",
    },
    "selection_changed": {
        "en": "The sheet changed while its videos were rated: {problem}. The ratings are kept; press Score "
        "selection again to write them.",
        "ja": "評価中にシートが変更されました: {problem}。評価は保存済みです。もう一度「選択範囲を採点」を"
        "実行すると書き込まれます。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "problem_no_videos_selected": {
        "en": "the selection contains no path of a video. Select the cells with the paths",
        "ja": "選択範囲に動画のパスがありません。パスの入ったセルを選択してください",
    },
    "problem_sheet_protected": {
        "en": "the sheet is protected. Unprotect it first (in Excel: Review > Unprotect Sheet; in Calc: "
        "Tools > "
        "Protect Sheet)",
        "ja": "シートが保護されています。先に保護を解除してください(Excel: [校閲] > [シート保護の解除]、"
        "Calc: [ツール] > [シートの保護])",
    },
    "problem_no_room": {
        "en": "there are no free columns to the right of the list. Move the list",
        "ja": "リストの右側に空き列がありません。リストを移動してください",
    },
}
