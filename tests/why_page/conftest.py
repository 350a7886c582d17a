"""A browser without a window, where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = os.environ.get("XL_VQA_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


# not for the whole run: Playwright keeps a loop running, beside which no other test could run its own
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name it in XL_VQA_CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as play:
        # as root, as in a container, Chromium runs only without its own sandbox
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
