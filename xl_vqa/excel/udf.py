"""The UDF module that xlwings loads: ``VQA_SCORE`` and its siblings, bound from ``worksheet.functions``.

The add-in's VBA calls each with the formula's arguments and two more: the folder of the calling workbook and the
address of the calling cells.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

import xlwings

from xl_vqa.bridge.texts import tr
from xl_vqa.excel import jobs, session
from xl_vqa.excel.addresses import joined
from xl_vqa.excel.udf_names import CELL, FOLDER
from xl_vqa.excel.values import MISSING, from_excel, to_excel
from xl_vqa.worksheet.evaluate import evaluate
from xl_vqa.worksheet.functions import CATEGORY, FUNCTIONS, Function


def call(name: str, arguments: tuple[Any, ...], folder: str | None, cell: str | None) -> list[list[Any]]:
    """Rows for Excel: numbers, texts, and what ``values`` marks as errors and waiting cells."""
    overall = bool(name == "VQA_STATUS" and arguments and _given(arguments[0]) is None)
    context = session.context(folder, cell, overall=overall)
    rows = evaluate(name, [_given(argument) for argument in arguments], context)
    if overall:
        session.shows_count(cell, rows[0][0])
    return to_excel(rows)


def _given(argument: Any) -> Any:
    """Rows of cells; None for a missing argument, which xlwings made one cell of."""
    return None if argument in (MISSING, [[MISSING]]) else from_excel(argument)


def bind(
    func: Any = xlwings.func, arg: Any = xlwings.arg, ret: Any = xlwings.ret
) -> dict[str, Callable[..., Any]]:
    """Every function with xlwings' decorators (here given, because they do nothing outside Windows)."""
    return {function.name: _bound(function, func, arg, ret) for function in FUNCTIONS}


def _bound(function: Function, func: Any, arg: Any, ret: Any) -> Callable[..., Any]:
    def udf(*arguments: Any) -> list[list[Any]]:
        *given, folder, cell = arguments
        return call(function.name, tuple(given), folder, cell)

    # xlwings reads names and defaults off the signature
    parameter, kind = inspect.Parameter, inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        parameter(a.name, kind, default=None if a.optional else parameter.empty) for a in function.arguments
    ]
    # a parameter without a default cannot follow one that has it
    optional = any(a.optional for a in function.arguments)
    default = None if optional else parameter.empty
    parameters += [parameter("folder", kind, default=default), parameter("cell", kind, default=default)]
    udf.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    udf.__name__ = udf.__qualname__ = function.name
    udf.__doc__ = function.help.en
    udf.__annotations__ = {}
    made = ret(ndim=2)(func(category=CATEGORY.en)(udf))
    for argument in function.arguments:
        made = arg(argument.name, ndim=2, err_to_str=True, doc=argument.help.en)(made)
    made = arg("folder", vba=FOLDER)(made)
    return arg("cell", vba=CELL)(made)  # type: ignore[no-any-return]


globals().update(bind())


@xlwings.func
def poll(books: Any = "") -> str:
    """What VBA asks once a second while something is under way, with the names of the open workbooks, one a line.

    Answers in lines: ``busy`` or ``idle``; this process; what the status bar shows (``-``: a command uses it);
    then the addresses of cells that have an answer now. Results of running commands are written on the way.
    """
    working = jobs.tick()
    told = joined(session.finished(str(books or "").split("\n")))
    memory = session.ratings()
    waiting = memory.counts().pending
    bar = "-" if working else tr("waiting", session.language(), pending=waiting) if waiting else ""
    return "\n".join(["busy" if working or memory.waiting else "idle", str(os.getpid()), bar, *told])
