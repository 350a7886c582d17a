#!/usr/bin/env bash
# openpyxl 3.1.5, XlsxWriter 3.3.1, python-calamine 0.9.1: one text of a cell, several readings.
#
# A workbook stores characters that XML cannot hold as _xHHHH_, and a text that looks so with _x005F_ before it
# (ECMA-376, ST_Xstring), wherever the text stands. Met here:
#   1. openpyxl takes "_x005F_" out of shared strings and leaves it in inline ones, so the same call of XlsxWriter
#      reads back as two texts, depending on its option constant_memory.
#   2. openpyxl never reads the other escapes ("4\r\n" comes as "4_x000D_\n") and writes text that looks escaped as
#      it is, so the standard's reader gets other characters than were written.
#   3. python-calamine reads _x00HH_ and leaves every escape above _x00FF_ as it is.
# Seen output:
#   shared strings  openpyxl: cam_x1080_30.mp4         calamine: cam_x1080_30.mp4
#   inline strings  openpyxl: cam_x005F_x1080_30.mp4   calamine: cam_x1080_30.mp4
#   line end        openpyxl: 4_x000D_\n               calamine: 4\r\n
#   from openpyxl   written: a_x0041_b _x3042_         calamine: aAb _x3042_
# Why it matters: names of videos hold _x1080_ (a resolution); a list then names files that are not there, and a
# rating with a line end behind it is lost. Exits 1 where one of these readings has changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook


def by_openpyxl(path):
    return [row[0].value for row in openpyxl.load_workbook(path).active]


def by_calamine(path):
    return [row[0] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]


texts = ["cam_x1080_30.mp4", "4\r\n"]
for path, memory in (("shared.xlsx", False), ("inline.xlsx", True)):
    book = xlsxwriter.Workbook(path, {"constant_memory": memory})
    sheet = book.add_worksheet()
    for row, text in enumerate(texts):
        sheet.write_string(row, 0, text)
    book.close()
book = openpyxl.Workbook()
book.active.append(["a_x0041_b _x3042_"])
book.save("openpyxl.xlsx")

seen = {
    "shared strings": (by_openpyxl("shared.xlsx")[0], by_calamine("shared.xlsx")[0]),
    "inline strings": (by_openpyxl("inline.xlsx")[0], by_calamine("inline.xlsx")[0]),
    "line end": (by_openpyxl("shared.xlsx")[1], by_calamine("shared.xlsx")[1]),
    "from openpyxl": (by_openpyxl("openpyxl.xlsx")[0], by_calamine("openpyxl.xlsx")[0]),
}
for name, (one, other) in seen.items():
    print(f"{name:15} openpyxl: {one!r:28} calamine: {other!r}")
expected = {
    "shared strings": ("cam_x1080_30.mp4", "cam_x1080_30.mp4"),
    "inline strings": ("cam_x005F_x1080_30.mp4", "cam_x1080_30.mp4"),
    "line end": ("4_x000D_\n", "4\r\n"),
    "from openpyxl": ("a_x0041_b _x3042_", "aAb _x3042_"),
}
sys.exit(seen != expected)
PYTHON
