"""An xlwings engine over LibreOffice: the macros run through xlwings' own objects against a real spreadsheet.

It answers what the macros ask, as Excel does: areas, used range, hidden rows, tables (database ranges),
formulas in English, values in rectangles. Message boxes take their answers from ``App.answers``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import xlwings
from xlwings import base_classes

from tests.excel.office import Office
from tests.excel.uno_sheet import ErrorValue, Sheet


class Engine:
    name = "excel"
    type = "desktop"

    def __init__(self, office: Office) -> None:
        self.app = App(office)

    @property
    def apps(self) -> Any:
        return Apps(self.app)

    @staticmethod
    def prepare_xl_data_element(value: Any, date_format: Any) -> Any:
        return "" if value is None else value

    @staticmethod
    def clean_value_data(data: Any, *options: Any) -> Any:
        empty_as, err_to_str = options[1], options[3]

        def cleaned(cell: Any) -> Any:
            if cell in ("", None):
                return empty_as
            if isinstance(cell, ErrorValue):
                return "#N/A" if err_to_str else None
            return cell

        return [[cleaned(cell) for cell in row] for row in data]


class Apps(base_classes.Apps):
    def __init__(self, app: App) -> None:
        self._app = app

    def keys(self) -> list[int]:
        return [self._app.pid]

    def __iter__(self) -> Iterator[App]:
        return iter([self._app])

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> App:
        return self._app


class Api:
    """Excel's Application, as far as xlwings does not wrap it."""

    def __init__(self, app: App) -> None:
        self._app = app

    def InputBox(self, prompt: str, title: str, default: str, Type: int) -> Any:
        assert Type == 2
        self._app.shown.append(prompt)
        return self._app.answers.pop(0)


class App(base_classes.App):
    def __init__(self, office: Office) -> None:
        self.office = office
        self.answers: list[Any] = []
        self.shown: list[str] = []
        self.bar: list[Any] = []
        self.writes: list[str] = []
        self.dynamic_arrays = True
        self.documents: list[Any] = []
        self.chosen: Any = None

    engine: Any = None
    screen_updating: Any = True
    pid = 1
    version = "16.0"

    @property
    def api(self) -> Api:
        return Api(self)

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def selection(self) -> Any:
        return self.chosen

    @property
    def status_bar(self) -> Any:
        return self.bar[-1] if self.bar else False

    @status_bar.setter
    def status_bar(self, value: Any) -> None:
        self.bar.append(value)

    def alert(self, prompt: str, title: str, buttons: str, mode: str, callback: Any) -> str:
        self.shown.append(prompt)
        return "ok" if buttons == "ok" else str(self.answers.pop(0))


class Books(base_classes.Books):
    def __init__(self, app: App) -> None:
        self.app = app

    def open(self, fullname: str, *args: Any, **kwargs: Any) -> Book:
        from pathlib import Path

        return self._added(self.app.office.open(Path(fullname).as_uri()))

    def __call__(self, name: str) -> Book:
        for book in self:
            if book.name == name:
                return book
        raise KeyError(name)

    def add(self) -> Book:
        return self._added(self.app.office.new_sheet())

    def _added(self, document: Any) -> Book:
        self.app.documents.append(document)
        return Book(self.app, document)

    def __iter__(self) -> Iterator[Book]:
        return (Book(self.app, document) for document in self.app.documents)

    def __len__(self) -> int:
        return len(self.app.documents)


class Book(base_classes.Book):
    def __init__(self, app: App, document: Any) -> None:
        self._app, self.document = app, document

    @property
    def api(self) -> Any:
        return self.document

    @property
    def app(self) -> App:
        return self._app

    @property
    def name(self) -> str:
        return self.fullname.rpartition("/")[2] or "Book1"

    @property
    def fullname(self) -> str:
        import uno

        url = self.document.getURL()
        return str(uno.fileUrlToSystemPath(url)) if url else "Book1"

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    def close(self) -> None:
        self._app.documents.remove(self.document)
        self.document.close(False)


class Sheets(base_classes.Sheets):
    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def active(self) -> Sheet:
        return self(1)

    def __call__(self, name_or_index: Any) -> Sheet:
        sheets = self.book.document.Sheets
        if isinstance(name_or_index, int):
            return Sheet(self.book, sheets.getByIndex(name_or_index - 1))
        return Sheet(self.book, sheets.getByName(name_or_index))

    def __len__(self) -> int:
        return int(self.book.document.Sheets.Count)

    def __iter__(self) -> Iterator[Sheet]:
        return (self(place + 1) for place in range(len(self)))


def add(office: Office) -> Engine:
    """The engine, known to xlwings as its engine for Excel from now on."""
    engine = Engine(office)
    made = xlwings.Engine(impl=engine)
    App.engine = engine
    xlwings.engines.engines_by_name["excel"] = made
    made.activate()
    return engine
