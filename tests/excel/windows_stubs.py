"""xlwings' own UDF server and wrapper generator on Linux: stand-ins for the Windows modules that they import."""

from __future__ import annotations

import contextlib
import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any
from unittest import mock

NAMES = (
    "pythoncom", "pywintypes", "win32api", "win32event", "win32com", "win32com.client", "win32com.server",
    "win32com.server.dispatcher", "win32com.server.policy", "win32com.server.util", "xlwings._xlwindows",
)  # fmt: skip


class _Range:
    """A caller or an argument; the add-in hands over values, so nothing is ever read from it."""

    def __init__(self, xl: Any) -> None:
        self.xl = xl


class _ComRange:
    def __init__(self, rng: Any) -> None:
        self.rng = rng


class ValueEngine:
    """What the conversion of plain values asks of an engine, as the one for Windows answers it."""

    name = "excel"
    type = "desktop"

    @staticmethod
    def prepare_xl_data_element(value: Any, date_format: Any) -> Any:
        return "" if value is None else value

    @staticmethod
    def clean_value_data(data: Any, *options: Any) -> Any:
        _, empty_as, _, err_to_str = options
        errors = {-2146826246: "#N/A", -2146826273: "#VALUE!"}

        def cleaned(cell: Any) -> Any:
            if cell in ("", None):
                return empty_as
            if isinstance(cell, int) and cell in errors:
                return errors[cell] if err_to_str else None
            return cell

        return [[cleaned(cell) for cell in row] for row in data]


class Windows:
    """``udfs`` and ``com_server`` of the installed xlwings; ``server`` answers as the COM object in Excel does."""

    def __init__(self, udfs: Any, com_server: Any) -> None:
        self.udfs, self.com_server = udfs, com_server
        self.server = com_server.XLPython()


@contextlib.contextmanager
def windows() -> Iterator[Windows]:
    """While inside, ``xlwings.udfs`` and ``xlwings.com_server`` can be imported."""
    import xlwings

    stubs = {name: types.ModuleType(name) for name in NAMES}
    for name in ("pythoncom", "win32com.client", "win32api", "win32event", "pywintypes"):
        stubs[name].__dict__.update(mock.MagicMock(name=name).__dict__)
    com: Any = stubs["pythoncom"]
    com.TypeIIDs = mock.MagicMock()
    com.IID_IEnumVARIANT = com.IID_IDispatch = "iid"
    com.CoInitialize = lambda: None
    stubs["pywintypes"].com_error = type("com_error", (Exception,), {})  # type: ignore[attr-defined]
    stubs["win32com.client"].Dispatch = lambda value, **_: value  # type: ignore[attr-defined]
    util: Any = stubs["win32com.server.util"]
    util.wrap = lambda value, **_: value
    util.unwrap = _unwrap
    for name in NAMES:
        parent, _, child = name.rpartition(".")
        if parent in stubs:
            setattr(stubs[parent], child, stubs[name])
    excel: Any = stubs["xlwings._xlwindows"]
    excel.Range, excel.Book, excel.BOOK_CALLER = _Range, _Range, None
    excel.is_range_instance = lambda value: False
    engine = xlwings.Engine(impl=ValueEngine())
    with (
        mock.patch.dict(sys.modules, stubs),
        mock.patch.object(xlwings, "_xlwindows", excel, create=True),
        mock.patch.dict(xlwings.engines.engines_by_name, {"excel": engine}),
    ):
        for name in ("xlwings.udfs", "xlwings.com_server"):
            sys.modules.pop(name, None)
        udfs = importlib.import_module("xlwings.udfs")
        server = importlib.import_module("xlwings.com_server")
        # the module asks for win32com.server.util by attribute of the name it imported as
        yield Windows(udfs, server)


def _unwrap(value: Any) -> Any:
    if hasattr(value, "obj"):
        return value
    raise TypeError("not one of ours")
