"""What all tests share."""

from __future__ import annotations

import faulthandler
import gc
import sys

import pytest
from hypothesis import settings

# hypothesis' own limit of 200 ms an example is a timed assertion: a busy machine would fail it
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

EXIT_S = 300
"""What the process may take to end after its last test. Taking down all that it has loaded is several seconds of a
core, which were a minute of a machine that is busy otherwise."""


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now is looked at no more: millions of objects of torch and of the tests themselves."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """A thread that a test left, and that Python waits for, fails the run and shows where it stands."""
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(EXIT_S, exit=True, file=sys.__stderr__)


@pytest.fixture(autouse=True)
def threads_compute_alike() -> None:
    """Torch gives a new thread the number of cores that any thread said last: sums in another order differ."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(torch.get_num_threads())
