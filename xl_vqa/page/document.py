"""The page of a report: one HTML file that needs no network, no script, no font and no other file."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from xl_vqa.page.colours import BLUE, DARK, FAINT, GREEN, GRID, GROUND, INK, LINE, NOTICE, PAPER, RUST

# Latin letters first, then what Windows, macOS and Linux have for Japanese
_FONTS: Final = (
    'system-ui, "Segoe UI", "Yu Gothic UI", "Hiragino Sans", Meiryo, "Noto Sans JP", "Noto Sans CJK JP", '
    "sans-serif"
)

_NAMES: Final = {
    "ink": INK,
    "faint": FAINT,
    "grid": GRID,
    "blue": BLUE,
    "rust": RUST,
    "green": GREEN,
    "paper": PAPER,
    "ground": GROUND,
    "line": LINE,
    "notice": NOTICE,
}
"""The colours as a page's own style names them: ``var(--ink)``."""


def _root(scheme: str, colours: Iterable[tuple[str, str]]) -> str:
    named = " ".join(f"--{name}: {colour};" for name, colour in colours)
    return f":root {{ color-scheme: {scheme}; {named} }}"


# charts have their colours in attributes, because they are files of their own, too; a rule is above an attribute
_DARK: Final = f"""
@media screen and (prefers-color-scheme: dark) {{
{_root("dark", ((name, DARK[colour]) for name, colour in _NAMES.items()))}
{" ".join(f'svg [{of}="{one}"] {{ {of}: {other}; }}' for one, other in DARK.items() for of in ("fill", "stroke"))}
svg [stroke="#fff"] {{ stroke: {DARK[PAPER]}; }}
}}
"""

_STYLE: Final = f"""
{_root("light", _NAMES.items())}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.55 {_FONTS}; }}
main {{ max-width: 1000px; margin: 0 auto; padding: 24px 20px 40px; }}
h1 {{ font-size: 24px; margin: 0 0 4px; overflow-wrap: anywhere; }}
h2 {{ font-size: 16px; margin: 0 0 4px; }}
h3 {{ font-size: 14px; margin: 0 0 4px; }}
section, .tile {{ background: var(--paper); border: 1px solid var(--grid); border-radius: 8px; }}
section {{ padding: 12px 16px 14px; margin: 12px 0; overflow-x: auto; }}
.sub {{ color: var(--faint); margin: 0 0 10px; overflow-wrap: anywhere; }}
.faint, .note, figcaption {{ color: var(--faint); font-size: 12px; }}
.note {{ margin: 0 0 6px; }}
.tiles {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(125px, 1fr)); gap: 10px; margin: 14px 0; }}
.tile {{ padding: 8px 12px; }}
.tile b {{ display: block; font-size: 20px; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.tile span {{ color: var(--faint); font-size: 12px; }}
.grid {{ display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; }}
.grid > section {{ margin: 0; }}
.wide {{ grid-column: 1 / -1; }}
.notice {{ border-left: 4px solid var(--rust); background: var(--notice); padding: 8px 14px; margin: 6px 0; }}
.bad, .poor {{ color: var(--rust); }}
.good {{ color: var(--green); }}
table {{ border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }}
.wide-table {{ overflow-x: auto; }}
th {{ text-align: left; color: var(--faint); font-weight: 600; font-size: 12px; }}
tbody th {{ color: inherit; font-weight: inherit; font-size: inherit; }}
th, td {{ padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }}
td.text {{ overflow-wrap: anywhere; min-width: 6em; }}
.number {{ text-align: right; white-space: nowrap; padding-right: 20px; }}
.tight {{ white-space: nowrap; }}
figure {{ margin: 0; }}
.figures {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(400px, 1fr)); gap: 12px; }}
.figures > figure, main > figure {{ background: var(--paper); border: 1px solid var(--grid); border-radius: 8px;
  padding: 12px 16px 14px; }}
main > figure {{ margin: 12px 0; overflow-x: auto; }}
svg {{ display: block; max-width: 100%; height: auto; }}
svg text {{ font-size: 12px; font-variant-numeric: tabular-nums; }}
ul {{ margin: 4px 0 0; padding-left: 20px; }}
li {{ margin: 3px 0; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0; }}
dt {{ color: var(--faint); }} dd {{ margin: 0; overflow-wrap: anywhere; }}
@media (max-width: 700px) {{ .grid, .figures {{ grid-template-columns: 1fr; }} }}
@media print {{ body {{ background: white; font-size: 11px; }} main {{ max-width: none; padding: 0; }}
  section, .tile, figure {{ border-color: #ccc; }}
  h2 {{ break-after: avoid; }} figure, tr {{ break-inside: avoid; }}
  section, .wide-table {{ overflow: visible; }}
  .figures {{ grid-template-columns: repeat(2, minmax(0, 1fr)); }}
  td, th, .number, .tight {{ white-space: normal; overflow-wrap: break-word; padding-right: 6px; }} }}
"""


def document(
    title: str, language: str, body: str, *, style: str = "", dark: bool = False, head: str = "", before: str = ""
) -> str:
    """The whole file. ``title`` is plain text, ``body`` HTML, ``style`` CSS for what this page alone has.

    ``language`` is the page's own, ``en`` or ``ja``: screen readers and the choice of letters go by it. ``dark``:
    dark where the reader's system is, for a page that takes all its colours from ``colours``. ``head`` is HTML of
    the head, ``before`` what stands before ``<main>``.
    """
    style = _STYLE + (_DARK if dark else "") + style
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head}<title>{escape(title)}</title><style>{style}</style></head>"
        f'<body>{before}<main id="main">{body}</main></body></html>\n'
    )
