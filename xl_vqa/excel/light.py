"""Imported first in Excel's Python process: keeps it small and quick to start.

xlwings imports pandas, numpy and matplotlib wherever they are installed, about half a second and 100 MB for each
Excel. This product's own environment has pandas and numpy for other rooms, and nothing here uses them. xlwings
runs without them when their import fails.
"""

from __future__ import annotations

import sys
from typing import Final

UNUSED: Final = ("pandas", "numpy", "matplotlib", "PIL", "plotly", "torch", "transformers")


def keep_light() -> None:
    """Lets every later import of ``UNUSED`` fail at once; what is loaded already stays."""
    for name in UNUSED:
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment]
