"""Words of an evaluation in English and Japanese, and figures as people read them."""

from __future__ import annotations

from typing import Final

from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.metrics import metric_of
from xl_vqa.evaluation.metrics.metric import Unit
from xl_vqa.evaluation.result import Failure, Notice
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.table import Table, one_of

_PERCENTAGES: Final = frozenset(
    "band_ece coverage precision recall review_rate escape_rate passed_defective".split()
)
_SIGNED: Final = frozenset({"difference", "lower", "upper"})

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # figures that are no metrics
    "slope": ("Slope of MOS on prediction (ideal 1)", "傾き(理想値 1)"),
    "intercept": ("Intercept (ideal 0)", "切片(理想値 0)"),
    "band_ece": ("Calibration error of the band's probability", "評価区分の確率の校正誤差(ECE)"),
    "lower": ("Lower limit of agreement", "一致限界(下限)"),
    "upper": ("Upper limit of agreement", "一致限界(上限)"),
    "rater_srcc": ("One person against the others: SRCC", "1 人の評価者と他の評価者: SRCC"),
    "model_srcc": ("Model against the same others: SRCC", "モデルと同じ評価者群: SRCC"),
    "rater_plcc": ("One person against the others: PLCC", "1 人の評価者と他の評価者: PLCC"),
    "model_plcc": ("Model against the same others: PLCC", "モデルと同じ評価者群: PLCC"),
    "split_half": ("Two halves of the panel: PLCC", "評価者を 2 群に分けた相関: PLCC"),
    "reliability": ("Reliability of the whole panel's MOS", "全評価者の MOS の信頼性"),
    "limit_plcc": ("Highest PLCC that can be expected of any model", "モデルに期待できる PLCC の上限"),
    "icc_raters": ("ICC(2,1) among people", "評価者間の ICC(2,1)"),
    "alpha": ("Krippendorff's alpha among people", "評価者間のクリッペンドルフの α"),
    "precision": ("Precision: flagged videos that are defective", "適合率(要確認のうち不良の割合)"),
    "recall": ("Recall: defective videos that are flagged", "再現率(不良のうち要確認とした割合)"),
    "review_rate": ("Review rate: videos that people still watch", "再確認率(人が見る動画の割合)"),
    "escape_rate": ("Escape rate: defective videos that pass", "流出率(不良のうち見逃した割合)"),
    "passed_defective": ("Passed videos that are defective", "合格とした動画のうち不良の割合"),
    # why there is no figure
    "too_few": ("fewer than 3 videos", "動画が 3 本未満"),
    "not_finite": ("a number is missing or infinite", "数値が欠けているか無限大"),
    "constant_mos": ("people gave every video the same score", "人のスコアがすべて同じ"),
    "constant_prediction": ("every prediction is the same", "予測がすべて同じ"),
    "no_ci95": ("not computable: no 95% interval per video", "計算不可: 動画ごとの 95% 信頼区間がない"),
    "no_rater_data": ("not computable: no scores of single raters", "計算不可: 評価者ごとのスコアがない"),
    "no_common_videos": ("no video has two raters", "2 人以上が評価した動画がない"),
    "few_common_videos": ("raters share too few videos", "評価者間で共通の動画が少なすぎる"),
    "one_rater": ("there is only one rater", "評価者が 1 人だけ"),
    "not_estimated": ("no interval is estimated", "区間は推定しない"),
    "mapping_constant": ("no rising mapping could be fitted", "単調増加の写像を求められない"),
    "not_mos_units": ("its scores are not in MOS units", "MOS の単位ではない"),
    "no_band_probability": ("no probability of the band", "評価区分の確率がない"),
    "none_flagged": ("nothing is flagged", "要確認とした動画がない"),
    "none_defective": ("no video is defective", "不良の動画がない"),
    "none_passed": ("nothing passes", "合格とした動画がない"),
    "no_items": ("no videos", "動画がない"),
    "too_few_for_interval": ("too few videos for an interval", "動画が少なく区間を計算できない"),
    "undefined_resamples": ("not defined in many resamples", "多くの再標本で計算できない"),
    "no_labels": ("the scale of the labels is not known", "ラベルの尺度が不明"),
    "too_few_for_conformal": ("too few videos", "動画が少なすぎる"),
    # mappings
    "logistic4": ("logistic, 4 parameters", "4 パラメーターのロジスティック"),
    "linear": ("linear", "線形"),
    "constant": ("constant", "定数"),
    "few_for_logistic": ("fewer than 10 videos to fit", "推定に使える動画が 10 本未満"),
    "few_values": ("too few different predictions", "予測値の種類が少ない"),
    "not_converged": ("the logistic fit did not converge", "ロジスティックの当てはめが収束しない"),
    "worse_than_linear": ("a line fits as well", "直線の方がよく合う"),
    "falling": ("predictions run against the MOS", "予測と MOS の大小が逆"),
    "validation": ("validation videos", "検証用の動画"),
    "cross_fit": ("cross-fit: each fifth by the other four", "交差当てはめ(5 分割の残り 4 つで推定)"),
    "none": ("none", "なし"),
    # how a predictor was read
    "told": ("as told", "指定による"),
    "stated": ("as its file states", "ファイルの記載による"),
    "product": ("a column of xl_vqa", "xl_vqa の列"),
    "labels": ("by its labels", "ラベルによる"),
    "metric": ("a known metric", "既知の指標"),
    "name": ("by the column's name", "列名による"),
    "values": ("by its values", "値による"),
    "higher_is_better": ("higher is better", "高いほど良い"),
    "lower_is_better": ("lower is better, turned round", "低いほど良い(符号を反転)"),
    # failures
    "error": ("Error", "エラー"),
    "bad_prediction": ("Prediction is no number", "予測が数値でない"),
    "no_mos": ("No score by people", "人のスコアがない"),
    "out_of_scale": ("Score outside the scale", "スコアが尺度の範囲外"),
    "excluded": ("Put aside in the manifest", "マニフェストで除外"),
    "missing_prediction": ("In the manifest, not in the predictions", "マニフェストにあり、予測にない"),
    "missing_manifest": ("In the predictions, not in the manifest", "予測にあり、マニフェストにない"),
    "no_path_manifest": ("Manifest row without a video", "マニフェストの行に動画がない"),
    "no_path_predictions": ("Prediction without a path", "予測の行にパスがない"),
    "duplicate_manifest": ("Twice in the manifest, same score", "マニフェストに重複(スコアは同じ)"),
    "conflict_manifest": (
        "Twice in the manifest with different scores; the first was used",
        "マニフェストに異なるスコアで重複(先の行を使用)",
    ),
    "duplicate_predictions": ("Twice in the predictions, same score", "予測に重複(スコアは同じ)"),
    "conflict_predictions": (
        "Twice in the predictions with different scores; the first was used",
        "予測に異なるスコアで重複(先の行を使用)",
    ),
    # notices
    "no_split": (
        "The manifest names no test videos, so all videos were evaluated. If the model was trained on some of "
        "them, the figures flatter it.",
        "マニフェストにテスト用の指定がないため、すべての動画で評価しました。学習に使った動画が含まれる場合、"
        "実際より良い値になります。",
    ),
    "training_judged": (
        "Evaluated videos that belong to the training split: {count}. The figures flatter the model.",
        "評価した動画のうち {count} 本は学習用です。実際より良い値になります。",
    ),
    "content_leak": (
        "Contents found both among the evaluated and the training videos: {count}. The figures may flatter the "
        "model.",
        "評価用と学習用の両方に含まれる素材が {count} 件あります。実際より良い値の可能性があります。",
    ),
    "few_contents": (
        "Contents: {count}, too few to draw from. Single videos were drawn instead, so the "
        "intervals hold for these contents and may be too narrow for others.",
        "素材が {count} 件と少ないため、動画単位で再標本化しました。区間はこれらの素材に限って有効で、"
        "他の素材には狭すぎる可能性があります。",
    ),
    "degenerate": (
        "The model gives nearly every video the same score ({count} different labels; people used {people}). "
        "It may be broken.",
        "モデルのスコアがほぼすべて同じです(ラベル {count} 種類、人は {people} 種類)。モデルに異常がある"
        "可能性があります。",
    ),
    "model_not_mos_units": (
        "The scores of {name} run from {low} to {high} and are no MOS of this scale. Their order and their "
        "mapping "
        "are judged; whatever is counted in MOS would mean nothing and is left out. If they have a scale of their "
        "own, name it with --prediction-scale.",
        "{name} のスコアは {low}～{high} で、この尺度の MOS ではありません。順位と写像後の値のみを評価し、"
        "MOS を単位とする指標は意味を持たないため省きました。独自の尺度がある場合は --prediction-scale で"
        "指定してください。",
    ),
    "mos_of_another_scale": (
        "The MOS in the predictions are of another scale than people's, so they were read off {column} instead, "
        "which is on the labels that both share.",
        "予測の MOS は人の評価と尺度が異なるため、両者に共通するラベルの列 {column} から求めました。",
    ),
    "people_beside_predictions": (
        "The column {columns} of the predictions repeats people's scores, so {name} was judged.",
        "予測ファイルの列 {columns} は人のスコアと同じ値のため、{name} を評価しました。",
    ),
    "predictions_are_people": (
        "The scores in {name} are people's own scores: figures of perfect agreement say nothing of a model. "
        "Name the column of the model with --prediction-column.",
        "{name} の値は人のスコアそのものです。完全に一致してもモデルの評価にはなりません。モデルのスコアの列を "
        "--prediction-column で指定してください。",
    ),
    "mos_stated_elsewhere": (
        "{name} states that its MOS are on {theirs}. They were converted to people's scale of {ours}.",
        "{name} の MOS の尺度は {theirs} と記録されているため、人の尺度 {ours} に換算しました。",
    ),
    "mos_recognised_elsewhere": (
        "The MOS of {name} are evidently on {theirs}, and people's on {ours}, so they were converted. If they are "
        "not, say so with --prediction-scale.",
        "{name} の MOS は {theirs} の尺度と判断し、人の尺度 {ours} に換算しました。異なる場合は "
        "--prediction-scale で"
        "指定してください。",
    ),
    "scale_by_labels": (
        "The labels of the manifest were made of MOS on {low} to {high}, so that scale was taken.",
        "マニフェストのラベルは {low}～{high} の MOS から作られているため、その尺度を用いました。",
    ),
    "predictions_turned": (
        "{name} is better when it is lower; its scores were turned round before they were judged.",
        "{name} は値が低いほど良い指標のため、符号を反転して評価しました。",
    ),
    "baseline_turned": (
        "{name} is better when it is lower; its scores were turned round before the comparison.",
        "{name} は値が低いほど良い指標のため、符号を反転して比較しました。",
    ),
    "predictions_reversed": (
        "The predictions run against people's scores (SRCC {srcc}): the better a video is to people, the "
        "lower it is "
        "scored. If lower is better in them, say --lower-is-better and the file's name, or give the range "
        "from its "
        "worst end, as in --prediction-scale 100,0.",
        "予測の大小が人の評価と逆です(SRCC {srcc})。人が高く評価した動画ほど低いスコアになっています。"
        "低いほど良い値であれば --lower-is-better にファイル名を指定するか、--prediction-scale 100,0 の"
        "ように、最も悪い側から範囲を指定してください。",
    ),
    "baseline_reversed": (
        "The scores of {name} run against people's (SRCC {srcc}), so the comparison flatters the model. If "
        "lower is "
        "better in them, say --lower-is-better and the file's name.",
        "{name} の大小が人の評価と逆です(SRCC {srcc})。このままの比較はモデルに有利に偏ります。"
        "低いほど良い値であれば "
        "--lower-is-better にファイル名を指定してください。",
    ),
    "bias_high": (
        "On average the predictions are {bias} MOS higher than people's scores, which is half a category or more. "
        "The order may be right; the values are not.",
        "予測は人の評価より平均で {bias} MOS 高く、半段階以上ずれています。順位が正しくても、値は"
        "正しくありません。",
    ),
    "bias_low": (
        "On average the predictions are {bias} MOS lower than people's scores, which is half a category or more. "
        "The order may be right; the values are not.",
        "予測は人の評価より平均で {bias} MOS 低く、半段階以上ずれています。順位が正しくても、値は"
        "正しくありません。",
    ),
    "distribution_mismatch": (
        "Label distributions that do not fit the scale's {labels} labels: {count}. They were left out of the "
        "coverage.",
        "ラベル分布 {count} 件が尺度のラベル数({labels})と合わないため、区間の評価から除きました。",
    ),
    "bands_moved": (
        "Predictions that name another band than the thresholds used here: {count}. Their band probability was "
        "left out.",
        "予測 {count} 件の評価区分がここで用いたしきい値と異なるため、評価区分の確率を除きました。",
    ),
    "uncalculated": (
        "Formulas without a stored result: {count}. Their cells count as empty; open the workbook in Excel, save "
        "it once, and evaluate again.",
        "計算結果が保存されていない数式が {count} 件あり、空のセルとして扱いました。Excel でブックを開いて一度"
        "保存してから、もう一度評価してください。",
    ),
    "failure_marks": (
        "Scores of {name} that are {marks}, apart from all others and from the scale: {count}. Such numbers stand "
        "for a video that could not be, or was not, rated, so they were not counted as scores. Where they are "
        "scores, name their scale (--prediction-scale 0,5).",
        "{name} のスコアのうち {count} 件は {marks} で、ほかの値や尺度の範囲から離れています。評価できなかった、"
        "または未評価であることを示す値とみなし、スコアとして数えていません。スコアである場合は、尺度を指定して"
        "ください(--prediction-scale 0,5)。",
    ),
    "many_conflicts": (
        "Videos that stand in several rows of the predictions with different scores: {count} of {total}. Only the "
        "first row of each was used. Where a row is a frame, a run or a model, make one row of each video, then "
        "evaluate again.",
        "予測の複数の行に異なるスコアで現れる動画が {total} 本中 {count} 本あります。各動画の先頭の行だけを使いま"
        "した。行がフレーム、実行、モデルごとの場合は、動画 1 本につき 1 行にまとめてから、もう一度評価してくださ"
        "い。",
    ),
    "moved": (
        "Videos that lie in different folders in the two files: {count}. They were matched by the unique end of "
        "their path.",
        "{count} 本の動画は 2 つのファイルでフォルダーが異なるため、パスの一意な末尾で対応付けました。",
    ),
    "label_mismatch": (
        "Labels of the manifest that are not what this scale makes of their MOS: {count}. Check --scale.",
        "マニフェストのラベル {count} 件が、この尺度で MOS から求めた値と異なります。--scale をご確認ください。",
    ),
    "ratings_skipped": (
        "Cells of the raters' scores that are no number within the scale: {count}. They were left out.",
        "評価者ごとのスコアのうち {count} 件は尺度内の数値でないため除きました。",
    ),
    "ratings_missing": (
        "Videos of the manifest without scores of single raters: {count}.",
        "マニフェストの動画のうち {count} 本には評価者ごとのスコアがありません。",
    ),
    "slice_one_value": (
        "The column {column} has a single value, so it makes no slices.",
        "列 {column} の値が 1 種類のため、区分できません。",
    ),
    "slice_many_values": (
        "The column {column} has too many different values to slice by.",
        "列 {column} の値の種類が多すぎるため、区分できません。",
    ),
    "slice_missing": ("No column {column} to slice by.", "区分に使う列 {column} がありません。"),
}

_said: Final = Table(TEXTS)


def word(key: str, language: str, **params: object) -> str:
    """The words for ``key``, a metric's or one of TEXTS; English where the language is not known."""
    metric = metric_of(key)
    return _said(key, language, **params) if metric is None else one_of(metric.words, language)


def notice_text(notice: Notice, language: str) -> str:
    return word(notice.code, language, **notice.params)


def failure_text(failure: Failure, language: str) -> str:
    kind = word(failure.kind, language)
    return f"{kind}: {failure.detail}" if failure.detail else kind


def number_text(name: str, value: float) -> str:
    """``value`` of the figure ``name``: three decimals, or a percentage."""
    metric = metric_of(name)
    if name in _PERCENTAGES or (metric is not None and metric.unit is Unit.SHARE):
        return as_percent(value, 1)
    # a best value in the middle: too much or too little
    signed = name in _SIGNED or (metric is not None and metric.higher_is_better is None)
    return rounded(value, 3, sign=signed)


def value_text(name: str, figure: Figure, language: str) -> str:
    """The value, or why there is none."""
    if figure.value is None:
        return word(figure.reason or "not_finite", language)
    return number_text(name, figure.value)


def interval_text(name: str, figure: Figure, language: str) -> str:
    """The limits of the 95% interval; empty where there is no value, the reason where there is no interval."""
    if figure.value is None:
        return ""
    if figure.low is None or figure.high is None:
        return word(figure.interval_reason, language) if figure.interval_reason else ""
    between = "～" if language == "ja" else " to "
    return f"{number_text(name, figure.low)}{between}{number_text(name, figure.high)}"
