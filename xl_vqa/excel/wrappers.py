"""The VBA function of each worksheet function: what Excel calls, in xlwings' own form."""

from __future__ import annotations

from xl_vqa.excel.udf_names import CELL, FOLDER, MODULE
from xl_vqa.worksheet.functions import FUNCTIONS, Function

MODULE_NAME = "XlVqaFunctions"


def wrappers() -> str:
    """The module's source, ASCII, with CR LF line ends."""
    parts = [f'Attribute VB_Name = "{MODULE_NAME}"', "Option Explicit", ""]
    parts += [line for function in FUNCTIONS for line in (*_wrapper(function), "")]
    parts += ["' Help in the function wizard, in the user's language.", "Public Sub XlVqaRegister()"]
    parts += ["    On Error Resume Next", *map(_registration, FUNCTIONS), "End Sub", ""]
    return "\r\n".join(parts)


def _registration(function: Function) -> str:
    arguments = ", ".join(f'XlVqaText("{function.name}.{a.name}")' for a in function.arguments)
    return (
        f'    Application.MacroOptions Macro:="\'" & ThisWorkbook.Name & "\'!{function.name}", '
        f'Description:=XlVqaText("{function.name}"), Category:=XlVqaText("category"), '
        f"ArgumentDescriptions:=Array({arguments})"
    )


def _wrapper(function: Function) -> list[str]:
    name = function.name
    signature = ", ".join(("Optional " if a.optional else "") + a.name for a in function.arguments)
    values = ", ".join(f"XlVqaValue({argument.name})" for argument in function.arguments)
    given = f"Array({values}, {FOLDER}, {CELL})"
    call = f'XLPy.CallUDF("{MODULE}", "{name}", {given}, ActiveWorkbook, Application.Caller)'
    # the text is what the two functions about trouble return; the others are error values without Python
    failed = "XlVqaFailedText" if name in ("VQA_ERROR", "VQA_STATUS") else "XlVqaFailed"
    return [
        f"Public Function {name}({signature})",
        "    On Error GoTo failed",
        f"    {name} = XlVqaShown({call})",
        "    Exit Function",
        "failed:",
        f"    {name} = {failed}(Err.Description)",
        "End Function",
    ]
