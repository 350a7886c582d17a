"""Errors of writing into a user's workbook.

WorkbookError
└── WorkbookChangedError    somebody saved the workbook while it was being written; what they saved stands
"""

from __future__ import annotations

from xl_vqa.words.errors import WorkbookError


class WorkbookChangedError(WorkbookError):
    code = "workbook_changed"
