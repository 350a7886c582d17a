"""Builds the template workbooks that ship: three kinds, two languages, each empty and with sample data.

``python -m xl_vqa.workbooks.templates.build`` (make templates) writes them into workbook_templates/. The values
stored beside the formulas are those that LibreOffice computes, so it must be installed.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final, Protocol

from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.workbooks.templates.kpi import build_kpi
from xl_vqa.workbooks.templates.label import build_label
from xl_vqa.workbooks.templates.recalculate import recalculated, values_of
from xl_vqa.workbooks.templates.score import build_score


class Builder(Protocol):
    def __call__(self, language: str, *, sample: bool = ..., values: Any = ...) -> bytes: ...


BUILDERS: Final[dict[str, Builder]] = {"kpi": build_kpi, "score": build_score, "label": build_label}


def file_name(kind: str, language: str, sample: bool) -> str:
    return f"{kind}_{language}{'_sample' if sample else ''}.xlsx"


def shipped() -> list[tuple[str, str, bool]]:
    """Kind, language and whether it is a sample, of every template."""
    return [(kind, language, sample) for kind in BUILDERS for language in LANGUAGES for sample in (False, True)]


def build_all(folder: Path) -> list[Path]:
    """Builds every template twice: as LibreOffice shall compute it, and with what it computed.

    Raises FileNotFoundError where LibreOffice is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind, language, sample in shipped():
        file = folder / file_name(kind, language, sample)
        file.write_bytes(BUILDERS[kind](language, sample=sample))
        files.append(file)
    computed = recalculated(files)
    try:
        for (kind, language, sample), file, twin in zip(shipped(), files, computed, strict=True):
            file.write_bytes(BUILDERS[kind](language, sample=sample, values=values_of(twin)))
    finally:
        shutil.rmtree(computed[0].parent, ignore_errors=True)
    return files


def template_folder() -> Path:
    """``workbook_templates/``: in a checkout, or in ``xl_vqa/_shipped`` of an installed wheel."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "_shipped" / "workbook_templates"
    return installed if installed.is_dir() else package.parent / "workbook_templates"


if __name__ == "__main__":
    for written in build_all(template_folder()):
        print(f"{written.name}: {written.stat().st_size / 1024:.0f} KiB")
