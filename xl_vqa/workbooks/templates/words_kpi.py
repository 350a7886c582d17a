"""Words of the KPI tracker's sheets, settings and charts, English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.workbooks.templates.words_common import COMMON
from xl_vqa.workbooks.templates.words_figures import FIGURE_WORDS
from xl_vqa.workbooks.templates.words_monitor import MONITOR_WORDS
from xl_vqa.workbooks.templates.words_verdicts import VERDICT_WORDS

KPI: Final[dict[str, tuple[str, str]]] = {
    **COMMON,
    **FIGURE_WORDS,
    **VERDICT_WORDS,
    **MONITOR_WORDS,
    "title": ("KPI tracker: AI video quality check", "KPI 管理表:AI 動画品質チェック"),
    "summary": ("Summary", "要約"),
    "dashboard": ("Dashboard", "ダッシュボード"),
    "log": ("Log", "記録"),
    "settings": ("Settings", "設定"),
    "calc": ("Calculation", "計算"),
    # notes under the titles
    "log_note": (
        "One row per video, or one row per day with the number of videos. Figures look at the first 10,000 rows. "
        "'xl-vqa workbook update' fills in the blue columns.",
        "動画 1 本につき 1 行、または 1 日につき 1 行(本数を記入)。集計対象は先頭の 10,000 行です。"
        "青い列は「xl-vqa workbook update」が記入します。",
    ),
    "settings_note": ("Yellow cells are yours to change.", "黄色のセルを自由に変更してください。"),
    "dashboard_note": (
        "Computed from Log and Settings; nothing is typed here. The hidden sheet Calculation shows the way there.",
        "「記録」と「設定」から自動計算されます(入力不要)。計算過程は非表示の「計算」シートにあります。",
    ),
    "calc_note": (
        "What the dashboard is computed from. Nothing to fill in. #N/A marks points that a chart leaves out.",
        "ダッシュボードの計算過程です。入力は不要です。#N/A はグラフに描かない点を表します。",
    ),
    # log
    "group_day": ("You fill in: time and results", "入力する列:時間と結果"),
    "log_date": ("Date", "日付"),
    "log_video": ("Video (path)", "動画(パス)"),
    "log_videos": ("Number of videos", "本数"),
    "log_human": ("Human score", "人の評価"),
    "log_second": ("Second human score", "2 人目の評価"),
    "log_before": ("Minutes without AI", "AI なしの時間(分)"),
    "log_after": ("Minutes with AI", "AI ありの時間(分)"),
    "log_complaints": ("Complaints", "クレーム件数"),
    "log_missed": ("Missed defects", "見逃した不良"),
    "log_remark": ("Note", "備考"),
    "help_date": (
        "The day of the check. Rows without a date do not count.",
        "確認した日。日付のない行は集計されません。",
    ),
    "help_video": (
        "Path of the video file. Leave it empty in a row that stands for a whole day.",
        "動画ファイルのパス。1 日分をまとめた行では空欄にします。",
    ),
    "help_videos": (
        "How many videos the row stands for, a whole number. Empty means one.",
        "この行が表す動画の本数(整数)。空欄は 1 本と数えます。",
    ),
    "help_human": (
        "A person's score on people's scale as Settings names it (10 to 50, 1 to 5, 0 to 100, ...).",
        "人による評価。「設定」で指定した人の評価の尺度(10~50、1~5、0~100 など)で記入します。",
    ),
    "help_second": (
        "Score of a second person for the same video: shows how well people agree with each other.",
        "同じ動画に対する 2 人目の評価。人同士の一致度を示すために使います。",
    ),
    "help_before": (
        "Minutes the check of this row took, or would take, without AI.",
        "AI を使わない場合にこの行の確認にかかる(かかった)時間(分)。",
    ),
    "help_after": (
        "Minutes the check of this row took with AI.",
        "AI を使った場合にこの行の確認にかかった時間(分)。",
    ),
    "help_complaints": (
        "Complaints about the videos of this row, a whole number.",
        "この行の動画に対するクレーム件数(整数)。",
    ),
    "help_missed": (
        "Defective videos of this row that the check with AI let pass, a whole number.",
        "AI を使った確認で見逃した不良動画の本数(整数)。",
    ),
    # settings
    "sec_period": ("Period", "期間"),
    "sec_work": ("Work", "作業"),
    "sec_scores": ("Scores and threshold", "スコアとしきい値"),
    "sec_targets": ("Targets", "目標値"),
    "col_target": ("Target", "目標"),
    "col_limit": ("Limit", "許容限界"),
    "target_high": (
        "Green from the target up, yellow down to the limit, red below.",
        "目標以上で緑、許容限界以上で黄、それ未満で赤になります。",
    ),
    "target_low": (
        "Green up to the target, yellow up to the limit, red above.",
        "目標以下で緑、許容限界以下で黄、それを超えると赤になります。",
    ),
    "s_start": ("First day", "開始日"),
    "n_start": (
        "Rows before this day do not count. Empty: no limit.",
        "この日より前の行は集計しません。空欄:制限なし。",
    ),
    "s_end": ("Last day", "終了日"),
    "n_end": (
        "Rows after this day do not count. Empty: no limit.",
        "この日より後の行は集計しません。空欄:制限なし。",
    ),
    "s_live": ("AI in use from", "AI 運用開始日"),
    "n_live": (
        "Earlier rows are 'before', rows from this day on are 'after'. Empty: all rows are 'after'.",
        "この日より前の行を「導入前」、以降の行を「導入後」とします。空欄:すべて「導入後」。",
    ),
    "s_reference_end": ("Reference period until", "基準期間の終了日"),
    "n_reference_end": (
        "Drift is measured against the rows up to this day. Empty: as many days from the first row as below.",
        "ドリフトはこの日までの行を基準に測ります。空欄:最初の行から下記の日数を基準とします。",
    ),
    "s_recent_days": ("Days of the recent period", "直近期間の日数"),
    "n_recent_days": (
        "These last days of the log are held against the reference period.",
        "記録の最後のこの日数を、基準期間と比較します。",
    ),
    "s_minutes": ("Minutes per check without AI", "AI なしの 1 本あたり確認時間(分)"),
    "n_minutes": ("What one person needs for one video.", "1 人が動画 1 本の確認に要する時間。"),
    "s_overhead": ("Minutes per video for using AI", "AI 利用の 1 本あたり手間(分)"),
    "n_overhead": (
        "Starting, looking at results, filing: spent on every video.",
        "起動・結果確認・記録など、すべての動画にかかる時間。",
    ),
    "s_basis": ("Hours saved are", "削減時間の求め方"),
    "n_basis": (
        "measured: from the minutes in the log; computed: from the review rate at the threshold.",
        "実測:記録の時間から。計算:しきい値での再確認率から。",
    ),
    "basis_measured": ("measured", "実測"),
    "basis_computed": ("computed", "計算"),
    "s_currency": ("Currency", "通貨"),
    "n_currency": ("Shown above the amounts.", "金額の見出しに表示します。"),
    "s_wage": ("Cost of one working hour", "1 時間あたりの人件費"),
    "n_wage": ("Wage with all extras.", "諸経費を含む金額。"),
    "s_cost_complaint": ("Cost of one complaint", "クレーム 1 件の費用"),
    "n_cost_complaint": ("Handling, refunds, rework.", "対応・返金・作り直しなど。"),
    "s_cost_escape": ("Cost of one missed defect", "不良の見逃し 1 件の費用"),
    "n_cost_escape": (
        "What it costs when a defective video passes the check; also used by the cost curve.",
        "不良動画が確認を通過した場合の費用。費用曲線にも使います。",
    ),
    "s_compute": ("Computing per month", "計算機の費用(月額)"),
    "n_compute": ("Machines, electricity, cloud.", "機器・電気代・クラウドなど。"),
    "s_licence": ("Licences per month", "ライセンス費用(月額)"),
    "n_licence": ("Zero where nothing is paid.", "支払いがなければ 0。"),
    "s_upkeep": ("Upkeep per month", "保守の費用(月額)"),
    "n_upkeep": ("Care of model and data, support.", "モデル・データの手入れ、問い合わせ対応など。"),
    "s_one_off": ("One-off cost", "初期費用"),
    "n_one_off": ("Set-up, labelling, training, purchase.", "導入・ラベル付け・学習・購入など。"),
    "s_people_worst": ("People's worst score", "人の評価の最低"),
    "n_people_worst": (
        "Of people's scale: 1 for MOS or stars, 0 for 0 to 100, 5 where 1 is the best.",
        "人の評価の尺度の最も悪い値。MOS や星は 1、0~100 点は 0、1 が最高の尺度では 5 など。",
    ),
    "s_people_best": ("People's best score", "人の評価の最高"),
    "n_people_best": (
        "The other end of the same scale: 5 for MOS or stars, 100 for 0 to 100.",
        "同じ尺度の最も良い値。MOS や星は 5、0~100 点は 100 など。",
    ),
    "on_peoples_scale": (" On people's scale: {n}.", "人の尺度では {n}。"),
    "s_label_min": ("Lowest label of the AI", "AI ラベルの最小値"),
    "n_label_min": ("Bottom of the label scale of the model.", "モデルのラベル尺度の下端。"),
    "s_label_max": ("Highest label of the AI", "AI ラベルの最大値"),
    "n_label_max": ("Top of the label scale of the model.", "モデルのラベル尺度の上端。"),
    "s_tolerance": ("Tolerance in labels", "許容差(ラベル)"),
    "n_tolerance": ("Scores this close count as agreeing.", "差がこの値以内なら一致とみなします。"),
    "s_defect": ("Defective below", "不良とする評価"),
    "n_defect": (
        "A video is defective where the human score is worse than this label.",
        "人の評価がこのラベルより悪い動画を不良とします。",
    ),
    "s_threshold": ("Review below", "再確認のしきい値"),
    "n_threshold": (
        "A person looks at every video whose AI score is below this label.",
        "AI スコアがこのラベル未満の動画は人が再確認します。",
    ),
    # columns of the dashboard
    "col_ai": ("AI – human", "AI と人"),
    "col_people": ("Human – human", "人と人"),
    "col_light": ("Light", "判定"),
    "col_meaning": ("What it means", "説明"),
    "col_name": ("Name", "名前"),
    # calculation
    "grid": ("Grid step", "段階"),
    "c_threshold": ("Threshold", "しきい値"),
    "c_reviewed": ("Reviewed", "再確認"),
    "c_escaped": ("Missed defects", "見逃した不良"),
    "c_cost_100": ("Cost per 100 videos", "100 本あたり費用"),
    "c_chosen": ("Chosen threshold", "設定中のしきい値"),
    "c_cheapest": ("Cheapest threshold", "費用最小のしきい値"),
    "c_axis": ("Axis", "軸"),
    "week_format": ("d mmm yy", "yy/m/d"),
    "w_week": ("Week of", "週(月曜)"),
    "w_videos": ("Videos", "動画数"),
    "w_mean_human": ("Mean human score", "人の評価の平均"),
    "w_mean_ai": ("Mean AI score", "AI スコアの平均"),
    "w_pairs": ("Pairs", "組数"),
    "w_difference": ("Human minus AI", "人 − AI"),
    "w_z": ("z", "z 値"),
    "w_up": ("Sum up", "累積(上側)"),
    "w_down": ("Sum down", "累積(下側)"),
    "w_cusum_up": ("CUSUM up", "CUSUM 上側"),
    "w_cusum_down": ("CUSUM down", "CUSUM 下側"),
    "w_complaint_rate": ("Complaints per video", "クレーム率"),
    "w_hours_week": ("Hours saved", "削減時間"),
    "w_axis": ("Axis", "軸"),
    "j_name": ("Judged figure", "判定する数値"),
    "j_light": ("Light, 0 to 3", "判定(0~3)"),
    "j_reason": ("Reason", "理由"),
    "j_joined_red": ("Missed", "未達"),
    "j_joined_amber": ("Close", "あと少し"),
    "j_joined_unclear": ("Undecided", "判断保留"),
    "j_joined_none": ("No figure", "未算出"),
    "j_whole": ("The whole", "総合判定"),
    "j_whole_reason": ("Reason of the whole", "総合判定の理由"),
    "j_problems": ("Please check", "確認事項"),
    "d_bin": ("Fifth", "五分位"),
    "d_upper": ("AI score up to", "AI スコア上限"),
    "d_reference": ("Reference", "基準期間"),
    "d_recent": ("Recent", "直近期間"),
    "d_part": ("PSI part", "PSI 寄与"),
    # charts
    "chart_trend": ("Mean score by week", "週ごとの平均スコア"),
    "chart_complaints": ("Complaints per video by week", "週ごとのクレーム率"),
    "chart_hours": ("Measured hours saved by week", "週ごとの削減時間(実測)"),
    "chart_cusum": ("Drift: CUSUM of human minus AI", "ドリフト:人 − AI の CUSUM"),
    "chart_cost": ("Cost of every threshold", "しきい値ごとの費用"),
    "chart_scatter": ("AI score and human score", "AI スコアと人の評価"),
    "axis_week": ("Week, from its Monday", "週(月曜の日付)"),
    "axis_score": ("Label", "ラベル"),
    "axis_rate": ("Share", "割合"),
    "axis_hours": ("Hours", "時間"),
    "axis_cusum": ("Standard errors", "標準誤差"),
    "axis_threshold": ("Review below this label", "このラベル未満を再確認"),
    "axis_cost": ("Cost per 100 videos", "100 本あたり費用"),
    "axis_human": ("Human score, on people's scale", "人の評価(人の尺度)"),
    "axis_ai": ("AI score", "AI スコア"),
    # summary
    "summary_title": ("AI video quality check: summary", "AI 動画品質チェック:要約"),
    "period": ("Period", "期間"),
    "to": ("to", "~"),
    "videos_after": ("Videos since AI is in use", "AI 運用開始後の動画"),
    "headline": ("Key figures", "主要な数値"),
    "reading": ("How to read this", "結果の読み方"),
    "read_problems": ("Please check: {problems}", "確認事項:{problems}"),
    "read_agreement": (
        "Agreement on {pairs} videos: AI and people kappa {ai}; two people with each other {people}.",
        "{pairs} 本での一致度(カッパ):AI と人は {ai}、人同士は {people}。",
    ),
    "read_threshold": (
        "At the threshold {threshold}, people review {review} of the videos. {escapes} The cheapest threshold "
        "would be {best}.",
        "しきい値 {threshold} では {review} の動画を人が再確認します。{escapes}"
        "費用が最小になるしきい値は {best} です。",
    ),
    "escapes": (
        "Of {defective} defective videos that people found, {escape} pass unseen.",
        "人が見つけた不良動画 {defective} 本の {escape} が見逃されます。",
    ),
    "escapes_unknown": (
        "How many defective videos pass unseen is not known yet.",
        "不良動画の見逃しはまだ分かりません。",
    ),
    "read_complaints": ("Complaints: {complaints}", "クレーム:{complaints}"),
    "read_money": (
        "Net benefit per month: {net} {currency}. Months until the one-off cost is back: {payback}. {noise}",
        "月あたりの純便益:{net} {currency}。初期費用の回収期間(月):{payback}。{noise}",
    ),
    "read_drift": (
        "Drift: {drift} (PSI of the videos {psi}, CUSUM of human minus AI {cusum}).",
        "ドリフト:{drift}(動画の PSI {psi}、人 − AI の CUSUM {cusum})。",
    ),
    "decision": ("Decision", "判断"),
    "decision_lines": (
        "Continue  ☐      Extend  ☐      Stop  ☐      Date / name:",
        "継続  ☐      拡大  ☐      中止  ☐      日付・氏名:",
    ),
}
