"""A list of objects in JSON, such as ``xl-vqa score folder/ -o results.json`` writes: each object is a row."""

from __future__ import annotations

import json
from typing import Any, Final

from xl_vqa.tables.grid import Grid, TableError, grid

_LISTS: Final = ("results", "ratings", "rows", "videos")
"""Where an object keeps its list of rows."""


def read_json_rows(name: str, content: bytes) -> list[Grid]:
    """The one grid: the names of all values as its header, then a row an object. Raises TableError."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise TableError("problem_not_json", str(error)) from error
    if isinstance(found, dict):
        found = next((found[key] for key in _LISTS if isinstance(found.get(key), list)), None)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise TableError("problem_not_json_rows")
    columns = list(dict.fromkeys(key for row in found for key in row))
    return [grid(name, [columns, *([_plain(row.get(key)) for key in columns] for row in found)])]


def _plain(value: Any) -> Any:
    """An error of the host is an object: its sentence is what a table shows."""
    return value.get("message") or value.get("code") if isinstance(value, dict) and "code" in value else value
