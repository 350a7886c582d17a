"""Numbers and days within the sentences of formulas, right in every locale.

The format of ``TEXT`` is read in the reader's own locale: where a comma divides decimals, "0.000" makes 0.001 of
0.901, and "yyyy" is no year where years are "Jahre". ``FIXED`` takes a count of decimals instead.
"""

from __future__ import annotations

import re
from typing import Final

_TEXT: Final = r'(?:"([^"]*)")?'
_SECTION: Final = re.compile(rf"{_TEXT}([+-]?)((#,##)?0(?:\.(0+))?(%)?)?{_TEXT}")
_BETWEEN: Final = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')


def number_text(value: str, number_format: str) -> str:
    """A formula: the number that the formula ``value`` gives, as text.

    ``number_format`` is as Excel writes it: sections for numbers above 0, below and 0 (all, where there is one),
    each of a sign, digits with or without thousands, decimals and percent, and texts in quotes.
    """
    above, *others = _BETWEEN.split(number_format)
    if not others:
        return _section(value, above)
    below, *zero = others
    rest = f"IF({value}>0,{_section(value, above)},{_section(value, zero[0])})" if zero else _section(value, above)
    return f"IF({value}<0,{_section(f'-({value})', below)},{rest})"


def if_number(name: str, number_format: str) -> str:
    """A formula: the number in a cell as text, or the text that stands there instead of one."""
    return f"IF(ISNUMBER({name}),{number_text(name, number_format)},{name})"


def day_text(value: str) -> str:
    """A formula: the day that the formula ``value`` gives, such as 2026-01-31."""
    return f'YEAR({value})&"-"&RIGHT("0"&MONTH({value}),2)&"-"&RIGHT("0"&DAY({value}),2)'


def _section(value: str, form: str) -> str:
    found = _SECTION.fullmatch(form)
    assert found is not None, f"{form} is no section of a number format that is known here"
    first, sign, digits, thousands, decimals, percent, last = found.groups("")
    number = f"100*({value})" if percent else value
    fixed = f"FIXED({number},{len(decimals)},{0 if thousands else 1})" if digits else ""
    around = [f'"{text}"' if text else "" for text in (first + sign, percent + last)]
    return "&".join(part for part in (around[0], fixed, around[1]) if part)
