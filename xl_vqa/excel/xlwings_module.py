"""The VBA module that reaches Python: xlwings' own for custom add-ins, with six changes.

It is BSD-3 licensed and keeps its notice. It names the DLL of its version, so it is read from the installed
xlwings when the add-in is built. What is changed, and why:

- the project is ours, so that a user's own xlwings configuration and ours do not meet;
- configuration comes from the add-in and the user's file alone: a workbook from elsewhere, or the folder it lies
  in, must not name the program that a formula starts;
- the command does not name the active workbook, because xlwings starts one Python per distinct command: one
  process for Excel is enough;
- Python starts with ``-P``, so that a file called json.py in Excel's current folder is not imported;
- ``keep_light`` runs before xlwings is imported;
- the user's file is read once in two seconds: xlwings reads it 14 times at every call of a function.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

from xl_vqa.excel.udf_names import PROJECT
from xl_vqa.packages import missing
from xl_vqa.words.errors import AddinError
from xl_vqa.words.reasons import Reason, why_unread

FILE: Final = "xlwings_custom_addin.bas"

_WORKBOOK_SHEET: Final = 'If SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") = True Then'
_FOLDER: Final = 'If source = "" Or source = "directory" Then'
_FIRST: Final = 'ActiveWorkbook.FullName & ";" & ThisWorkbook.FullName'
_TAIL: Final = '" -B -c ""import sys, os;"'

_FILE: Final = "If FileExists(GetConfigFilePath()) = True Then"
_VALUE: Final = "If GetConfigFromFile(GetConfigFilePath(), configKey, configValue) Then"

# (what xlwings writes, what we write, how often it occurs)
CHANGES: Final = (
    ('PROJECT_NAME As String = "myaddin"', f'PROJECT_NAME As String = "{PROJECT}"', 1),
    (_WORKBOOK_SHEET, "If False Then", 1),
    (_FOLDER, "If False Then", 1),
    (
        f'PYTHONPATH = AddExcelDir & ";" & {_FIRST} & ";" & GetConfig("ONEDRIVE_CONSUMER_WIN")',
        'PYTHONPATH = "false;;;" & GetConfig("ONEDRIVE_CONSUMER_WIN")',
        None,
    ),
    (_FILE, "If True Then", 1),
    (_VALUE, "If XlVqaConfigured(GetConfigFilePath(), configKey, configValue) Then", 1),
    (_TAIL, '" -B -P -c ""import sys, os;from xl_vqa.excel.light import keep_light;keep_light();"', 1),
)


def xlwings_module() -> str:
    """The source with its changes.

    Raises PackageMissingError without xlwings, AddinError where the installed one is unknown.
    """
    spec = importlib.util.find_spec("xlwings")
    if spec is None or spec.origin is None:
        raise missing("xlwings")
    file = Path(spec.origin).parent / FILE
    try:
        source = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise AddinError(problem=Reason("says", what=str(file), why=why_unread(error, file))) from error
    for old, new, count in CHANGES:
        found = source.count(old)
        if found == 0 or (count is not None and found != count):
            raise AddinError(problem=Reason("xlwings_version", file=str(file), text=repr(old)))
        source = source.replace(old, new)
    return source.replace("\n", "\r\n")
