"""What every stage of training has in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from starter.fit.stepper import LAST_RATE, Average, Stepper, repeated, share_of_rate


@pytest.mark.parametrize("steps", [0.0, 5.0])
def test_the_average_is_put_in_place_and_taken_back(steps: float) -> None:
    weight = torch.nn.Parameter(torch.zeros(1))
    average = Average([weight], steps)
    seen = []
    for value in range(1, 101):
        with torch.no_grad():
            weight.fill_(value)
        average.step()
    with average:
        seen.append(weight.item())
    assert weight.item() == 100
    # the mean of the recent past lies about ``steps`` back
    assert seen[0] == pytest.approx(100 if not steps else 96, abs=0.5)


def test_the_rate_rises_and_falls() -> None:
    shares = [share_of_rate(step, 100, warm=10) for step in range(101)]
    assert shares[0] == 0.1
    assert shares[9] == shares[10] == max(shares) == 1.0
    assert shares[10:] == sorted(shares[10:], reverse=True)
    assert shares[55] == pytest.approx((1 + LAST_RATE) / 2)
    assert shares[100] == pytest.approx(LAST_RATE)
    # a stage as short as its beginning, and one without
    assert share_of_rate(10, 10, warm=10) == share_of_rate(0, 0, warm=0) == 1.0


def test_a_step_is_that_of_the_optimiser_with_the_gradient_cut() -> None:
    weight, other = torch.nn.Parameter(torch.tensor([2.0, -1.0])), torch.nn.Parameter(torch.tensor([2.0, -1.0]))
    stepper = Stepper([weight], 3, 0.1, weight_decay=0.5, warm=2)
    plain = torch.optim.AdamW([other], lr=0.1, weight_decay=0.5)
    for rate, gradient in ((0.05, [30.0, 40.0]), (0.1, [0.3, 0.4])):
        stepper.take((weight * torch.tensor(gradient)).sum())
        plain.param_groups[0]["lr"] = rate
        cut = 50.0 if gradient[0] > 1 else 1.0
        other.grad = torch.tensor(gradient) / cut
        plain.step()
        assert torch.allclose(weight, other, atol=1e-6)
    assert stepper.losses[0] == pytest.approx(2 * 30 - 40)


def test_only_what_is_kept_is_averaged_and_all_that_is_trained_moves() -> None:
    kept, dropped = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    stepper = Stepper([kept, dropped], 50, 0.1, weight_decay=0.0, averaged_steps=20.0, kept=[kept], warm=1)
    for _ in range(50):
        stepper.take(-(kept + dropped).sum())
    assert kept.item() == pytest.approx(dropped.item())
    last = kept.item()
    stepper.average.keep()
    assert 0 < kept.item() < last - 0.01
    assert dropped.item() == last


def test_a_stage_takes_its_steps_over_several_epochs_and_keeps_the_average(
    capsys: pytest.CaptureFixture[str],
) -> None:
    weight, seen = torch.nn.Parameter(torch.zeros(1)), []

    def loss_of(batch: list[int]) -> torch.Tensor:
        seen.append(batch)
        return (weight - 1).square().sum()

    stepper = Stepper([weight], 27, 0.05, weight_decay=0.0, averaged_steps=5.0, warm=1)
    losses = stepper.run("lesson", lambda: [[0], [1], [2], [3]], loss_of)
    assert seen == [[i % 4] for i in range(27)]
    assert len(losses) == 27
    assert losses[-1] < 0.1 < losses[0]
    with stepper.average:
        last = weight.item()
    assert weight.item() != last
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"lesson, step 25/27, loss {sum(losses[:25]) / 25:.3f}, ")


@pytest.mark.parametrize("steps", [0, 1, 3, 4, 7])
def test_epochs_are_drawn_only_as_far_as_they_are_used(steps: int) -> None:
    drawn: list[int] = []

    def batches() -> Iterator[list[int]]:
        for number in range(3):
            drawn.append(number)
            yield [number]

    assert list(repeated(batches, steps)) == [[i % 3] for i in range(steps)]
    assert drawn == [i % 3 for i in range(steps)]


def test_nothing_to_learn_from_is_said_instead_of_waited_for() -> None:
    with pytest.raises(ValueError, match="nothing to learn from"):
        list(repeated(list, 3))
