"""Video quality in a spreadsheet: integer labels from a vision-language model, on your own machine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xl_vqa.api import rate, rate_async, rate_iter
    from xl_vqa.rating_frame import rate_frame
    from xl_vqa.workbooks.score_run import score_workbook

__version__ = "0.1.0"
_PLACES = {
    "rate": "xl_vqa.api",
    "rate_async": "xl_vqa.api",
    "rate_frame": "xl_vqa.rating_frame",
    "rate_iter": "xl_vqa.api",
    "score_workbook": "xl_vqa.workbooks.score_run",
}
__all__ = ["__version__", "rate", "rate_async", "rate_frame", "rate_iter", "score_workbook"]


def __getattr__(name: str) -> Any:
    # lazily: a cell that imports xl_vqa.bridge must not pay for what only programs use
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'xl_vqa' has no attribute {name!r}")
