"""Video quality in a spreadsheet: integer labels from a vision-language model, on your own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xl_vqa.api import rate

__version__ = "0.1.0"
__all__ = ["__version__", "rate"]


def __getattr__(name: str) -> Any:
    # lazily: a cell that imports xl_vqa.bridge must not pay for what only programs use
    if name == "rate":
        from xl_vqa.api import rate

        return rate
    raise AttributeError(f"module 'xl_vqa' has no attribute {name!r}")
