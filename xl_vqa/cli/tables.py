"""Tables in a terminal of any width: text folds, and neither a figure nor the end of a sentence is cut off.

A table cut at 80 columns turned 差があるとは言えない (no difference can be claimed) into 差があると….
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column, Table

# Texts may become this narrow. Figures are no longer than that, and would read as two where they are folded.
_NARROW: Final = {"left": 12, "right": 24}


def print_whole(console: Console, table: Table) -> None:
    """Prints a table of texts (left) and figures (right); a line too long for the terminal wraps there."""
    from rich.measure import Measurement

    unbounded = console.options.update(width=100_000)
    for column in table.columns:
        column.overflow, column.no_wrap = "fold", False
        words = (Measurement.get(console, unbounded, cell).minimum for cell in column.cells)
        option = _longest_option(column)
        column.min_width = max(min(max(words, default=1), _NARROW.get(column.justify, _NARROW["left"])), option)
        if all(str(cell).startswith("--") for cell in column.cells if str(cell)):
            # rich takes what a column of a fixed width needs from those beside it
            column.width = option or None
    console.print(table, crop=False)


def _longest_option(column: Column) -> int:
    """An option is typed as it stands in a table, so it is not torn: ``--score-column``."""
    found = (len(word) for cell in column.cells for word in str(cell).split() if word.startswith("--"))
    return min(max(found, default=0), _NARROW["right"])
