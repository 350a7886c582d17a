"""What every check of ``xl-vqa doctor`` gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xl_vqa.words.table import one_of

State = Literal["good", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. ``fix`` is empty where nothing needs doing."""

    name: str
    state: State
    found: str
    fix: str = ""


def say(language: str, en: str, ja: str) -> str:
    return one_of((en, ja), language)
