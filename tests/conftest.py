"""What all tests share."""

from __future__ import annotations

import gc

import pytest
from hypothesis import settings

# hypothesis' own limit of 200 ms an example is a timed assertion: a busy machine would fail it
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now is looked at no more.

    statsmodels calls ``gc.collect`` for each correction of p values, and would go through millions of objects of
    torch and of the tests themselves every time.
    """
    gc.collect()
    gc.freeze()
