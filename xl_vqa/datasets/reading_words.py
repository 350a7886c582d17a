"""What people read about how a table of ratings was understood, in English and Japanese."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    # what a column was taken for
    "kind_video": {"en": "videos", "ja": "動画"},
    "kind_rater_name": {"en": "names of raters", "ja": "評価者名"},
    "kind_rater": {"en": "scores of a rater", "ja": "評価者の点数"},
    "kind_raters": {"en": "scores of {count} raters", "ja": "評価者 {count} 人の点数"},
    "kind_score": {"en": "scores", "ja": "点数"},
    "kind_mean": {"en": "mean (MOS)", "ja": "平均(MOS)"},
    "kind_mean_given": {"en": "mean, to compare with", "ja": "平均(照合用)"},
    "kind_sd": {"en": "standard deviation", "ja": "標準偏差"},
    "kind_count": {"en": "number of raters", "ja": "評価者数"},
    "kind_ci95": {"en": "95% interval", "ja": "95% 信頼区間"},
    "kind_votes": {"en": "votes (numbers or shares)", "ja": "得票(数または割合)"},
    "kind_quality": {"en": "another quality, not used", "ja": "別の品質項目(不使用)"},
    "kind_attribute": {"en": "names of qualities", "ja": "品質項目名"},
    "kind_content": {"en": "source content", "ja": "素材"},
    "kind_split": {"en": "split", "ja": "分割"},
    "kind_prompt": {"en": "prompt", "ja": "プロンプト"},
    "kind_unused": {"en": "numbers, not used", "ja": "数値(不使用)"},
    "kind_text": {"en": "text, not used", "ja": "文字列(不使用)"},
    "kind_other": {"en": "not used", "ja": "不使用"},
    "sure_yes": {"en": "sure", "ja": "確実"},
    "sure_no": {"en": "likely", "ja": "推定"},
    # why
    "why_told": {"en": "you said so", "ja": "指定による"},
    "why_header": {"en": "its header", "ja": "見出しから"},
    "why_header_part": {"en": "a part of its header", "ja": "見出しの一部から"},
    "why_cells": {"en": "its cells name videos", "ja": "セルが動画名"},
    "why_cells_scores": {"en": "its cells are scores", "ja": "セルが点数"},
    "why_cells_qualities": {"en": "its cells name qualities", "ja": "セルが品質項目名"},
    "why_cells_serial": {"en": "it counts the rows", "ja": "行の通し番号"},
    "why_cells_text": {"en": "its cells are no scores", "ja": "セルが点数ではない"},
    "why_mean_matches": {"en": "scores and mean agree", "ja": "点数と平均が一致"},
    "why_sums_match": {"en": "counts and total agree", "ja": "得票数と合計が一致"},
    "why_sums_equal": {"en": "every row adds up to the same", "ja": "各行の合計が同じ"},
    "why_counts_out_of_scale": {"en": "numbers no score could have", "ja": "点数ではありえない値"},
    "why_quality_overall": {"en": "the quality as a whole", "ja": "総合評価"},
    "why_quality_other": {"en": "its header names a quality", "ja": "見出しが品質項目"},
    "why_quality_asked": {"en": "its header names a quality", "ja": "見出しが品質項目"},
    "why_numbers_unused": {"en": "its header says nothing of scores", "ja": "点数を示す見出しがない"},
    "why_asked": {"en": "not clear", "ja": "判別不能"},
    # the table itself
    "reading_title": {"en": "How the table was read", "ja": "表の読み取り方"},
    "reading_note": {
        "en": "Made before anything was computed. The last column is what to say where it is wrong.",
        "ja": "計算の前に判断した内容です。誤りがある場合は、右端のオプションで指定し直してください。",
    },
    "reading_column": {"en": "Column", "ja": "列"},
    "reading_header": {"en": "Header", "ja": "見出し"},
    "reading_kind": {"en": "Taken for", "ja": "解釈"},
    "reading_sure": {"en": "How sure", "ja": "確度"},
    "reading_why": {"en": "Why", "ja": "根拠"},
    "reading_option": {"en": "To say otherwise", "ja": "変更するには"},
    # findings of the reading
    "finding_quality": {
        "en": "Several qualities were rated; “{quality}” is the one that was taken (--dimension takes another).",
        "ja": "複数の品質項目のうち「{quality}」を使用しました(別の項目は --dimension で指定できます)。",
    },
    "finding_sideways": {
        "en": "The table lies on its side: its header names the videos, its rows are people. “Rows” below are "
        "columns of the sheet.",
        "ja": "見出しが動画名、行が評価者の表として読み取りました。以下の「行」は表の列を指します。",
    },
    "finding_lower": {
        "en": "Lower scores are better in this table. All were turned round: {low} became {high} and {high} "
        "became {low}.",
        "ja": "この表では点数が低いほど良いため、全点数を反転しました({low} → {high}、{high} → {low})。",
    },
    "finding_runs_against": {
        "en": "The better a video should be by its name (bit rate, CRF, lines), the lower its score (rank "
        "correlation {r}). If low scores were the good ones, say --lower-is-better.",
        "ja": "ファイル名(ビットレート・CRF・解像度)から見て高画質のはずの動画ほど点数が低くなっています"
        "(順位相関 {r})。低いほど良い尺度であれば --lower-is-better を指定してください。",
    },
    "finding_runs_against_turned": {
        "en": "After the scores were turned round, the better a video should be by its name (bit rate, CRF, "
        "lines), the lower its MOS (rank correlation {r}). If high scores were the good ones, say "
        "--higher-is-better.",
        "ja": "点数を反転した結果、ファイル名(ビットレート・CRF・解像度)から見て高画質のはずの動画ほど MOS が"
        "低くなっています(順位相関 {r})。高いほど良い尺度であれば --higher-is-better を指定してください。",
    },
    "finding_test_shift": {
        "en": "The test “{test}” scores {shift} against the tests as a whole on the {common} videos that it "
        "shares; that was taken out of its scores.",
        "ja": "試験「{test}」は、共通の動画 {common} 本で全試験に対し {shift} の差があり、"
        "その分を点数から除きました。",
    },
    "finding_test_shift_left": {
        "en": "The test “{test}” scores {shift} against the tests as a whole on the {common} videos that it "
        "shares; the "
        "scores were left as they are (--join-tests offset takes it out).",
        "ja": "試験「{test}」は、共通の動画 {common} 本で全試験に対し "
        "{shift} の差がありますが、"
        "点数はそのままです(--join-tests offset で除けます)。",
    },
    "finding_test_unlinked": {
        "en": "The test “{test}” shares no video with the others: nobody can tell whether its {videos} videos "
        "were scored as strictly. Its scores were left as they are.",
        "ja": "試験「{test}」には他の試験と共通の動画がなく、{videos} 本の採点の厳しさが同じかどうか分かりません。"
        "点数はそのままです。",
    },
    "finding_test_few_common": {
        "en": "Only {common} videos tie the test “{test}” to the others; its shift is as uncertain as they are.",
        "ja": "試験「{test}」と他の試験を結ぶ動画が {common} 本しかなく、差の推定は不確かです。",
    },
    "finding_spread_unfit": {
        "en": "The SD or interval in the table does not fit its means: it seems to be of another scale. It was "
        "not used, so nothing is said about the noise of these MOS.",
        "ja": "表の標準偏差または信頼区間が平均の尺度と合いません(別の尺度の値と思われます)。"
        "使用しないため、MOS のノイズについては判断できません。",
    },
    "finding_raters_light": {
        "en": "Weighted by ITU-T P.910 Annex E, nobody left out. These weigh less than half of the mean rater "
        "({count}): {names}",
        "ja": "ITU-T P.910 Annex E により重み付けし、誰も除外していません。重みが平均の半分に満たない評価者 "
        "{count} 人: {names}",
    },
    "finding_raters_even": {
        "en": "Weighted by ITU-T P.910 Annex E; everybody weighs at least half of the mean rater.",
        "ja": "ITU-T P.910 Annex E により重み付けしました。全員の重みが平均の半分以上です。",
    },
    "problem_broken_video": {
        "en": "The video cannot be rated. {reason}",
        "ja": "この動画は評価できません。{reason}",
    },
    "finding_videos_unopened": {
        "en": "The videos were not opened; one that is broken shows itself in training.",
        "ja": "動画の中身は確認していません。破損した動画は学習時に判明します。",
    },
    "note_dropped_raters": {
        "en": "Left out as you said: {names} ({count} ratings)",
        "ja": "指定により除外した評価者: {names}(評価 {count} 件)",
    },
    "form_votes": {"en": "votes per grade", "ja": "点数ごとの得票"},
    "column_votes": {"en": "votes", "ja": "得票数"},
    "report_model": {"en": "Rater model", "ja": "評価者モデル"},
    "model_mos": {"en": "plain mean", "ja": "単純平均"},
    "model_bt500": {"en": "ITU-R BT.500: outliers left out", "ja": "ITU-R BT.500: 外れ評価者を除外"},
    "model_p913": {
        "en": "ITU-T P.913: biases out, then outliers",
        "ja": "ITU-T P.913: 偏りを除去後、外れ評価者を除外",
    },
    "model_p910": {"en": "ITU-T P.910 Annex E: raters weighted", "ja": "ITU-T P.910 Annex E: 評価者を重み付け"},
    "report_weight": {"en": "Weight", "ja": "重み"},
    "report_inconsistency": {"en": "Inconsistency", "ja": "ばらつき"},
    "report_weights_note": {
        "en": "Weight: how much each score of the rater counts, 1 for the mean rater. Inconsistency: SD of what "
        "quality and bias do not explain, in MOS units (ITU-T P.910 Annex E).",
        "ja": "重み: その評価者の点数 1 件の効き方(平均が 1)。ばらつき: 品質と偏りで説明できない残差の標準偏差"
        "(MOS 単位、ITU-T P.910 Annex E)。",
    },
    "report_alpha": {"en": "Krippendorff's alpha", "ja": "クリッペンドルフの α"},
    "report_icc": {"en": "ICC(A,1)", "ja": "ICC(A,1)"},
    "report_agreement_all": {"en": "Agreement of the raters", "ja": "評価者間の一致度"},
    "report_agreement_all_note": {
        "en": "1 is full agreement, 0 is chance; both also where not everybody rated everything. Alpha with the "
        "interval metric; ICC for the score of a single rater.",
        "ja": "1 は完全一致、0 は偶然と同程度。全員が全動画を評価していない場合も計算できます。"
        "α は間隔尺度、ICC は 1 人の評価者の点数に対する値です。",
    },
    "coefficient_no_raters": {"en": "not computable: no ratings", "ja": "計算不可: 評価がない"},
    "coefficient_one_rater": {"en": "not computable: only one rater", "ja": "計算不可: 評価者が 1 人だけ"},
    "coefficient_no_common_videos": {
        "en": "not computable: no video has two raters",
        "ja": "計算不可: 2 人以上が評価した動画がない",
    },
    "coefficient_few_videos": {
        "en": "not computable: too few videos with two raters",
        "ja": "計算不可: 2 人以上が評価した動画が少なすぎる",
    },
    "coefficient_constant": {"en": "not computable: all scores are equal", "ja": "計算不可: 点数がすべて同じ"},
}
