"""The starter's first opinion."""

from __future__ import annotations

import torch

from xl_vqa.vlm.starter_opinion import EXPERTS, FOLDS, HIGHEST, LOWEST, OPINIONS, FirstOpinion
from xl_vqa.words.attributes import KNOWN

SIZE, WIDTH, ROWS = 40, 16, 6


def made() -> FirstOpinion:
    torch.manual_seed(3)
    opinion = FirstOpinion(SIZE, WIDTH).eval().requires_grad_(False)
    opinion.components.normal_(std=0.3)
    return opinion


def test_there_is_an_opinion_of_the_whole_and_of_every_attribute() -> None:
    assert len(KNOWN) + 1 == OPINIONS
    found = made().opinions(torch.randn(ROWS, SIZE))
    assert found.shape == (ROWS, OPINIONS)


def test_all_experts_are_asked_and_their_mean_counts_or_those_of_each_rows_part() -> None:
    opinion, seen = made(), torch.randn(ROWS, SIZE)
    parts = opinion.parts(seen)
    said = torch.stack([expert(parts) for expert in opinion.experts])
    torch.testing.assert_close(opinion.opinions(seen), said.mean(0).clamp(LOWEST, HIGHEST))
    assert len(said) == EXPERTS > FOLDS
    asked = torch.tensor([row % FOLDS for row in range(ROWS)])
    own = torch.stack([said[fold::FOLDS, row].mean(0) for row, fold in enumerate(asked.tolist())])
    torch.testing.assert_close(opinion.opinions(seen, asked), own.clamp(LOWEST, HIGHEST))


def test_a_starter_of_before_has_one_expert_for_each_part() -> None:
    before = FirstOpinion(SIZE, WIDTH, FOLDS).eval()
    seen = torch.randn(FOLDS, SIZE)
    alone = torch.stack([before.experts[row](before.parts(seen))[row] for row in range(FOLDS)])
    torch.testing.assert_close(before.opinions(seen, torch.arange(FOLDS)), alone.clamp(LOWEST, HIGHEST))


def test_a_picture_unlike_any_other_stays_on_the_scale() -> None:
    found = made().opinions(torch.full((1, SIZE), 1e6))
    assert bool(((found >= LOWEST) & (found <= HIGHEST)).all())


def test_another_opinion_is_told_otherwise_and_an_untaught_one_tells_nothing() -> None:
    opinion = made()
    low, high = torch.full((1, OPINIONS), 1.5), torch.full((1, OPINIONS), 4.5)
    assert not torch.allclose(opinion(low), opinion(high))
    torch.nn.init.zeros_(opinion.told.weight)
    assert not opinion(low).any()
