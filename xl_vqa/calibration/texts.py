"""Words of a calibration in English and Japanese: headings, figures, and what a sheet is too small to tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xl_vqa.evaluation.result import Notice
from xl_vqa.words.domain_profile import DECISION_NAMES, DECISIONS
from xl_vqa.words.labels import ACR_BANDS, band_by_key

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # the page
    "title": ("How {model} reads in {name}", "{name} における {model} の校正"),
    "made": ("Made on {date} with xl_vqa {version}", "作成日時 {date}(xl_vqa {version})"),
    "what": ("What it was made from", "校正に使ったデータ"),
    "sheet": ("Sheet", "シート"),
    "videos": ("Videos", "動画"),
    "contents": ("Contents", "素材数"),
    "model": ("Model", "モデル"),
    "profile": ("Profile", "プロファイル"),
    "use": ("To use it", "使い方"),
    "attention": ("Please note", "ご注意"),
    "not_rated": ("Rows without a score", "スコアのない行"),
    "working": ("Calibrating on {n} videos ...", "動画 {n} 本で校正しています..."),
    "written": ("Written to {path}", "{path} に書き込みました"),
    "more": ("... and {count} more", "…ほか {count} 件"),
    # the map
    "line": ("From the model's score to your MOS", "モデルのスコアから MOS への対応"),
    "line_note": (
        "Dots: a video's MOS by people against the model's score. Line: what the profile makes of a score.",
        "点は各動画の人の MOS とモデルのスコア、線はプロファイルによる対応です。",
    ),
    "score_axis": ("Model's score (label)", "モデルのスコア(ラベル)"),
    "mos_axis": ("MOS by people", "人の MOS"),
    "predicted_axis": ("MOS by the profile, on contents it had not seen", "プロファイルの MOS(未知の素材)"),
    "as_is": ("as it is", "そのまま"),
    "linear": ("straight line", "直線"),
    "isotonic": ("isotonic regression", "単調回帰"),
    "kind": ("Map", "対応"),
    "rmse_before": ("RMSE before, in MOS", "校正前の RMSE(MOS)"),
    "rmse_after": ("RMSE after, contents held out", "校正後の RMSE(未知の素材)"),
    "rmse_of": ("RMSE held out: {kind}", "RMSE(未知の素材): {kind}"),
    # how sure
    "reliability": ("Is 3.7 really 3.7?", "3.7 は本当に 3.7 か"),
    "reliability_note": (
        "Each dot: videos of like MOS by the profile, and the mean of people's with its 95% interval. On "
        "the dashed "
        "line they agree.",
        "各点は、プロファイルの MOS が近い動画と、人の平均(95% 信頼区間つき)です。破線上で一致します。",
    ),
    "coverage": ("Do the intervals hold what they say?", "区間は表示どおりか"),
    "coverage_note": (
        "How often an interval held people's MOS, for contents that it knew nothing of, over {repeats} random "
        "divisions. Split conformal over contents: it holds at least what it says, whatever the model.",
        "未知の素材で、区間が人の MOS を含んだ割合です(ランダムな分割 {repeats} 回)。素材単位の"
        "分割コンフォーマル法のため、モデルによらず表示以上の割合を保証します。",
    ),
    "stated": ("Stated", "表示"),
    "found": ("Found, contents held out", "実測(未知の素材)"),
    "interval": ("95% interval", "95% 信頼区間"),
    "half_width": ("Half width, in MOS", "半幅(MOS)"),
    "of_band": ("{stated}, band {name}", "{stated}、評価区分「{name}」"),
    "of_group": ("{stated}, group {name}", "{stated}、グループ「{name}」"),
    "width_of_group": ("Width for {name}: {profile}:{name}", "{name} の区間: {profile}:{name}"),
    "band_ece_before": ("Band's probability: error before", "評価区分の確率の誤差(校正前)"),
    "band_ece_after": ("Band's probability: error after, held out", "評価区分の確率の誤差(校正後、未知の素材)"),
    # bands
    "bands": ("Where the bands begin", "評価区分の境界"),
    "bands_note": (
        "On the model's score. Fitted: where the bands disagree least with people's. From the map: where it "
        "passes people's own limits.",
        "モデルのスコア上の境界です。「データから決定」は人の評価区分との不一致が最も少ない位置、「対応から決定」は"
        "対応が人の境界を通る位置です。",
    ),
    "begins": ("{name} begins at", "「{name}」の始まり"),
    "in_mos": ("As MOS", "MOS 換算"),
    "chosen_fitted": ("fitted", "データから決定"),
    "chosen_line": ("from the map", "対応から決定"),
    "kept": ("from the map: too little data", "対応から決定(データ不足)"),
    "right_before": ("Same band as people, before", "人と同じ評価区分(校正前)"),
    "right_after": ("Same band as people, after, held out", "人と同じ評価区分(校正後、未知の素材)"),
    "nowhere": ("at no score", "該当なし"),
    "every": ("at every score", "すべて"),
    # decisions
    "decision": ("Accept, review, reject", "合格・要確認・不合格"),
    "decision_note": (
        "Costs: a review {review:g}, an accepted defective video {escape:g}, a rejected good one "
        "{reject:g}. Defective: "
        "MOS below {limit:.2f}. Shaded: 95% interval over contents.",
        "費用: 確認 {review:g}、不良の見逃し {escape:g}、良品の誤排除 {reject:g}。不良は MOS {limit:.2f} 未満。"
        "帯は素材単位の 95% 区間です。",
    ),
    "accept_axis": ("Accepted from this score on", "合格とする下限スコア"),
    "cost_axis": ("Cost per video", "動画 1 本あたりの費用"),
    "accept_limit": ("Accept from", "合格の下限"),
    "reject_limit": ("Reject below", "不合格の上限"),
    "cost": ("Cost per video, these videos", "費用/本(この動画)"),
    "held_out_cost": ("Cost per video, contents held out", "費用/本(未知の素材)"),
    "trivial_cost": ("Cheapest without the model: {name}", "モデルなしの最安: {name}"),
    "saved": ("Saved per video, contents held out", "節約/本(未知の素材)"),
    "share_accept": ("Share accepted", "合格の割合"),
    "share_review": ("Share left to people", "要確認の割合"),
    "share_reject": ("Share rejected", "不合格の割合"),
    "share_escape": ("Defective and accepted", "不良の見逃し"),
    "share_false_reject": ("Good and rejected", "良品の誤排除"),
    "trivial_accept": ("accept everything", "すべて合格"),
    "trivial_review": ("review everything", "すべて確認"),
    "trivial_reject": ("reject everything", "すべて不合格"),
    # rank and alarm
    "meaning": ("What else a score will say", "スコアに添えられる情報"),
    "rank_among": ("Rank among", "順位の母集団"),
    "rank_own": ("the {count} rated videos of this sheet", "このシートの評価済み動画 {count} 本"),
    "rank_other": ("the {count} videos of {name}", "{name} の動画 {count} 本"),
    "alarm": ("Outside what the model was taught", "学習範囲外の警告"),
    "alarm_value": (
        "off-digit mass above {limit:.2g}; false alarms at most {rate:.0%}, found {found}",
        "ラベル外確率が {limit:.2g} を超えると警告。誤警報は最大 {rate:.0%}、実測 {found}",
    ),
    "alarm_missing": (
        "A distance in the model's own features is not part of it: ratings do not hold features.",
        "モデル内部の特徴量による距離は含みません(評価の記録に特徴量がないためです)。",
    ),
    "none": ("none", "なし"),
    # notices
    "rows_conflicting": (
        "{count} rows give the same video very different scores; none of these rows was used. 'xl-vqa labels "
        "prepare' names them; keep the right one of each.",
        "{count} 行は同じ動画に大きく食い違う評価があるため除きました。'xl-vqa labels prepare' "
        "で該当行を確認し、正しい行だけを残してください。",
    ),
    "rows_duplicate": (
        "{count} rows name a video that an earlier row names already; each video counts once, by its first row. "
        "'xl-vqa labels prepare' names these rows.",
        "{count} 行は前の行と同じ動画です。動画ごとに最初の 1 行だけを使用しました。"
        "該当行は 'xl-vqa labels prepare' で確認できます。",
    ),
    "rows_without_score": (
        "{count} rows of the sheet have no score that can be used and were left out. 'xl-vqa labels prepare' "
        "says why.",
        "{count} 行は使用できる評価がないため除きました。理由は 'xl-vqa labels prepare' で確認できます。",
    ),
    "rows_unusable": (
        "{count} rows of the sheet have no usable video and were left out. 'xl-vqa labels prepare' says why.",
        "{count} 行は動画を使用できないため除きました。理由は 'xl-vqa labels prepare' で確認できます。",
    ),
    "rows_of_training": (
        "{count} rows marked as training were left out: a model knows them by heart. --split all takes them too.",
        "学習用の {count} 行は、モデルが覚えている可能性があるため除きました(--split all で含めます)。",
    ),
    "rows_of_other_parts": ("{count} rows of other parts were left out.", "ほかの分割の {count} 行を除きました。"),
    "rows_not_rated": (
        "{count} videos have no score by the model and were left out.",
        "{count} 本にはモデルのスコアがないため除きました。",
    ),
    "line_as_is": (
        "No map did better than the scale as it is on contents held out, so MOS are left as the model gives them.",
        "未知の素材では、どの対応も元の尺度を上回らなかったため、MOS はモデルの値のままです。",
    ),
    "no_interval": (
        "No interval: {contents} contents are too few to tell how far off a score may be; {needed} are needed for "
        "an 80% interval.",
        "区間は表示しません。素材 {contents} 種では誤差の大きさを判断できません(80% 区間には {needed} 種"
        "必要です)。",
    ),
    "interval_too_few": (
        "No {coverage} interval for every score: {contents} contents are too few; about {needed} are needed.",
        "{coverage} 区間は一部またはすべてのスコアで表示できません。素材 {contents} 種では不足で、約 "
        "{needed} 種が必要です。",
    ),
    "one_width": (
        "All bands share one width: with {contents} contents there are too few of each for one of its own.",
        "素材 {contents} 種では評価区分ごとの区間を決められないため、全評価区分で共通の幅を使います。",
    ),
    "groups_too_few": (
        "These groups have too few contents for an interval of their own, and take that of all: {names}.",
        "次のグループは素材が少ないため、全体の区間を使います: {names}。",
    ),
    "bands_by_line": (
        "Fitted band limits did no better on contents held out than those that follow from the map, "
        "which are used.",
        "未知の素材では、データから決めた境界が対応による境界を上回らなかったため、後者を使います。",
    ),
    "band_empty": (
        "People put no video into the band {band}: the sheet says nothing about it.",
        "人の評価が「{band}」の動画がないため、この評価区分については判断できません。",
    ),
    "limit_not_told": (
        "The limit between {lower} and {upper} cannot be told: there are fewer than {fewest} contents on "
        "one side. It "
        "follows from the map.",
        "「{lower}」と「{upper}」の境界は、片側の素材が {fewest} 種未満のため判断できません。対応から"
        "決めています。",
    ),
    "decision_too_few": (
        "No accept and reject limits: {defective} contents have a defective video (MOS below {limit}) "
        "and {good} a "
        "good one; {fewest} of each are needed to tell.",
        "合格・不合格の限界は設定しません。不良(MOS {limit} 未満)のある素材が {defective} 種、良品のある"
        "素材が {good} 種で、それぞれ {fewest} 種以上必要です。",
    ),
    "decision_no_gain": (
        "No accept and reject limits: on contents held out they cost no less than to {trivial}.",
        "合格・不合格の限界は設定しません。未知の素材では「{trivial}」より費用が下がりませんでした。",
    ),
    "decision_not_sure": (
        "It cannot be told whether the accept and reject limits save anything: the sheet is too small, and to "
        "{trivial} may be as cheap.",
        "合格・不合格の限界が「{trivial}」より節約になるとは言い切れません。",
    ),
    "outside_rows": (
        "{count} of {n} videos are unlike those that the model was taught (by chance it would be {expected})"
        ". They are "
        "in the fit, so the profile holds for a domain with such videos among it.",
        "動画 {n} 本のうち {count} 本は、モデルの学習範囲と大きく異なります(偶然なら {expected} 程度)。"
        "これらも計算に含めているため、プロファイルはこのような動画を含む分野に対応します。",
    ),
    "outside_not_held": (
        "Of the videos unlike the model's teaching the {stated} intervals held only {found}: do not rely on "
        "them there; "
        "fine-tune the model with such videos.",
        "学習範囲外の動画では、{stated} 区間に収まったのは {found} だけでした。"
        "このような動画の区間には頼らず、モデルの微調整に加えてください。",
    ),
    "outside_not_told": (
        "Whether intervals hold for videos unlike the model's teaching cannot be told of {count}.",
        "学習範囲外の動画が {count} 本では、区間が成り立つかどうかを判断できません。",
    ),
    "alarm_too_few": (
        "No alarm for videos unlike the model's teaching: {contents} contents are too few; {needed} are needed.",
        "学習範囲外の警告は設定しません。素材 {contents} 種では不足で、{needed} 種必要です。",
    ),
}


def tr(key: str, language: str, **params: Any) -> str:
    """The words for ``key``; English where the language is not known."""
    english, japanese = TEXTS[key]
    return (japanese if language == "ja" else english).format(**params)


def notice_text(notice: Notice, language: str) -> str:
    """A notice's sentence, with bands and decisions by their names."""
    return tr(notice.code, language, **{k: _named(k, v, language) for k, v in notice.params.items()})


def decision_name(decision: str, language: str) -> str:
    names: Mapping[str, str] = DECISION_NAMES[decision]
    return names.get(language, names["en"])


def _named(key: str, value: Any, language: str) -> Any:
    if key in ("band", "lower", "upper") and value in {band.key for band in ACR_BANDS}:
        return band_by_key(value).name(language)
    if key == "trivial" and value in DECISIONS:
        return tr(f"trivial_{value}", language)
    return value
