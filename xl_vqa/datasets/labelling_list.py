"""Whether the list of a labelling workbook is still the one that people rated.

The workbook compares that itself (``workbooks/templates/label_order.py``) and leaves the outcome in a row of its
hidden sheet: ``MARK``, the state, the number that would close the list anew, first and last row of the videos.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from xl_vqa.datasets.errors import RatingsListChangedError, RatingsListReopenedError
from xl_vqa.tables.grid import Grid

MARK: Final = "xl_vqa_list"
CHANGED: Final = "changed"
REOPENED: Final = "reopened"


def require_same_list(path: Path, grids: Sequence[Grid]) -> None:
    """Raises RatingsListChangedError and RatingsListReopenedError; nothing where there is no such workbook."""
    for grid in grids:
        for cells in grid.rows if grid.hidden else ():
            if MARK in cells:
                state, code, first, last = (*cells[cells.index(MARK) + 1 :], None, None, None, None)[:4]
                if state == CHANGED:
                    raise RatingsListChangedError(path=str(path), number=code, first=first, last=last)
                if state == REOPENED:
                    raise RatingsListReopenedError(path=str(path))
