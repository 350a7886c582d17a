"""Labels and tips of the ribbon, and the help of the functions, in both languages: the add-in's hidden sheet.

Standard library only. Keys are the ids of the controls, with ``_tip`` for the text below the label.
"""

from __future__ import annotations

from typing import Final

from xl_vqa.bridge.texts import TEXTS
from xl_vqa.worksheet.functions import CATEGORY, FUNCTIONS, Words

RIBBON: Final[dict[str, Words]] = {
    "xl_vqa_tab": Words("Video quality", "動画品質"),
    "group_score": Words("Score", "採点"),
    "group_model": Words("Model", "モデル"),
    "group_book": Words("Workbook", "ブック"),
    "score_missing": Words("Score selection", "選択範囲を採点"),
    "score_missing_tip": Words(
        "Rates the selected videos that have no score yet and writes score, MOS, band and confidence beside them.",
        "選択した動画のうち、まだスコアのないものを採点し、スコア、MOS、評価区分、確信度を隣に書き込みます。",
    ),
    "score_missing_item": Words("Score missing rows", "未採点の行を採点"),
    "score_missing_item_tip": Words("Only rows without a score.", "スコアのない行だけを採点します。"),
    "rescore": Words("Rescore", "再採点"),
    "rescore_tip": Words(
        "Rates all selected videos again, even those with a score.",
        "スコアの有無にかかわらず、選択した動画をすべて採点し直します。",
    ),
    "score_table": Words("Score table column", "テーブル列を採点"),
    "score_table_tip": Words(
        "Rates the video column of the table in which the active cell lies.",
        "アクティブセルを含むテーブルの動画列を採点します。",
    ),
    "cancel": Words("Cancel", "中止"),
    "cancel_tip": Words(
        "Stops what is being rated. Scores that are done are written and kept.",
        "採点を中止します。済んだスコアは書き込まれ、保存されます。",
    ),
    "why": Words("Why?", "理由"),
    "why_tip": Words(
        "Says about the video in the active row how its score came about, or why there is none.",
        "アクティブな行の動画について、スコアの内訳、またはスコアがない理由を表示します。",
    ),
    "bands": Words("Bands", "評価区分"),
    "bands_tip": Words(
        "Shows and moves the lowest scores of Poor, Fair, Good and Excellent.",
        "「悪い」「普通」「良い」「非常に良い」の下限スコアを表示、変更します。",
    ),
    "model_status": Words("Model status", "モデルの状態"),
    "model_status_tip": Words(
        "Which model rates, whether it is loaded, and how many videos are waiting.",
        "使用中のモデル、読み込み状況、待機中の動画の数を表示します。",
    ),
    "choose_model": Words("Choose model", "モデルの選択"),
    "choose_model_tip": Words(
        "The starter model, a folder with your own model, or a hub name.",
        "スターターモデル、自社モデルのフォルダー、またはハブ名を指定します。",
    ),
    "host_start": Words("Start host", "ホストを起動"),
    "host_start_tip": Words(
        "Starts the process that holds the model. Formulas start it by themselves.",
        "モデルを保持するプロセスを起動します。数式からは自動的に起動します。",
    ),
    "host_stop": Words("Stop host", "ホストを停止"),
    "host_stop_tip": Words(
        "Stops it after the videos at hand and frees its memory. Every score is kept.",
        "処理中の動画が終わりしだい停止し、メモリを解放します。スコアはすべて保存されます。",
    ),
    "new_kpi": Words("New KPI workbook", "KPI ブックを作成"),
    "new_kpi_tip": Words(
        "A new workbook to follow agreement, hours saved and costs.",
        "一致度、削減時間、費用を追跡する新しいブックを作成します。",
    ),
    "relink_formulas": Words("Relink formulas", "数式を再リンク"),
    "relink_formulas_tip": Words(
        "Repairs formulas that name another PC's copy of this add-in.",
        "別の PC のアドインを参照している数式を修正します。",
    ),
    "help": Words("Help", "ヘルプ"),
    "help_tip": Words("What the functions and buttons do.", "関数とボタンの説明を表示します。"),
    "python_failed": Words(
        "xl_vqa could not reach its Python. Run 'xl-vqa install --check' in a terminal.",
        "xl_vqa の Python に接続できません。ターミナルで xl-vqa install --check を実行してください。",
    ),
    "category": CATEGORY,
    "pending": Words(**TEXTS["pending"]),
}


def table() -> list[tuple[str, str, str]]:
    """Rows of key, English and Japanese, in a fixed order."""
    rows = [(key, words.en, words.ja) for key, words in RIBBON.items()]
    for function in FUNCTIONS:
        rows.append((function.name, function.help.en, function.help.ja))
        rows += [(f"{function.name}.{a.name}", a.help.en, a.help.ja) for a in function.arguments]
    return rows
