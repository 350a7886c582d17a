"""Our VBA wrappers held against those of xlwings' own generator."""

from __future__ import annotations

import io
import re
import types

from tests.excel.windows_stubs import windows
from xl_vqa.excel.wrappers import wrappers
from xl_vqa.worksheet.functions import FUNCTIONS


def generated() -> str:
    """What xlwings writes for an add-in with our functions."""
    with windows() as made:
        from xl_vqa.excel import udf

        module = types.ModuleType("bound")
        module.__dict__.update(udf.bind(made.udfs.xlfunc, made.udfs.xlarg, made.udfs.xlret))
        target = io.StringIO()
        book = types.SimpleNamespace(Name="xl_vqa.xlam")
        made.udfs.generate_vba_wrapper("xl_vqa.excel.udf", module, target, book)
        return target.getvalue()


def functions(source: str) -> dict[str, list[str]]:
    """The body of each function, by its name, without indentation."""
    found = re.findall(r"^(?:Public )?Function (\w+)(.*?)^End Function", source, re.MULTILINE | re.DOTALL)
    return {name: [line.strip() for line in body.strip().splitlines()] for name, body in found}


def test_signatures_and_calls_are_those_of_xlwings() -> None:
    """Two things differ on purpose: values instead of ranges go in, and what comes out passes XlVqaShown."""
    theirs, ours = functions(generated()), functions(wrappers().replace("\r\n", "\n"))
    assert set(ours) == set(theirs) == {function.name for function in FUNCTIONS}
    for name, body in ours.items():
        assert body[0] == theirs[name][0], "the signature"
        (call,) = [line for line in body if "CallUDF" in line]
        plain = re.sub(r"XlVqaValue\((\w+)\)", r"\1", call)
        plain = re.sub(rf"^{name} = XlVqaShown\((.*)\)$", rf"{name} = \1", plain)
        assert plain == theirs[name][3]
        assert "ActiveWorkbook, Application.Caller)" in plain


def test_the_wizard_guard_that_makes_functions_zero_on_open_is_left_out() -> None:
    assert "CommandBars" not in wrappers()
    assert "CommandBars" not in generated()


def test_help_is_registered_for_every_function_and_argument() -> None:
    source = wrappers()
    for function in FUNCTIONS:
        assert f'XlVqaText("{function.name}")' in source
        for argument in function.arguments:
            assert f'XlVqaText("{function.name}.{argument.name}")' in source
