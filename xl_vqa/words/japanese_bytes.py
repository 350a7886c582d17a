"""Japanese text of before Unicode: Shift_JIS (cp932), EUC-JP and ISO-2022-JP, told apart by what they make."""

from __future__ import annotations

import re
from typing import Final

_KANA: Final = re.compile(r"[ぁ-んァ-ヶ]")
_HALF_WIDTH: Final = re.compile("[\uff61-\uff9f]")
# what a table of videos says in kanji alone
_WORDS: Final = re.compile(
    r"動画|映像|評価|評定|採点|得点|点数|平均|素材|番号|氏名|名前|備考|満足|不満|総合|画質|品質|結果"
)


def decode_japanese(content: bytes) -> str:
    """The text of bytes that are no UTF-8. Raises UnicodeDecodeError where they are in none of the three.

    Shift_JIS writes kana and most kanji with bytes that EUC-JP never uses; only its half-width katakana may be
    read as kanji of EUC-JP.
    """
    if b"\x1b$" in content:
        return content.decode("iso2022_jp")
    try:
        euc = content.decode("euc_jp")
    except UnicodeDecodeError:
        return content.decode("cp932")
    try:
        shift = content.decode("cp932")
    except UnicodeDecodeError:
        return euc
    half_width = not shift.isascii() and all(
        character.isascii() or _HALF_WIDTH.match(character) for character in shift
    )
    return shift if half_width and not (_KANA.search(euc) or _WORDS.search(euc)) else euc
