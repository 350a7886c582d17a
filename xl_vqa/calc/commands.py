"""The commands of the menu and the toolbar, in English and Japanese: those of Excel's ribbon. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SEPARATOR: Final = "-"
MENU_TITLE: Final = {"en": "~Video quality", "ja": "動画品質(~Q)"}


@dataclass(frozen=True, slots=True)
class Command:
    """``name`` ends its URL; ``~`` in a title stands before the letter that chooses it."""

    name: str
    title: Mapping[str, str]
    on_toolbar: bool = False


def _line() -> Command:
    return Command(SEPARATOR, {})


COMMANDS: Final = (
    Command("score_missing", {"en": "~Score selection", "ja": "選択範囲を採点(~S)"}, on_toolbar=True),
    Command("rescore", {"en": "~Rescore selection", "ja": "選択範囲を再採点(~R)"}),
    Command("score_table", {"en": "Score ~table column", "ja": "表の列を採点(~T)"}),
    Command("cancel", {"en": "C~ancel", "ja": "中止(~A)"}, on_toolbar=True),
    _line(),
    Command("why", {"en": "~Why?", "ja": "理由(~W)"}, on_toolbar=True),
    Command("bands", {"en": "~Bands and thresholds...", "ja": "評価区分としきい値(~B)..."}),
    _line(),
    Command("model_status", {"en": "~Model status", "ja": "モデルの状態(~M)"}, on_toolbar=True),
    Command("choose_model", {"en": "~Choose model...", "ja": "モデルの選択(~C)..."}),
    Command("host_start", {"en": "Start ~host", "ja": "ホストを起動(~H)"}),
    Command("host_stop", {"en": "St~op host", "ja": "ホストを停止(~O)"}),
    _line(),
    Command("new_kpi", {"en": "New ~KPI workbook...", "ja": "KPI ブックを作成(~K)..."}),
    Command("relink_formulas", {"en": "Re~link formulas", "ja": "数式を再リンク(~L)"}),
    Command("help", {"en": "H~elp", "ja": "ヘルプ(~E)"}),
)


def command(name: str) -> Command | None:
    """The command of this name; None for an unknown one and for separators."""
    return next((c for c in COMMANDS if c.name == name and name != SEPARATOR), None)
