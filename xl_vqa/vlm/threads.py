"""How torch's CPU threads wait for each other. Must run before torch is imported; imports no torch itself."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

# For GNU and LLVM/Intel OpenMP alike; what the user has set stays.
PATIENT = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}


def wait_patiently(environment: MutableMapping[str, str] | None = None) -> bool:
    """Lets waiting threads sleep instead of spinning; returns whether that still takes effect.

    Torch's threads spin by default. Where another program wants a core as well (the decoder, the spreadsheet),
    each step of the model then waits for a thread that is not running: measured on two busy cores, one
    prefill took 0.3 s asleep and 2 to 6 s spinning (docs/method.md).
    """
    if environment is None:
        environment = os.environ
        if "torch" in sys.modules:
            return environment.get("OMP_WAIT_POLICY", "").upper() == "PASSIVE"
    for name, value in PATIENT.items():
        environment.setdefault(name, value)
    return environment["OMP_WAIT_POLICY"].upper() == "PASSIVE"
