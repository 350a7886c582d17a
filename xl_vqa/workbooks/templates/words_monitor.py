"""Words of the KPI tracker's monitor page, English and Japanese."""

from __future__ import annotations

from typing import Final

MONITOR_WORDS: Final[dict[str, tuple[str, str]]] = {
    "monitor": ("Monitor", "監視"),
    "monitor_data": ("Monitor data", "監視データ"),
    "monitor_note": (
        "Whether the scores still mean what they did. 'xl-vqa monitor' with --page and this file fills it in.",
        "スコアの意味が変わっていないかを示します。このファイルに「xl-vqa monitor」を --page "
        "付きで実行すると記入されます。",
    ),
    "monitor_data_note": (
        "Written by 'xl-vqa monitor --page', and what the charts of the page Monitor show of it. Nothing to "
        "fill in.",
        "「xl-vqa monitor --page」が記入する値と、「監視」シートのグラフの元データです。入力は不要です。",
    ),
    "monitor_never": (
        "Not looked at yet: close this file and run 'xl-vqa monitor FILE --page'.",
        "まだ確認していません。このファイルを閉じて「xl-vqa monitor ファイル --page」を実行してください。",
    ),
    "monitor_changed": (
        "The log has changed since then: run 'xl-vqa monitor FILE --page' again.",
        "その後「記録」が変更されています。「xl-vqa monitor ファイル --page」を再実行してください。",
    ),
    "monitor_alarms": ("Alarms, and what to do", "アラームと対応"),
    "monitor_rows": ("Rows of the log that caused it", "原因となった「記録」の行"),
    "monitor_quiet": (
        "No alarm: nothing differs from the reference by more than chance.",
        "アラームはありません。基準との差は偶然の範囲です。",
    ),
    "monitor_choice": ("Charts of (choose)", "グラフの対象(選択)"),
    "monitor_choose": (
        "Choose a model or a source from the list, or leave the cell empty for the first one.",
        "リストからモデルまたは取得元を選択してください。空欄の場合は先頭の項目を表示します。",
    ),
    "monitor_legend": (
        "CUSUM adds up by how much people and model have moved apart since the reference, upward (people "
        "higher) and "
        "downward; the control chart shows means of five rows. Dashed: what 1% of walks without a change "
        "pass. The "
        "columns show which share of the scores lies in each tenth of the reference, before and now.",
        "CUSUM は、基準の期間と比べて人とモデルの差がどれだけ開いたかを累積した値です(上昇は人のほうが"
        "高い方向)。管理図は "
        "5 行ごとの平均です。破線は、変化がなくても 1% が超える線です。棒グラフは、基準のスコアを 10 "
        "等分した区間ごとの割合を、"
        "基準と現在で比べています。",
    ),
    "monitor_model": ("Model", "モデル"),
    "monitor_source": ("Folder or source", "フォルダーまたは取得元"),
    "mon_psi": ("PSI of scores", "スコアの PSI"),
    "mon_ks": ("KS distance", "KS 距離"),
    "mon_off_digits": ("Off-digit mass higher", "ラベル外確率の上昇"),
    "mon_outside": ("Outside what was taught", "学習範囲外の増加"),
    "mon_failures": ("Failures", "失敗の増加"),
    "mon_cusum": ("CUSUM, MOS apart", "CUSUM(MOS の差)"),
    "mon_chart": ("Control chart, MOS apart", "管理図(MOS の差)"),
    "monitor_red": ("Red: an alarm.", "赤はアラームです。"),
    "monitor_unknown": ("What is not known", "わからないこと"),
    "feed_row": ("Row", "行"),
    "feed_up": ("People higher", "人のほうが高い"),
    "feed_down": ("People lower", "人のほうが低い"),
    "feed_limit": ("1% line", "1% の線"),
    "feed_mean": ("Mean of five rows", "5 行の平均"),
    "feed_chart_high": ("1% lines", "1% の線(上下)"),
    "feed_chart_low": ("1% line below", "下側の 1% の線"),
    "feed_bin": ("AI score", "AI スコア"),
    "feed_before": ("Reference", "基準"),
    "feed_now": ("Now", "現在"),
    "axis_rows": ("Rows after the reference", "基準より後の行"),
    "axis_deviation": ("Standard deviations", "標準偏差"),
    "axis_share": ("Share of rows", "行の割合"),
    "chart_mon_cusum": ("People minus model: CUSUM", "人とモデルの差:CUSUM"),
    "chart_mon_control": ("People minus model: control chart", "人とモデルの差:管理図"),
    "chart_mon_scores": ("Scores against the reference", "基準と比べたスコアの分布"),
}
