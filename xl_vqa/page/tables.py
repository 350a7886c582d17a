"""Tables of a page: wide ones can be moved within the page, and names of files break anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    texts: Sequence[int] = (0,),
    numbers: Sequence[int] = (),
    tight: Sequence[int] = (),
    name: str = "",
    row_heads: bool = False,
) -> str:
    """``head`` is plain text (none: no heading), ``rows`` are HTML.

    Columns of ``texts`` break anywhere, those of ``numbers`` stand to the right, and neither they nor those of
    ``tight`` are broken. ``name`` is what a screen reader calls the table; with ``row_heads`` the first column
    names its rows.
    """
    kinds = dict.fromkeys(texts, "text") | dict.fromkeys(tight, "tight") | dict.fromkeys(numbers, "number")

    def line(tag: str, cells: Iterable[str]) -> str:
        shown = []
        for column, cell in enumerate(cells):
            row_head = row_heads and tag == "td" and column == 0
            kind = f' class="{kinds[column]}"' if column in kinds else ""
            shown.append(f'<th scope="row"{kind}>{cell}</th>' if row_head else f"<{tag}{kind}>{cell}</{tag}>")
        return "".join(shown)

    top = f"<thead><tr>{line('th', map(escape, head))}</tr></thead>" if head else ""
    body = "".join(f"<tr>{line('td', row)}</tr>" for row in rows)
    called = f' aria-label="{escape(name)}"' if name else ""
    return f'<div class="wide-table"><table{called}>{top}<tbody>{body}</tbody></table></div>'


def text_table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    tight: Sequence[int] = (),
    name: str = "",
    row_heads: bool = False,
) -> str:
    """``table`` of plain texts; columns that are neither ``numbers`` nor ``tight`` break anywhere."""
    texts = [column for column in range(len(head)) if column not in numbers and column not in tight]
    kinds = {"texts": texts, "numbers": numbers, "tight": tight}
    return table(head, ([*map(escape, row)] for row in rows), **kinds, name=name, row_heads=row_heads)
