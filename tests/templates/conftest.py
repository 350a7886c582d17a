"""A start of LibreOffice for each of two cores computes everything that these tests look at; one prints it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from xl_vqa.workbooks.templates.recalculate import convert, soffice, strip_values, values_of

STARTS = 2


def need_soffice() -> None:
    if soffice() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("LibreOffice (soffice) is not installed, and CI must not skip these tests")
        pytest.skip("LibreOffice (soffice) is not installed: apt-get install libreoffice-calc")


@pytest.fixture(scope="session")
def compute(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Values by sheet and cell of workbooks, given by name and bytes, as LibreOffice computes them."""
    need_soffice()

    def run(books: dict[str, bytes]) -> dict[str, dict[tuple[str, str], Any]]:
        folder = tmp_path_factory.mktemp("computed")
        bare = folder / "bare"
        bare.mkdir()
        files = []
        for name, content in books.items():
            source = folder / f"{name}.source.xlsx"
            source.write_bytes(content)
            strip_values(source, bare / f"{name}.xlsx")
            files.append(bare / f"{name}.xlsx")
        # a start computes on one core only
        shares = [share for share in (files[first::STARTS] for first in range(STARTS)) if share]
        with ThreadPoolExecutor(STARTS) as starts:
            made = list(starts.map(lambda share: convert("xlsx", share, folder), shares))
        return {path.stem: values_of(path) for part in made for path in part}

    return run


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """PDF files of workbooks."""
    need_soffice()

    def run(files: Sequence[Path]) -> list[Path]:
        return convert("pdf", files, tmp_path_factory.mktemp("printed"))

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)
