"""The colours of every report, as CSS writes them; texts in INK and FAINT can be read on PAPER (WCAG 2.1, AA)."""

from __future__ import annotations

from typing import Final

INK: Final = "#1f2933"
FAINT: Final = "#5f6b77"
GRID: Final = "#e3e7eb"
BLUE: Final = "#4c78a8"
RUST: Final = "#c2410c"
"""What asks to be looked at, and the second of two."""
GREEN: Final = "#15803d"
PAPER: Final = "#ffffff"
"""What texts and charts stand on."""
GROUND: Final = "#f4f6f8"
"""What the paper lies on."""
LINE: Final = "#eef1f4"
NOTICE: Final = "#fff7ed"

DARK: Final = {
    INK: "#e6eaee",
    FAINT: "#a3afba",
    GRID: "#36404a",
    BLUE: "#7eaede",
    RUST: "#f59365",
    GREEN: "#62c884",
    PAPER: "#1b2128",
    GROUND: "#12171c",
    LINE: "#2a323a",
    NOTICE: "#33251a",
}
"""The same on a dark page."""
