"""What the job with the lowest versions installs is what pyproject.toml allows."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from tools.lowest_versions import lowest, requirements


def test_every_bound_is_turned_into_a_pin_once() -> None:
    wanted = [
        Requirement(text) for text in ("av>=17.1", "Pillow>=11.3", "pillow>=11", "x>=1,<2 ; python_version>'3'")
    ]
    assert lowest(wanted) == ["av==17.1", "pillow==11.3", 'x==1 ; python_version > "3"']
    with pytest.raises(ValueError, match="no lower bound"):
        lowest([Requirement("numpy<3")])


def test_every_dependency_of_the_project_has_a_bound() -> None:
    pins = lowest(requirements())
    names = [pin.partition("==")[0] for pin in pins]
    assert len(names) == len(set(names))
    assert {"av", "torch", "numpy", "pytest"} <= set(names)
