"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# hypothesis' own limit of 200 ms an example is a timed assertion: a busy machine would fail it
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
