"""The add-in's VBA in LibreOffice, with xlwings' own UDF server in this process in place of its Windows DLL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.excel.office import Office
from tests.excel.windows_stubs import Windows
from xl_vqa.excel import addin

MODULE = """Attribute VB_Name = "xlwings"
Private bridge As Object
Private server As XLPyDouble
Private counter As Long
Public Function XLPy() As Object
    If server Is Nothing Then Set server = New XLPyDouble
    Set XLPy = server
End Function
Public Sub SetDouble(ByVal value As Variant)
    Set bridge = value
End Sub
Public Function Ask(ByVal values As Variant) As Variant
    Dim key As String
    counter = counter + 1
    key = CStr(counter)
    bridge.replaceByName key, values
    Ask = bridge.getByName(key)
End Function
Public Function GetConfig(key As String, Optional default As String = "") As Variant
    GetConfig = default
End Function
Public Sub KillPy()
End Sub
"""

# rows of rows arrive as an array of arrays over UNO, and as one array of two dimensions over COM
CLASS = """Public Function CallUDF(ByVal script, ByVal fname, ByVal args, Optional book, Optional caller)
    Dim got As Variant, result() As Variant, row As Long, column As Long
    got = Ask(Array("CallUDF", script, fname, args))
    If IsArray(got) Then
        If IsArray(got(0)) Then
            ReDim result(0 To UBound(got), 0 To UBound(got(0)))
            For row = 0 To UBound(got)
                For column = 0 To UBound(got(0))
                    result(row, column) = got(row)(column)
                Next column
            Next row
            CallUDF = result
            Exit Function
        End If
    End If
    CallUDF = got
End Function
Public Function Module(ByVal name) As Variant
    Module = name
End Function
Public Sub Exec(ByVal statement)
    Ask Array("Exec", statement)
End Sub
Public Sub SetAttr(ByVal obj, ByVal name, ByVal value)
End Sub
"""


class Addin:
    """The add-in open in ``office``; ``calls`` are what its VBA asked of Python."""

    def __init__(self, office: Office, folder: Path, windows: Windows) -> None:
        from com.sun.star.container import XNameReplace
        from unohelper import Base

        outer = self
        answers: dict[str, Any] = {}

        class Double(Base, XNameReplace):  # type: ignore[misc]
            # a question and its answer under one name: the poll may come between those of a formula
            def replaceByName(self, name: str, values: Any) -> None:
                answers[name] = outer.answer(*values)

            def getByName(self, name: str) -> Any:
                return answers.pop(name)

        modules = addin.sources()
        modules["xlwings"], modules["XLPyDouble"] = MODULE.replace("\n", "\r\n"), CLASS.replace("\n", "\r\n")
        # LibreOffice's OnTime takes the name of a macro without that of its file
        qualified = '"\'" & ThisWorkbook.Name & "\'!XlVqaPoll"'
        assert modules["XlVqaPolling"].count(qualified) == 1
        modules["XlVqaPolling"] = modules["XlVqaPolling"].replace(qualified, '"XlVqaPoll"')
        # its Range.Calculate computes only what is stale, its Application.Calculate everything; Excel's do not
        again = "Dim entered: entered = target.Formula: target.ClearContents: target.Formula = entered"
        own = {"target.Calculate": again, "Application.Calculate": "DoEvents"}
        for excels, meant in own.items():
            assert modules["XlVqaPolling"].count(excels + "\r\n") == 1
            modules["XlVqaPolling"] = modules["XlVqaPolling"].replace(excels + "\r\n", meant + "\r\n")
        file = folder / "tested.xlam"
        file.write_bytes(addin.build(modules, classes=["XLPyDouble"]))
        self.windows = windows
        self.calls: list[tuple[Any, ...]] = []
        self.broken = ""
        # 4: macros run without a question
        self.document = office.open(file.as_uri(), FilterName="Calc MS Excel 2007 VBA XML", MacroExecutionMode=4)
        self.sheet = self.document.Sheets.getByIndex(0)
        self.run("xlwings.SetDouble", Double())

    def answer(self, kind: str, *values: Any) -> Any:
        self.calls.append((kind, *values))
        if self.broken:
            raise RuntimeError(self.broken)
        if kind == "Exec":
            return self.windows.server.Exec(*values)
        script, name, arguments = values
        # UNO has an empty text where COM has an empty value
        return _uno(self.windows.server.CallUDF(script, name, tuple(arguments), None, None))

    def run(self, macro: str, *arguments: Any) -> Any:
        """The result of ``Module.Function``."""
        name = f"vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document"
        return self.document.getScriptProvider().getScript(name).invoke(arguments, (), ())[0]

    def cell(self, address: str, formula: str) -> Any:
        cell = self.sheet.getCellRangeByName(address)
        cell.setFormula(formula)
        cell.getString()  # a document without a window computes a cell when it is read
        return cell

    def array(self, address: str, formula: str) -> tuple[tuple[Any, ...], ...]:
        cells = self.sheet.getCellRangeByName(address)
        cells.setArrayFormula(formula)
        return tuple(tuple(row) for row in cells.getDataArray())

    def unschedule(self) -> None:
        """No poll comes by itself any more: LibreOffice would look for its macro in the next test's add-in."""
        self.run("XlVqaPolling.XlVqaUnschedule")

    def close(self) -> None:
        self.unschedule()
        self.document.close(False)


def _uno(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_uno(item) for item in value)
    return float(value) if isinstance(value, int) else value
