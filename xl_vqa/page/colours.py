"""The colours of every report, as CSS writes them; texts in INK and FAINT can be read on white (WCAG 2.1, AA)."""

from __future__ import annotations

from typing import Final

INK: Final = "#1f2933"
FAINT: Final = "#5f6b77"
GRID: Final = "#e3e7eb"
BLUE: Final = "#4c78a8"
RUST: Final = "#c2410c"
"""What asks to be looked at, and the second of two."""
GREEN: Final = "#15803d"
