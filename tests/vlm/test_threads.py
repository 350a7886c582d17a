"""Torch's threads sleep while they wait, unless the user wants otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from xl_vqa.vlm.threads import PATIENT, wait_patiently


def test_what_the_user_set_stays() -> None:
    environment = {"OMP_WAIT_POLICY": "ACTIVE"}
    assert not wait_patiently(environment)
    assert environment["OMP_WAIT_POLICY"] == "ACTIVE"
    environment = {}
    assert wait_patiently(environment)
    assert environment == PATIENT


@pytest.mark.skipif(sys.platform != "linux", reason="reads what GNU OpenMP says of itself")
def test_loading_a_model_sets_it_before_torch_comes() -> None:
    """OpenMP itself reports the policy that took effect."""
    code = (
        "from xl_vqa.words.errors import XlVqaError\nfrom xl_vqa.vlm.loader import load_rater\n"
        "try:\n    load_rater('/no/such/folder')\nexcept XlVqaError:\n    pass\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in PATIENT}
    environment["OMP_DISPLAY_ENV"] = "true"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in done.stderr
