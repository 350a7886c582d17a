"""What the starter sees no longer moves what it says of the first opinion."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from starter.fit.training import FitOptions, Prompts, fit, predict
from starter.fit.trust import TrustOptions, trust
from tests.starter.fit.test_training import made_up, new_model, prompts  # noqa: F401  a fixture

SHORT = TrustOptions(steps=60, finish_steps=20, learning_rate=3e-3)
FITTED = FitOptions(batch=8, tokens=12, finish_tokens=40)


def taught_by_cells(prompts: Prompts) -> Any:  # noqa: F811
    """A model whose opinion knows nothing, and whose cells say the MOS."""
    model = new_model(2)
    options = replace(FITTED, epochs=6, batch=16, learning_rate=3e-3, averaged_steps=20, finish_steps=0)
    fit(model, prompts, made_up(96, 1), made_up(8, 2), options)
    return model


def blinded(model: Any) -> Any:
    """A copy of which no cell shows anything."""
    blind = copy.deepcopy(model)
    for name in ("whole", "tiles", "samples"):
        torch.nn.init.zeros_(getattr(blind.model.visual, f"from_{name}").weight)
    return blind


def scores(model: Any, prompts: Prompts, items: Any) -> Any:  # noqa: F811
    return np.array([one.probabilities for one in predict(model, prompts, items)])


def test_with_cells_in_view_it_says_what_it_said_from_the_opinion_alone(prompts: Prompts) -> None:  # noqa: F811
    model, (items, _) = taught_by_cells(prompts), made_up(24, 5)
    wanted, before = scores(blinded(model), prompts, items), scores(model, prompts, items)
    experts = copy.deepcopy(model.model.visual.opinion.experts.state_dict())
    divergence = trust(model, prompts, items, [i % 4 for i in range(24)], SHORT, FITTED)
    assert len(divergence) == 80
    after = scores(model, prompts, items)
    assert np.abs(before - wanted).sum(1).mean() > 0.4
    assert np.abs(after - wanted).sum(1).mean() < 0.5 * np.abs(before - wanted).sum(1).mean()
    assert all(
        torch.equal(value, experts[name])
        for name, value in model.model.visual.opinion.experts.state_dict().items()
    )


def test_a_model_without_an_opinion_stays_as_it_is(prompts: Prompts, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    model, (items, _) = new_model(3), made_up(4, 6)
    monkeypatch.setattr(model.model.visual, "opinion", None)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert trust(model, prompts, items, [0] * 4, SHORT, FITTED) == []
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
