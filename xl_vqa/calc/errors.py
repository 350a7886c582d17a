"""Errors of the LibreOffice extension. They are shown where they arise and never travel to or from the host.

XlVqaError
└── CalcError
    ├── CalcSaveError         formulas of a saved file could not be given the names that Excel reads
    ├── CalcInstallError      the extension cannot be installed or removed
    └── CalcWorkbookError     a file that cannot be repaired
"""

from __future__ import annotations

from xl_vqa.words.errors import XlVqaError


class CalcError(XlVqaError):
    code = "calc_error"


class CalcSaveError(CalcError):
    code = "calc_save"


class CalcInstallError(CalcError):
    code = "calc_install"


class CalcWorkbookError(CalcError):
    code = "calc_workbook"
