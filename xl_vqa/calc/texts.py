"""Words that the extension shows in Calc, in English and Japanese (errors: xl_vqa.words.messages)."""

from __future__ import annotations

from typing import Final

from xl_vqa.bridge.texts import TEXTS as BRIDGE_TEXTS
from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "left": {"en": "Rating videos: {pending} cells waiting", "ja": "動画を評価中: 残り {pending} セル"},
    "scoring": {"en": "Rating videos: {done} of {total}", "ja": "動画を評価中: {total} 件中 {done} 件"},
    "cancelled": {"en": "{count} cells and videos cancelled.", "ja": "{count} 件を中止しました。"},
    "nothing_to_cancel": {"en": "Nothing is being rated.", "ja": "評価中の動画はありません。"},
    "undo_score": {"en": "Score selection", "ja": "選択範囲を採点"},
    "already_scoring": {
        "en": "Videos of this document are being rated. Wait until they are done, or choose Cancel.",
        "ja": "この文書の動画を評価中です。終了を待つか、「中止」を実行してください。",
    },
    "score_finished": {
        "en": "{done} rated, {failed} with an error.",
        "ja": "評価済み {done} 件、エラー {failed} 件。",
    },
    "relinked": {"en": "{count} formulas were linked again.", "ja": "{count} 個の数式を再リンクしました。"},
    "skipping": {
        "en": "{count} formulas with Err:504 skip cells with an error now (IFERROR); Undo takes that back.",
        "ja": "Err:504 の数式 {count} 個を、エラーのセルを除外する形(IFERROR)に変更しました(元に戻せます)。",
    },
    "unlinked": {
        "en": "{count} formulas could not be linked: their sheet is protected, or the file is open read-only.",
        "ja": "シートが保護されているか、ファイルが読み取り専用で開かれているため、{count} 個の数式はリンク"
        "できませんでした。",
    },
    "undo_skip": {"en": "Skip cells with an error", "ja": "エラーのセルを除外"},
    "status_title": {"en": "Model and status", "ja": "モデルと状態"},
    "status_host": {"en": "Host: process {pid}, port {port}", "ja": "ホスト: プロセス {pid}、ポート {port}"},
    "status_queue": {
        "en": "Waiting {queued}, being rated {rating}, rated {done}, errors {failed}",
        "ja": "待機 {queued}、評価中 {rating}、評価済み {done}、エラー {failed}",
    },
    "status_cells": {"en": "Cells waiting: {pending}", "ja": "評価待ちのセル: {pending}"},
    "status_setting": {"en": "Model in the settings", "ja": "設定のモデル"},
    "status_hint": {
        "en": "starter, a folder, or a hub name. Cells are rated anew with the new model.",
        "ja": "starter、フォルダー、またはハブ名。変更するとセルは新しいモデルで再評価されます。",
    },
    "bands_title": {"en": "Bands and thresholds", "ja": "評価区分としきい値"},
    "bands_hint": {
        "en": "The lowest label of each band. Stored ratings are shown anew; nothing is rated again.",
        "ja": "各評価区分の最低ラベル。保存済みの評価の表示だけが変わり、再評価はされません。",
    },
    "bands_rest": {"en": "{band}: everything below", "ja": "{band}: それ未満"},
    "bands_numbers": {
        "en": "Enter four numbers that rise from {first} to {last}.",
        "ja": "{first} から {last} へ大きくなる 4 つの数値を入力してください。",
    },
    "why_title": {"en": "Why this score?", "ja": "スコアの理由"},
    "why_select": {
        "en": "Select a row with the path of a video.",
        "ja": "動画のパスがある行を選択してください。",
    },
    "help_functions": {"en": "Functions", "ja": "関数"},
    "help_errors": {
        "en": "#N/A or #VALUE!: =VQA_ERROR(...) with the same arguments says what happened and what to do. "
        "Ctrl+Shift+F9 asks for every cell again.\n#N/A is also what a cell shows while its video is being rated; "
        '=VQA_STATUS(A2) and the status bar say so. To show a word instead: =IFERROR(VQA_SCORE(A2);"...").\n'
        'Err:504: a cell of the range holds an error. Leave such cells out with IFERROR(A2:A99;"") in an array '
        "formula, or choose Relink formulas, which does that.",
        "ja": "#N/A や #VALUE! の理由と対処は、同じ引数の =VQA_ERROR(...) で表示されます。Ctrl+Shift+F9 で"
        "すべてのセルを再評価します。\n評価中の動画のセルも #N/A です。評価中かどうかは =VQA_STATUS(A2) と"
        'ステータスバーで確認できます。文字を表示するには =IFERROR(VQA_SCORE(A2);"...") とします。\n'
        'Err:504: セル範囲にエラーのセルがあります。配列数式で IFERROR(A2:A99;"") として除外するか、'
        "「数式を再リンク」を実行してください(自動で除外します)。",
    },
    "argument_errors": {
        "en": 'If a cell of the range holds an error, Calc shows Err:504; leave it out with IFERROR(A2:A99;"").',
        "ja": '範囲にエラーのセルがあると Err:504 になります。IFERROR(A2:A99;"") で除外してください。',
    },
    "help_commands": {"en": "Menu Video quality", "ja": "メニュー「動画品質」"},
    "asking": {"en": "Asking the scoring host...", "ja": "スコアリングホストに問い合わせ中..."},
    "ok": {"en": "OK", "ja": "OK"},
    "default": {"en": "Defaults", "ja": "標準に戻す"},
    "close": {"en": "Close", "ja": "閉じる"},
    "cancel": {"en": "Cancel", "ja": "キャンセル"},
}

_SHARED: Final = ("host_not_running", "host_started", "host_stopped", "status_model")
"""Said alike by Excel."""

tr: Final = Table({**TEXTS, **{key: BRIDGE_TEXTS[key] for key in _SHARED}})
