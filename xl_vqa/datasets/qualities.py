"""Qualities that people judge one by one (sharpness, motion, aesthetics), told from the names of raters.

A table of several qualities looks like a table of several raters: a few columns of scores under short headers.
Their mean is the opinion of nobody, so the two must never be confused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from xl_vqa.datasets.headers import Role, normal, role_of

_KNOWN: Final = re.compile(
    # the dimensions of public sets of generated and of user videos, and of P.910, P.918, P.1320
    r"technical(?:ity)?|traditional|aesthetics?|artistic|alignment|text(?: to)?(?: video)?(?: alignment)?|t2v"
    r"|semantics?|prompt|faithfulness|fidelity|factual(?: consistency)?|factuality|temporal|spatial|static"
    r"|dynamics?"
    r"|dynamic degree|motion|movement|smooth(?:ness)?|fluency|fluidity|consistency|coherence|stability"
    r"|flicker(?:ing)?"
    r"|sharp(?:ness)?|clarity|blur(?:riness)?|blurry|noise|noisiness|noisy|grain|blockiness|blocking|artefacts?"
    r"|artifacts?|colou?rs?|colou?rfulness|brightness|lightness|contrast|exposure|light(?:ing)?|saturation|composition"
    r"|content|detail|details|resolution|realism|realistic|naturalness|natural|authenticity|plausib(?:le|ility)"
    r"|physics|imaging|visual|picture|image|video|audio|sound|av|sync|lip ?sync|comfort|depth|presence|immersion"
    r"|enjoyment|engagement|interest|preference|acceptab(?:le|ility)|discomfort|annoyance|distortion|freez(?:e|ing)"
    r"|stalling|stutter(?:ing)?|jerkiness|fragmentation|discontinuity|loss|subject|background|object|human|action"
    r"|face|anatomy|text|creativity|style|harmony|appeal|beauty|camera|editing"
    r"|鮮明さ|鮮明度|鮮鋭さ|鮮鋭度|精細さ|精細感|解像感|動き|動きの滑らかさ|滑らかさ|なめらかさ|色|色味|色彩|色合い|色再現"
    r"|明るさ|輝度|コントラスト|ノイズ|ノイズ感|ぼけ|ボケ|ぼやけ|ブロック歪み|ちらつき|フリッカー|構図|美しさ|美的|自然さ"
    r"|臨場感|没入感|立体感|質感|違和感|安定性|安定感|一貫性|整合性|忠実度|音質|音声|音|字幕|文字|内容|好み|好ましさ|快適さ"
    r"|技術|時間|空間|手ぶれ|手ブレ|露出|階調|歪み|劣化|画質|見やすさ|疲労|受容度|許容度|画像|映像の乱れ"
)
# A header that no list knows, but that reads like the name of a property and not of a person.
_LIKE: Final = re.compile(
    r"[a-z]{3,}(?:ness|ity|ment|tion|sion|ance|ence|ancy|ency|ism|iveness)|[a-z ]+ (?:quality|degree|consistency)"
    r"|.*(?:さ|性|度|感|質)"
)
# What may stand round a quality in a header and says nothing of its own.
_ROUND: Final = re.compile(
    r"\b(?:scores?|ratings?|mos|mean|avg|average|opinion|quality|gt|label|human|the|of|level|value|rating)\b"
    r"|(?:の)?(?:スコア|点数|評点|評価値|評価|得点|平均|品質)$|^(?:平均)"
)
_OVERALL: Final = re.compile(
    r"(?:overall|total|general|global|final|holistic|combined|complete|whole)"
    r"(?: (?:quality|score|rating|mos|impression|opinion|judg(?:e)?ment|qoe|final))*"
    r"|(?:mos|quality|score|rating) overall|qoe|overall final(?: score)?"
    r"|総合|総合(?:評価|品質|点|得点|評点|スコア|画質|印象|的な品質)|全体|全体(?:評価|品質|の品質|印象|的な品質)|総評"
)
_ATTRIBUTE_HEADERS: Final = re.compile(
    r"(?:quality )?(?:attributes?|dimensions?|aspects?|criteri(?:on|a)|facets?|factors?|categor(?:y|ies)|metrics?"
    r"|questions?|items?|propert(?:y|ies)|features?)(?: (?:id|name|type))?|question ?(?:text|label)|rating type"
    r"|score type|(?:評価)?(?:項目|観点|指標|属性|軸|要素|次元|尺度名|設問|質問|特性)(?:名|id)?"
)
_REPEAT_HEADERS: Final = re.compile(
    r"(?:session|trial|run|round|repeat|repetition|pass|take|presentation|block|day|visit|replicate)s?"
    r"(?: ?(?:id|no|number|nr))?|(?:セッション|試行|回|回目|繰り返し|反復|実験回|日程)(?:番号|no|数)?"
)


def is_overall(name: Any) -> bool:
    """Whether a header or cell names the quality as a whole: "Overall", "総合評価"."""
    return bool(_OVERALL.fullmatch(normal(name)))


def is_plain(name: Any) -> bool:
    """Whether a header says score or mean and nothing of any quality: "MOS", "点数"."""
    role, sure = role_of(name)
    return sure and role in (Role.MOS, Role.SCORE) and not is_known_quality(name)


def the_ratings(names: Iterable[str]) -> list[str]:
    """Those among the headings of scores that may be the rating of a video: the quality as a whole, or no quality.

    Where it is one, that is the rating beside columns of single qualities; several are rivals. ``labels prepare``
    and ``evaluate`` take or ask by this alone.
    """
    return [name for name in names if is_overall(name) or is_plain(name)]


def bare_quality(name: Any) -> str:
    """The quality in a header without "score", "MOS", "評価" round it: "Technical_score" is "technical"."""
    return " ".join(_ROUND.sub(" ", normal(name)).split())


def is_known_quality(name: Any) -> bool:
    """Whether the header is a quality beyond doubt ("aesthetic_score", "鮮明さ"), or the quality as a whole."""
    bare = bare_quality(name)
    if is_overall(name):
        return True
    parts = bare.split()
    known = bool(_KNOWN.fullmatch(bare)) or (1 < len(parts) <= 4 and all(map(_KNOWN.fullmatch, parts)))
    return bool(bare) and known


def is_like_quality(name: Any) -> bool:
    """Whether the header at least reads like a property ("crispness", "清涼感") rather than a person."""
    return is_known_quality(name) or bool(_LIKE.fullmatch(bare_quality(name) or normal(name)))


def are_qualities(names: Sequence[Any]) -> bool:
    """Whether sibling headers are qualities: at least half of them read so, two or more."""
    return len(names) >= 2 and sum(map(is_like_quality, names)) >= max(2, (len(names) + 1) // 2)


def names_attributes(header: Any) -> bool:
    """Whether a column header says that the column tells which quality a row rates ("項目", "dimension")."""
    return bool(_ATTRIBUTE_HEADERS.fullmatch(normal(header)))


def names_repeats(header: Any) -> bool:
    """Whether a column header says that the column counts repeated ratings ("session", "試行")."""
    return bool(_REPEAT_HEADERS.fullmatch(normal(header)))


def the_rating(names: Iterable[str]) -> str | None:
    """The one name of ``the_ratings``; None for none or several."""
    found = the_ratings(names)
    return found[0] if len(found) == 1 else None


def same_quality(told: str, name: str) -> bool:
    """Whether what the user told names this quality, with or without "score" and the like round it."""
    first = normal(told)
    return bool(first) and first in (normal(name), bare_quality(name), *map(normal, name.split("/")))
