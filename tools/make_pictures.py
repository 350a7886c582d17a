"""Writes the pictures of README and docs anew, in both languages: ``make pictures``.

The scored demo workbook and the KPI tracker with its sample data as LibreOffice shows them, and the page of a
rating (tools/make_why_pictures.py); needs soffice, pdftoppm and chromium. Every picture is below ``LIMIT`` bytes.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageChops

from tools import make_why_pictures

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "docs" / "pictures"
LIMIT: Final = 150_000
WIDTH: Final = 1000
GAP: Final = 6
"""White rows between the lines of a page at least."""


def xl_vqa(language: str, *words: object) -> None:
    variables = os.environ | {"XL_VQA_LANGUAGE": language}
    subprocess.run(
        [sys.executable, "-m", "xl_vqa", *map(str, words)], env=variables, check=True, capture_output=True
    )


def page_of(workbook: Path, number: int) -> Image.Image:
    """A page of a workbook as LibreOffice prints it."""
    folder = workbook.parent
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True)
    pdf = workbook.with_suffix(".pdf")
    page = ["pdftoppm", "-r", "150", "-png", "-f", str(number), "-l", str(number), "-singlefile", str(pdf)]
    subprocess.run([*page, str(folder / "page")], check=True)
    return without_margins(cropped(Image.open(folder / "page.png").convert("RGB")))


def without_margins(page: Image.Image) -> Image.Image:
    """Without the lines that are printed above and below every page, which white rows set apart."""
    inked = (np.asarray(page) < 250).any(axis=(1, 2)).nonzero()[0]
    gaps = (np.diff(inked) > GAP).nonzero()[0]
    return cropped(page.crop((0, int(inked[gaps[0]]) + GAP, page.width, int(inked[gaps[-1] + 1]) - GAP)))


def cropped(picture: Image.Image) -> Image.Image:
    """Without the white round it."""
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    if box is None:
        raise ValueError("the page is empty")
    left, top, right, bottom = box
    edge = (max(left - 12, 0), max(top - 12, 0), min(right + 12, picture.width), min(bottom + 12, picture.height))
    return picture.crop(edge)


def write(picture: Image.Image, name: str) -> None:
    """As PNG with few colours, or as JPEG where that is too large."""
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for colours in (128, 64, 32, 16):
        data = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(data, "PNG", optimize=True)
        if data.tell() < LIMIT:
            (FOLDER / name).write_bytes(data.getvalue())
            return
    raise ValueError(f"{name} is larger than {LIMIT} bytes")


def make(language: str, folder: Path) -> None:
    sheet, tracker = folder / "sheet.xlsx", folder / "kpi.xlsx"
    xl_vqa(language, "demo", "-o", sheet)
    write(cropped(page_of(sheet, 1)), f"sheet.{language}.png")
    xl_vqa(language, "workbook", "new", "kpi", "-o", tracker, "--sample", "--lang", language)
    write(cropped(page_of(tracker, 1)), f"dashboard.{language}.png")


def main() -> None:
    for language in ("en", "ja"):
        with tempfile.TemporaryDirectory() as folder:
            make(language, Path(folder))
    make_why_pictures.main()


if __name__ == "__main__":
    main()
