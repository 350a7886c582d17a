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
) -> str:
    """``head`` is plain text (none: no heading), ``rows`` are HTML.

    Columns of ``texts`` break anywhere, those of ``numbers`` stand to the right, and neither they nor those of
    ``tight`` are broken.
    """
    kinds = dict.fromkeys(texts, "text") | dict.fromkeys(tight, "tight") | dict.fromkeys(numbers, "number")

    def line(tag: str, cells: Iterable[str]) -> str:
        return "".join(
            f'<{tag} class="{kinds[column]}">{cell}</{tag}>' if column in kinds else f"<{tag}>{cell}</{tag}>"
            for column, cell in enumerate(cells)
        )

    top = f"<thead><tr>{line('th', map(escape, head))}</tr></thead>" if head else ""
    body = "".join(f"<tr>{line('td', row)}</tr>" for row in rows)
    return f'<div class="wide-table"><table>{top}<tbody>{body}</tbody></table></div>'


def text_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = (), tight: Sequence[int] = ()
) -> str:
    """``table`` of plain texts; columns that are neither ``numbers`` nor ``tight`` break anywhere."""
    texts = [column for column in range(len(head)) if column not in numbers and column not in tight]
    return table(head, ([*map(escape, row)] for row in rows), texts=texts, numbers=numbers, tight=tight)
