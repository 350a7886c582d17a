"""Clips, a user's home, and a spreadsheet program whose cells xlwings reads and writes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.excel import office, uno_engine
from tests.excel.windows_stubs import Windows, windows
from tests.host import helpers
from xl_vqa.excel import jobs, session
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twenty clips of different content; tests must not change them."""
    return helpers.clips(tmp_path_factory.mktemp("clips"), 20)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings that every part of the product loads by itself; whatever host is started is ended."""
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XL_VQA_MODEL", "stand-in")
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    monkeypatch.setenv("HOME", str(tmp_path))
    with helpers.cleaned_up(Settings.load()) as made:
        yield made
        session.close()
        jobs.cancel_all()


@pytest.fixture(scope="session")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[office.Office]:
    office.need_office()
    with office.office(tmp_path_factory.mktemp("office")) as made:
        yield made


@pytest.fixture
def app(soffice: office.Office, settings: Settings) -> Iterator[Any]:
    """xlwings' App over the spreadsheet program; ``app.impl.answers`` and ``.shown`` are its message boxes."""
    engine = uno_engine.add(soffice)
    app = xw.App(impl=engine.app)
    yield app
    for book in list(app.books):
        book.close()


@pytest.fixture
def book(app: Any) -> Any:
    """An empty workbook, the one that calls the macros."""
    book = app.books.add()
    book.set_mock_caller()
    return book


@contextlib.contextmanager
def bound_functions() -> Iterator[Windows]:
    """Inside, the functions and the poll are bound by xlwings' own code, as on Windows."""
    with windows() as made:
        import xl_vqa.excel.udf as udf

        bound = udf.bind(made.udfs.xlfunc, made.udfs.xlarg, made.udfs.xlret)
        before = {name: getattr(udf, name) for name in (*bound, "poll")}
        for name, function in bound.items():
            setattr(udf, name, function)
        udf.poll = made.udfs.xlfunc(udf.poll)
        try:
            yield made
        finally:
            for name, function in before.items():
                setattr(udf, name, function)


def select(book: Any, address: str) -> None:
    book.app.impl.chosen = book.sheets[0].range(address).impl


def finish(seconds: float = 60.0) -> None:
    """What Excel's poll does, until no command is left."""
    deadline = time.monotonic() + seconds
    while jobs.tick():
        assert time.monotonic() < deadline, "the command did not end"
        time.sleep(0.05)
