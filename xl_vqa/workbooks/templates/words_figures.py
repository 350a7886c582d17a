"""Names of the KPI tracker's figures, and the sentence that explains each, English and Japanese."""

from __future__ import annotations

from typing import Final

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "sec_agreement": ("Agreement", "一致度"),
    "sec_time": ("Time", "時間"),
    "sec_complaints": ("Complaints", "クレーム"),
    "sec_triage": ("Review at the threshold", "しきい値での再確認"),
    "sec_money": ("Money", "費用と効果"),
    "sec_drift": ("Drift", "ドリフト"),
    "sec_check": ("Check of the log", "記録の点検"),
    "pairs": ("Videos with both scores", "両方の評価がある動画"),
    "kappa": ("Weighted kappa", "重み付きカッパ"),
    "srcc": ("Rank correlation (SRCC)", "順位相関(SRCC)"),
    "plcc": ("Linear correlation (PLCC)", "線形相関(PLCC)"),
    "icc": ("ICC(2,1)", "ICC(2,1)"),
    "ccc": ("Lin's concordance (CCC)", "Lin の一致相関係数(CCC)"),
    "bias": ("Mean difference, AI − human", "平均の差(AI − 人)"),
    "loa_low": ("Limit of agreement, low", "一致限界(下限)"),
    "loa_high": ("Limit of agreement, high", "一致限界(上限)"),
    "within": ("Share within the tolerance", "許容差以内の割合"),
    "videos": ("Videos since AI is in use", "AI 運用開始後の動画"),
    "hours_measured": ("Hours saved, measured", "削減時間(実測)"),
    "hours_computed": ("Hours saved, computed", "削減時間(計算)"),
    "hours": ("Hours saved", "削減時間"),
    "rate_before": ("Complaints per video, before", "クレーム率(導入前)"),
    "rate_after": ("Complaints per video, after", "クレーム率(導入後)"),
    "difference": ("Complaint rate against before", "クレーム率(導入前との差)"),
    "difference_low": ("… 95% interval, low", "… 95% 信頼区間(下限)"),
    "difference_high": ("… 95% interval, high", "… 95% 信頼区間(上限)"),
    "reduction": ("Complaint reduction", "クレームの減少率"),
    "reduction_low": ("… 95% interval, low", "… 95% 信頼区間(下限)"),
    "reduction_high": ("… 95% interval, high", "… 95% 信頼区間(上限)"),
    "causal": ("Verdict", "判定"),
    "scored": ("Videos that the AI scored", "AI が採点した動画"),
    "review": ("Review rate", "再確認率"),
    "escape": ("Escape rate", "見逃し率"),
    "escape_all": ("Escape rate of all scored videos", "見逃し率(採点した全動画)"),
    "precision": ("Precision", "適合率"),
    "recall": ("Recall", "再現率"),
    "checked": ("What people looked at", "人が確認した範囲"),
    "cost_chosen": ("Cost per 100 videos", "100 本あたり費用"),
    "best_threshold": ("Cheapest threshold", "費用最小のしきい値"),
    "cost_best": ("Cost at the cheapest threshold", "費用最小時の 100 本あたり費用"),
    "avoided": ("Complaints avoided", "回避したクレーム"),
    "missed": ("Missed defects", "見逃した不良"),
    "running": ("Running cost", "運用費用"),
    "net": ("Net benefit", "純便益"),
    "net_sure": ("… without the complaints", "… クレーム分を除く"),
    "noise": ("… what it rests on", "… 根拠"),
    "net_month": ("Net benefit per month", "純便益(月あたり)"),
    "roi": ("Return on running cost (ROI)", "投資対効果(ROI)"),
    "roi_all": ("ROI with the one-off cost", "ROI(初期費用込み)"),
    "payback": ("Payback in months", "回収期間(月)"),
    "psi": ("PSI of the AI scores", "AI スコアの PSI"),
    "psi_chance": ("… PSI that chance reaches", "… 偶然でも生じる PSI"),
    "cusum": ("CUSUM of human minus AI", "人 − AI の CUSUM"),
    "drift": ("Drift flag", "ドリフト判定"),
    "entries": ("Entries", "記入のある行"),
    "undated": ("… without a date", "… 日付のない行"),
    "not_scores": ("… cells that are no score", "… スコアでないセル"),
    "not_amounts": ("… cells that are no amount", "… 数量でないセル"),
    "doubled": ("… rows that stand twice", "… 重複している行"),
    "beyond": ("… cells below the last row", "… 最終行より下のセル"),
    "problems": ("Please check", "確認事項"),
}
_NOTES: Final[dict[str, tuple[str, str]]] = {
    "pairs": (
        "Rows in the period where both scores lie on their scale, before and since AI is in use; all figures of "
        "this block look at these, in labels.",
        "期間内で両方の評価が尺度内にある行(導入前後とも)。このブロックの数値はこれらの行からラベル単位で求めます。",
    ),
    "kappa": (
        "Cohen's kappa of whole labels, quadratic weights: 1 is full agreement, 0 chance; far misses cost more.",
        "整数ラベルに対する二次重み付きコーエンのカッパ。1 は完全一致、0 は偶然と同じ。大きな差ほど重く数えます。",
    ),
    "srcc": (
        "Spearman's correlation of the order of the videos, ties at their average rank; scores count to a tenth.",
        "動画の順位の相関(スピアマン)。同点は平均順位とし、スコアは 0.1 刻みで扱います。",
    ),
    "plcc": (
        "Pearson's correlation of the scores: how well one follows the other along a line.",
        "スコアどうしのピアソン相関。一方が他方にどれだけ直線的に従うかを示します。",
    ),
    "icc": (
        "Intraclass correlation, two-way random, absolute agreement, single rater: shifts count as disagreement.",
        "級内相関(二元配置変量・絶対一致・単一評価者)。一定のずれも不一致とみなします。",
    ),
    "ccc": (
        "Correlation to the line of equality: 1 only where every pair is equal.",
        "等しい線への一致の度合い。すべての組が等しいときだけ 1 になります。",
    ),
    "bias": (
        "AI minus human (second minus first person), in labels: above 0 means the AI is kinder.",
        "AI − 人(2 人目 − 1 人目)のラベル差の平均。0 より大きければ AI の方が甘い評価です。",
    ),
    "loa_low": (
        "Mean difference minus 1.96 standard deviations (Bland-Altman): 95% of differences lie above the lower "
        "and below the upper limit.",
        "平均の差 − 1.96 × 標準偏差(ブランド・アルトマン法)。差の約 95% が上下限の間に入ります。",
    ),
    "loa_high": ("Mean difference plus 1.96 standard deviations.", "平均の差 + 1.96 × 標準偏差。"),
    "within": (
        "Share of videos whose two scores differ by no more than the tolerance in Settings (5 labels).",
        "2 つの評価の差が「設定」の許容差(初期値 5)以内である動画の割合。",
    ),
    "videos": (
        "Videos of the rows from the first day with AI on; a row without a number counts as one.",
        "AI 運用開始日以降の動画の本数。本数が空欄の行は 1 本と数えます。",
    ),
    "hours_measured": (
        "Minutes without AI minus minutes with AI, of rows that hold both, divided by 60.",
        "両方の時間がある行の(AI なしの時間 − AI ありの時間)の合計 ÷ 60。",
    ),
    "hours_computed": (
        "Videos × (minutes per check − review rate × minutes per check − minutes for using AI) / 60.",
        "本数 ×(確認時間 − 再確認率 × 確認時間 − AI 利用の手間)÷ 60。",
    ),
    "hours": (
        "The measured hours, or the computed ones where Settings says so or nothing was measured.",
        "実測値。「設定」で計算を選んだ場合や実測がない場合は計算値。",
    ),
    "rate_before": (
        "Complaints divided by videos, rows before AI was in use.",
        "AI 運用開始前の行のクレーム件数 ÷ 本数。",
    ),
    "rate_after": (
        "Complaints divided by videos, rows since AI is in use.",
        "AI 運用開始後の行のクレーム件数 ÷ 本数。",
    ),
    "difference": (
        "Difference of the two rates, in percentage points.",
        "導入前後のクレーム率の差(パーセントポイント)。",
    ),
    "difference_low": (
        "Newcombe's interval for two proportions: where both ends say 'lower', the fall is more than chance.",
        "2 つの割合の差の信頼区間(ニューカム法)。両端とも「低下」なら偶然を超える低下です。",
    ),
    "difference_high": ("The other end of the same interval.", "同じ区間のもう一方の端。"),
    "reduction": (
        "1 − rate after / rate before: how much fewer, or more, complaints there are per video.",
        "1 − 導入後の率 ÷ 導入前の率。動画あたりのクレームがどれだけ減った(増えた)かを示します。",
    ),
    "reduction_low": (
        "Interval of the ratio of two proportions, on the logarithm; needs a complaint in both periods.",
        "2 つの割合の比の信頼区間(対数法)。両期間に 1 件以上のクレームが必要です。",
    ),
    "reduction_high": ("The other end of the same interval.", "同じ区間のもう一方の端。"),
    "causal": (
        "Without a control group other changes of the same time cannot be told apart from the AI.",
        "対照群がないため、同時期の他の変化と AI の効果を区別できません。",
    ),
    "scored": (
        "Rows since AI is in use with an AI score on the scale, whether people scored them or not.",
        "AI 運用開始以降で尺度内の AI スコアがある行(人の評価の有無は問いません)。",
    ),
    "review": (
        "Share of the videos that the AI scored which lie below the threshold: people still look at these.",
        "AI が採点した動画のうち、しきい値未満のため人が引き続き確認するものの割合。",
    ),
    "escape": (
        "Of the defective videos with both scores since AI is in use: the share that passes the threshold unseen.",
        "AI 運用開始以降に両方の評価がある不良動画のうち、確認されずに通過するものの割合。",
    ),
    "escape_all": (
        "The same, counted up to all videos that the AI scored: people mostly look at the reviewed ones.",
        "同じ割合を、AI が採点した全動画に引き伸ばした推定値。人は主に再確認の動画を見るためです。",
    ),
    "precision": (
        "Share of the reviewed videos with a human score that are defective.",
        "人の評価がある再確認の動画のうち、不良であるものの割合。",
    ),
    "recall": (
        "1 − escape rate: the share of the defective videos with both scores that are reviewed.",
        "1 − 見逃し率。両方の評価がある不良動画のうち、再確認されるものの割合。",
    ),
    "checked": (
        "Where people scored nothing of one side of the threshold, nothing is known of its defects.",
        "しきい値の片側に人の評価がまったくない場合、その側の不良については分かりません。",
    ),
    "cost_chosen": (
        "Per 100 videos that the AI scored, at the chosen threshold: reviews × wage × minutes + missed defects "
        "(counted up to all scored videos) × their cost.",
        "AI が採点した動画 100 本あたり、設定中のしきい値での 再確認 × 人件費 × 時間 + "
        "見逃し(全動画に引き伸ばした数)× 見逃し費用。",
    ),
    "best_threshold": (
        "The threshold of least cost on these videos; of equals the one with the fewest reviews.",
        "これらの動画で費用が最小になるしきい値。同額なら再確認が最も少ないもの。",
    ),
    "cost_best": (
        "What 100 videos would cost there; found on the same videos, so somewhat flattering.",
        "そのときの 100 本あたり費用。同じ動画で選んだ値なので、やや楽観的です。",
    ),
    "avoided": (
        "Expected at the old rate, minus those counted: how many fewer, or more, there were.",
        "導入前の率から見込まれる件数 − 実際の件数。どれだけ減った(増えた)かを示します。",
    ),
    "missed": (
        "Defects that the check with AI let pass, as counted in the log since AI is in use.",
        "AI 運用開始後に見逃した不良の件数(記録シートの合計)。",
    ),
    "running": (
        "Months since AI is in use × (computing + licences + upkeep).",
        "AI 運用開始からの月数 ×(計算機 + ライセンス + 保守)。",
    ),
    "net": (
        "Hours saved × wage + complaints avoided × cost of a complaint − running cost − escapes × their cost.",
        "削減時間 × 人件費 + 回避クレーム × クレーム費用 − 運用費用 − 見逃し × 見逃し費用。",
    ),
    "net_sure": (
        "Hours saved × wage − running cost − escapes × their cost.",
        "削減時間 × 人件費 − 運用費用 − 見逃し × 見逃し費用。",
    ),
    "noise": (
        "Where the change of complaints is not beyond chance, a light of money that hangs on it is 'undecided'.",
        "クレームの変化が偶然の範囲の場合、それによって判定が変わる金額の判定は「判断保留」になります。",
    ),
    "net_month": (
        "Net benefit divided by the months since AI is in use.",
        "純便益 ÷ AI 運用開始からの月数。",
    ),
    "roi": (
        "Net benefit divided by the running cost of the same months.",
        "純便益 ÷ 同じ期間の運用費用。",
    ),
    "roi_all": (
        "(Net benefit − one-off cost) / (running cost + one-off cost): what is earned so far, all counted.",
        "(純便益 − 初期費用)÷(運用費用 + 初期費用)。初期費用も含めたこれまでの効果。",
    ),
    "payback": (
        "One-off cost divided by the net benefit per month; 'never' where that is not above 0.",
        "初期費用 ÷ 月あたりの純便益。純便益が 0 以下なら「回収不可」。",
    ),
    "psi": (
        "Population stability index, recent days against the reference period in fifths: below 0.1 is stable, "
        "above 0.25 a shift (by convention).",
        "直近期間と基準期間のスコア分布の差(五分位の PSI)。慣例で 0.1 未満は安定、0.25 超は変化あり。",
    ),
    "psi_chance": (
        "With so few videos, 5% of unchanged months pass this value: up to it the PSI is 'undecided' at worst.",
        "この本数では、変化がなくても 5% の確率でこの値を超えます。これ以下の PSI は悪くても「判断保留」です。",
    ),
    "cusum": (
        "Cumulative sum of how far each week's difference of people and AI lies from the reference, beyond half a "
        "standard error: its highest value.",
        "週ごとの「人 − AI」の差のうち標準誤差の半分を超える分の累積。期間中の最大値。",
    ),
    "drift": (
        "Says whether the videos (PSI) or the AI against people (CUSUM) have left the reference period.",
        "動画の傾向(PSI)または人と AI の差(CUSUM)が基準期間から変わったかを示します。",
    ),
    "entries": ("Rows of the log with anything in them but a note.", "備考以外に記入のある行の数。"),
    "undated": (
        "Without a date of 2000 or later, or with one that is a text: these rows count nowhere.",
        "2000 年以降の日付がないか、日付が文字になっている行。集計されません。",
    ),
    "not_scores": (
        "Texts, or numbers outside their scale (Settings), in the columns of scores: they are left out.",
        "スコア列にある文字や尺度(「設定」)外の数値。集計から除かれます。",
    ),
    "not_amounts": (
        "Texts, or numbers below 0, among counts and minutes: they are left out.",
        "本数・時間・クレーム・見逃しの列にある文字や負の数値。集計から除かれます。",
    ),
    "doubled": (
        "Rows that say of a video what another row says: counted twice everywhere. Delete them.",
        "動画・日付・スコア・時間が他の行と同じ行。すべての数値に重ねて集計されるため、削除してください。",
    ),
    "beyond": (
        "The log has 10,000 rows, less those deleted. Further down nothing counts: begin a new one.",
        "記録は 10,000 行まで(削除した行の分は減ります)。その下は集計されません。新しい管理表を作成してください。",
    ),
    "problems": (
        "What makes figures of this log less than they seem.",
        "この記録の数値を読むときに注意すべき点です。",
    ),
}
FIGURE_WORDS: Final[dict[str, tuple[str, str]]] = {
    **{key if key.startswith("sec_") else f"f_{key}": text for key, text in _NAMES.items()},
    **{f"m_{key}": text for key, text in _NOTES.items()},
}
