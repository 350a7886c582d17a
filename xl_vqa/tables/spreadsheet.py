"""Sheets of .xlsx, .xlsm, .xlsb, .xls and .ods files, strict Open XML and wrong extents among them.

python-calamine reads the values, ten times faster than openpyxl. What it does not tell is read off the parts
(``parts.py``): error cells, which it gives as empty, formulas without a result, merged cells and booleans of .ods.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from xl_vqa.tables.grid import Grid, TableError, grid
from xl_vqa.tables.parts import Facts, facts_of_sheets, with_plain_errors

_ERRORS: Final = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
"""The error values that calamine knows."""
_ENCRYPTED_NAME: Final = "EncryptedPackage".encode("utf-16-le")
# Excel's last cell would be 17 thousand million cells in calamine's full rectangle; openpyxl reads what is there
_MOST_CELLS: Final = 40_000_000


def read_spreadsheet(name: str, content: bytes) -> list[Grid]:
    """The worksheets of a workbook in their order. Raises TableError where it is damaged or has a password."""
    if _ENCRYPTED_NAME in content:
        raise TableError("problem_password")
    try:
        facts = facts_of_sheets(content) if content.startswith(b"PK") else {}
        if any(
            str(value)[:1] == "#" and value not in _ERRORS for fact in facts.values() for *_, value in fact.values
        ):
            content = with_plain_errors(content)
        return [_with(found, facts.get(found.name)) for found in _values(content, facts)]
    except MemoryError:
        raise
    except TableError:
        raise
    except Exception as error:
        # a damaged package fails in calamine, openpyxl, an XML parser or zipfile with any of a dozen types
        if "password" in str(error).lower():
            raise TableError("problem_password") from error
        raise TableError("problem_damaged_workbook", f"{type(error).__name__}: {error}") from error


def _values(content: bytes, facts: dict[str, Facts]) -> list[Grid]:
    if any(fact.cells > _MOST_CELLS for fact in facts.values()):
        return _sparse(content)
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    grids = []
    with _panics_are_errors(), CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for sheet in book.sheets_metadata:
            # chart sheets and dialogs stand in the same list
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue
            found = book.get_sheet_by_name(sheet.name)
            hidden = sheet.visible is not SheetVisibleEnum.Visible
            made = grid(sheet.name, found.to_python(skip_empty_area=False), hidden=hidden)
            for (top, left), (bottom, right) in found.merged_cell_ranges or ():
                made.merge(top, left, bottom, right)
            grids.append(made)
    return grids


def _sparse(content: bytes) -> list[Grid]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    grids = []
    for sheet in book.worksheets:
        # some writers state a wrong extent ("A1"), which openpyxl would believe
        sheet.reset_dimensions()
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        grids.append(grid(sheet.title, rows, hidden=sheet.sheet_state != "visible"))
    return grids


@contextmanager
def _panics_are_errors() -> Iterator[None]:
    """A panic of the Rust library is no ``Exception`` and would end the program."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise RuntimeError(str(error)) from error
        raise


def _with(found: Grid, facts: Facts | None) -> Grid:
    if facts is not None:
        for row, column, value in facts.values:
            found.put(row, column, value)
        for area in facts.merged:
            found.merge(*area)
        found.uncalculated = facts.uncalculated
        found.hidden_rows = _within(facts.hidden_rows, len(found.rows))
        found.hidden_columns = _within(facts.hidden_columns, found.width)
    return found


def _within(hidden: list[range], size: int) -> frozenset[int]:
    return frozenset(k for part in hidden for k in range(part.start, min(part.stop, size)))
