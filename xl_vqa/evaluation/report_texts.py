"""Headings and explanations of the HTML report, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

REPORT: Final[dict[str, tuple[str, str]]] = {
    "title": ("How well {name} agrees with people", "{name} と人の評価の一致"),
    "made": ("Made on {date} with xl_vqa {version}", "作成日時 {date}(xl_vqa {version})"),
    "conclusion_order": (
        "On {n} videos {name} puts videos in people's order with an SRCC of {value} (95% interval {low} to "
        "{high}).",
        "{name} は動画 {n} 本について、人の評価の順位と SRCC {value}(95% 信頼区間 {low}～{high})で一致しました。",
    ),
    "conclusion_order_chance": (
        "On {n} videos the SRCC of {name} with people is {value} (95% interval {low} to {high}), which "
        "chance alone "
        "may give.",
        "動画 {n} 本での {name} と人の SRCC は {value}(95% 信頼区間 {low}～{high})で、偶然でも起こり得る値です。",
    ),
    "conclusion_order_reversed": (
        "On {n} videos {name} runs against people's order: its SRCC is {value} (95% interval {low} to {high}).",
        "動画 {n} 本で {name} の順位は人の評価と逆です: SRCC {value}(95% 信頼区間 {low}～{high})。",
    ),
    "conclusion_order_bare": (
        "On {n} videos the SRCC of {name} with people is {value}; that is too few for an interval.",
        "動画 {n} 本での {name} と人の SRCC は {value} です。本数が少なく、区間は計算できません。",
    ),
    "conclusion_order_none": (
        "On {n} videos {name} and people have no SRCC: {reason}.",
        "動画 {n} 本では {name} と人の SRCC を計算できません: {reason}。",
    ),
    "conclusion_own_units": (
        "Its scores are in units of its own, so nothing is said of their values.",
        "スコアが独自の単位のため、値そのものは評価していません。",
    ),
    "conclusion_values_no_bias": (
        "Its scores are {error} MOS off on average, with no bias beyond chance, and {bands} lie in people's band.",
        "スコアの誤差は平均 {error} MOS、偶然を超える偏りはなく、{bands} が人と同じ評価区分です。",
    ),
    "conclusion_values_high": (
        "Its scores are {error} MOS off and {bias} MOS too high on average, and {bands} lie in people's band.",
        "スコアの誤差は平均 {error} MOS で、平均 {bias} MOS 高く、{bands} が人と同じ評価区分です。",
    ),
    "conclusion_values_low": (
        "Its scores are {error} MOS off and {bias} MOS too low on average, and {bands} lie in people's band.",
        "スコアの誤差は平均 {error} MOS で、平均 {bias} MOS 低く、{bands} が人と同じ評価区分です。",
    ),
    "conclusion_better": (
        "In SRCC it is better than: {names}.",
        "SRCC で優れる比較対象: {names}。",
    ),
    "conclusion_worse": (
        "In SRCC it is worse than: {names}.",
        "SRCC で劣る比較対象: {names}。",
    ),
    "conclusion_open": (
        "In SRCC it cannot be told apart from: {names}.",
        "SRCC で差があるとは言えない比較対象: {names}。",
    ),
    "conclusion_constant_better": (
        "Its RMSE is better than that of one constant score for all.",
        "RMSE は、全動画に同じ値を与えた場合より優れています。",
    ),
    "conclusion_constant_worse": (
        "One constant score for all would have a better RMSE.",
        "RMSE は、全動画に同じ値を与えた場合より劣ります。",
    ),
    "conclusion_constant_open": (
        "Its RMSE cannot be told apart from that of one constant score for all.",
        "RMSE は、全動画に同じ値を与えた場合と差があるとは言えません。",
    ),
    "conclusion_people": (
        "Against the same other people the model reaches {model}, one person {rater}.",
        "同じ評価者群に対する SRCC は、モデルが {model}、評価者 1 人が {rater} です。",
    ),
    "attention": ("Please note", "ご注意"),
    "what": ("What was evaluated", "評価の対象"),
    "videos": ("Videos", "動画"),
    "videos_of": ("{n} evaluated of {given}", "{given} 本中 {n} 本を評価"),
    "failed_rows": ("Rows not evaluated", "評価できなかった行"),
    "split": ("Split", "分割"),
    "split_all": ("all videos", "すべての動画"),
    "ratings": ("Ratings per video", "動画あたりの評価者数"),
    "ratings_value": ("{low} to {high}, median {median:g}", "{low}～{high} 人(中央値 {median:g})"),
    "unknown": ("not known", "不明"),
    "labels_people": ("Labels by people", "人のラベル"),
    "labels_model": ("Labels by the model", "モデルのラベル"),
    "range": ("{low} to {high}", "{low}～{high}"),
    "scale": ("Scale", "尺度"),
    "ties": ("Videos that share their score with another", "同じ値を持つ動画の数"),
    "ties_value": ("{mos} by people, {prediction} by the model", "人 {mos} 本、モデル {prediction} 本"),
    "contents": ("Contents", "素材数"),
    "intervals": ("95% intervals", "95% 信頼区間"),
    "intervals_content": (
        "bootstrap of {n} resamples, whole contents drawn (seed {seed})",
        "ブートストラップ {n} 回、素材単位で再標本化(シード {seed})",
    ),
    "intervals_video": (
        "bootstrap of {n} resamples, videos drawn (seed {seed})",
        "ブートストラップ {n} 回、動画単位で再標本化(シード {seed})",
    ),
    "mapping": ("Mapping", "写像"),
    "fitted_on": ("{kind}; fitted on {source} ({n})", "{kind}、推定に用いた動画: {source}({n} 本)"),
    "scores_of": ("Scores of {name}", "{name} のスコア"),
    "scores_value": ("{column}{way}; {unit} ({known})", "{column}{way}、{unit}({known})"),
    "scores_column": ("column {column}; ", "列 {column}、"),
    "unit_mos": ("in MOS", "単位は MOS"),
    "unit_own": ("in units of its own", "独自の単位"),
    "unit_converted": ("on {low:g}–{high:g}, converted to MOS", "尺度 {low:g}–{high:g} から MOS に換算"),
    "figures": ("Figures", "指標"),
    "figure": ("Figure", "指標"),
    "value": ("Value", "値"),
    "interval": ("95% interval", "95% 信頼区間"),
    "figures_note": (
        "Errors are in MOS. 'After mapping' means after a rising curve that was never fitted on the videos it is "
        "judged by; the intervals hold for that curve. Outlier ratio and RMSE* follow ITU-T P.1401: only what "
        "exceeds a video's own 95% interval counts.",
        "誤差の単位は MOS です。「写像後」は、評価対象と別の動画で推定した単調増加の曲線を通した値で、区間はその"
        "曲線に対するものです。外れ率と RMSE* は ITU-T P.1401 に従い、"
        "動画ごとの 95% 信頼区間を超えた分だけを数えます。",
    ),
    "against": ("Against other raters", "他の評価者(手法)との比較"),
    "baseline": ("Baseline", "比較対象"),
    "constant mean": ("Constant mean", "平均値(定数)"),
    "difference": ("Difference", "差"),
    "p": ("p", "p 値"),
    "p_holm": ("p (Holm)", "p 値(Holm 補正)"),
    "verdict": ("Verdict", "判定"),
    "better": ("model better", "モデルが優れる"),
    "worse": ("baseline better", "比較対象が優れる"),
    "open": ("not decided", "差があるとは言えない"),
    "against_note": (
        "Differences are model minus baseline on the same resamples. For each figure Holm's correction covers all "
        "baselines; a verdict needs p below 0.05 after it. The constant mean gives every video the mean of the "
        "training videos, or of the evaluated ones where there are none.",
        "差はモデルから比較対象を引いた値で、同じ再標本で計算しています。Holm 補正は指標ごとにすべての比較対象に"
        "対して行い、補正後の p 値が 0.05 未満のときに判定します。"
        "「平均値(定数)」は、学習用動画(なければ評価対象)の平均値を"
        "すべての動画に与えたものです。",
    ),
    "on_videos": ("{name} ({n} videos)", "{name}({n} 本)"),
    "scatter": ("Prediction and MOS", "予測と MOS"),
    "scatter_note": (
        "Dashed: prediction equals MOS. Solid: the mapping.",
        "破線は予測 = MOS、実線は写像です。",
    ),
    "prediction_axis": ("Prediction (MOS)", "予測(MOS)"),
    "turned_axis": ("Prediction (units of its own, sign reversed)", "予測(独自の単位、符号を反転)"),
    "own_axis": ("Prediction (units of its own)", "予測(独自の単位)"),
    "scatter_own_note": ("Solid: the mapping to MOS.", "実線は MOS への写像です。"),
    "mos_axis": ("MOS by people", "人の MOS"),
    "residuals": ("Differences (Bland-Altman)", "差の分布(Bland-Altman)"),
    "residuals_note": (
        "Bias and the limits that hold 95% of the differences: {lower} to {upper}.",
        "偏りと、差の 95% が収まる範囲: {lower}～{upper}",
    ),
    "mean_axis": ("Mean of prediction and MOS", "予測と MOS の平均"),
    "difference_axis": ("Prediction minus MOS", "予測 − MOS"),
    "reliability": ("Is 37 really 37?", "37 は本当に 37 か"),
    "reliability_note": (
        "Videos with like predictions: what people gave them on average, with 95% intervals. On the dashed line "
        "the score means what it says.",
        "予測が近い動画ごとの人の平均スコアと 95% 信頼区間。破線上であれば、スコアは表示どおりの意味を持ちます。",
    ),
    "label_axis": ("Label", "ラベル"),
    "predicted_label_axis": ("Predicted label", "予測ラベル"),
    "people_label_axis": ("Mean label by people", "人の平均ラベル"),
    "count_axis": ("Videos", "動画数"),
    "histogram": ("Labels", "ラベル"),
    "people": ("People", "人"),
    "model": ("Model", "モデル"),
    "confusion": ("Bands", "評価区分"),
    "confusion_note": (
        "Rows: people. Columns: the model. On the diagonal both agree.",
        "行は人、列はモデル。対角線上は両者が一致した動画です。",
    ),
    "agreement": ("Agreement", "一致度"),
    "ceiling": ("People against people", "人同士の一致"),
    "ceiling_raters": (
        "People differ, and that bounds what can be seen of any model. Where the model stands above one person, "
        "it agrees with the panel better than its average rater does.",
        "人の評価にもばらつきがあり、モデルの見かけの性能はそれを超えられません。モデルが「1 人の評価者」を"
        "上回る場合、平均的な評価者よりも評価者全体とよく一致しています。",
    ),
    "ceiling_ci95": (
        "People differ, and that bounds what can be seen of any model. Estimated from the 95% interval of each "
        "MOS; give single raters' scores with --ratings for more.",
        "人の評価にもばらつきがあり、モデルの見かけの性能はそれを超えられません。各 MOS の 95% 信頼区間からの"
        "推定です。--ratings で評価者ごとのスコアを指定すると詳しく分かります。",
    ),
    "calibration": ("Calibration", "校正"),
    "coverage": ("Intervals: promised and kept", "区間の的中率"),
    "coverage_own": ("Model's own interval", "モデル自身の区間"),
    "coverage_conformal": ("Conformal interval", "コンフォーマル予測区間"),
    "nominal": ("Promised", "名目"),
    "empirical": ("Kept", "実測"),
    "width": ("Width", "幅"),
    "width_labels": ("{value:.1f} labels on average", "平均 {value:.1f} ラベル"),
    "width_mos": ("± {value:.2f} MOS", "± {value:.2f} MOS"),
    "coverage_note": (
        "Conformal widths come from {source}; unlike the model's own intervals they keep their promise whatever "
        "the model, as long as new videos are like these.",
        "コンフォーマル予測区間の幅の推定に用いた動画: {source}。新しい動画が今回と同様である限り、モデルによらず"
        "名目どおりの割合を含みます。",
    ),
    "pit": ("Where people's labels fall in the model's distribution", "モデルの分布における人のラベルの位置"),
    "pit_note": (
        "Level: well calibrated. Hump: the model is too unsure. Trough: too sure. Slope: biased.",
        "平坦なら適切、山形なら自信不足、谷形なら自信過剰、傾きがあれば偏りがあります。",
    ),
    "pit_axis": ("Cumulative probability", "累積確率"),
    "share_axis": ("Share of videos", "動画の割合"),
    "triage": ("Sorting out defects", "不良の選別"),
    "triage_note": (
        "Defective: MOS below {limit:.2f}. People review what the model puts below the threshold. An escape is "
        "taken to cost {ratio:g} reviews (--escape-cost, --review-cost). The cheapest threshold was found on "
        "{source}.",
        "MOS が {limit:.2f} 未満を不良とし、モデルのスコアがしきい値未満の動画を人が再確認します。見逃し 1 件の"
        "費用は再確認 {ratio:g} 件分としています(--escape-cost、--review-cost)。"
        "費用が最小のしきい値の推定に用いた動画: "
        "{source}。",
    ),
    "threshold_plain": ("Threshold {value:.2f} (the limit itself)", "しきい値 {value:.2f}(不良の基準)"),
    "threshold_best": ("Threshold {value:.2f} (least cost)", "しきい値 {value:.2f}(費用最小)"),
    "threshold_all": ("Review everything (least cost)", "すべて再確認(費用最小)"),
    "flagged": ("Flagged / defective / caught / missed", "要確認 / 不良 / 検出 / 見逃し"),
    "cost": ("Cost per video, in reviews", "動画 1 本あたりの費用(再確認の件数換算)"),
    "slices": ("By part", "区分ごとの結果"),
    "slices_note": (
        "* fewer than {small} videos: read with care. In parts of fewer than 10 contents single videos were "
        "drawn, and the intervals hold for these contents.",
        "* は {small} 本未満のため参考値です。素材が 10 件未満の区分では動画単位で再標本化しており、区間は"
        "それらの素材に限って有効です。",
    ),
    "empty": ("(empty)", "(空欄)"),
    "failures": ("Rows with a problem", "問題のあった行"),
    "failures_none": ("None.", "なし"),
    "problem": ("Problem", "問題"),
    "video": ("Video", "動画"),
    "evaluated": ("Evaluated", "評価"),
    "yes": ("yes", "済"),
    "no": ("no", "未"),
    "working": ("Evaluating {n} videos ...", "動画 {n} 本を評価しています..."),
    "written": ("Written to {path}", "{path} に書き込みました"),
    "more": (
        "... and {count} more; -o or --json lists them all",
        "…ほか {count} 件(-o または --json で全件を出力)",
    ),
}

heading: Final = Table(REPORT)
