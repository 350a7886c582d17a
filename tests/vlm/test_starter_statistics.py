"""What the starter measures on pixels: each statistic tells the damage that it is there for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from xl_vqa.vlm import starter_statistics as statistics
from xl_vqa.vlm.canvas import TILE_ROWS, WINDOW, Layout

LAYOUT = Layout(4, 9)


def textured(seed: int = 0, height: int = TILE_ROWS * 28, width: int = 9 * 28) -> Tensor:
    """A smooth random picture, [3, height, width] in 0..1."""
    coarse = torch.rand(1, 3, height // 7, width // 7, generator=torch.Generator().manual_seed(seed))
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)[0]
    return 0.2 + 0.6 * smooth


def windows(order: list[int], *, gain: list[float] | None = None, noise: float = 0.0) -> Tensor:
    """Point samples of a steady pan, its frames shown in ``order``."""
    wide = textured(1, 28, 28 * 4)
    gains = gain or [1.0] * WINDOW
    moving = [wide[:, :, 2 * i : 2 * i + 28] * gains[k] for k, i in enumerate(order)]
    samples = torch.stack(moving)[None]
    return samples + noise * torch.randn(samples.shape, generator=torch.Generator().manual_seed(2))


def measured(samples: Tensor) -> dict[str, float]:
    values = statistics.window_statistics(samples)[0][0]
    assert values.shape == (statistics.WINDOW_FEATURES,)
    names = {"change": 0, "least": 2, "most": 6, "halves": 8, "again2": 10, "resting": 13, "halting": 14}
    names.update(two_to_one=15, flicker=17, spike=25, local=27)
    return {name: float(values[place]) for name, place in names.items()}


STEADY = list(range(WINDOW))


def test_a_freeze_rests_and_then_jumps() -> None:
    steady = measured(windows(STEADY))
    frozen = measured(windows([0, 1, 2, 3, *[4] * 9, 13, 14, 15]))
    assert steady["resting"] == steady["halting"] == 0
    assert frozen["resting"] > 0.4
    assert frozen["halting"] > 0.4
    assert frozen["least"] < steady["least"] - 2
    assert frozen["most"] > steady["most"] + 0.5


def test_judder_repeats_its_rhythm() -> None:
    doubled = measured(windows([i // 2 * 2 for i in STEADY]))
    assert doubled["again2"] > 0.7
    assert doubled["halves"] > 0.9
    assert abs(measured(windows(STEADY))["halves"]) < 0.1


def test_flicker_is_brightness_not_movement() -> None:
    gains = [1.0 if i % 2 else 0.85 for i in STEADY]
    still = [0] * WINDOW
    assert measured(windows(still, gain=gains))["flicker"] > measured(windows(still))["flicker"] + 2
    assert measured(windows(STEADY))["flicker"] < measured(windows(STEADY, gain=gains))["flicker"] - 1


def test_noise_does_not_grow_with_the_gap_but_movement_does() -> None:
    noisy, steady = measured(windows([0] * WINDOW, noise=0.05)), measured(windows(STEADY))
    assert abs(noisy["two_to_one"]) < 0.1
    assert steady["two_to_one"] > 0.3


def test_a_lost_block_is_local() -> None:
    still = windows([0] * WINDOW, noise=0.002)
    lost = still.clone()
    lost[:, 8:, :, 4:8, 4:16] = 0.9
    assert measured(lost)["local"] > measured(still)["local"] + 0.5
    assert measured(lost)["spike"] > measured(still)["spike"] + 0.5


def test_cells_are_in_the_order_of_time() -> None:
    order = [0] * 8 + list(range(1, 9))
    _, cells = statistics.window_statistics(windows(order))
    assert cells.shape == (1, WINDOW // 2, statistics.SAMPLE_FEATURES)
    assert (cells[0, :3, 0] < cells[0, 5:, 0].min()).all()


def native(picture: Tensor) -> list[float]:
    both = torch.stack([picture, picture])
    values: list[float] = statistics.native_statistics(statistics.Picture(both)).mean((0, 2, 3)).tolist()
    return values


def test_noise_has_no_neighbours_and_enlargement_has() -> None:
    clean = textured()
    noisy = clean + 0.08 * torch.randn(clean.shape, generator=torch.Generator().manual_seed(1))
    small = torch.nn.functional.avg_pool2d(noisy[None], 3)
    enlarged = torch.nn.functional.interpolate(small, clean.shape[1:], mode="bicubic")[0]
    pixelated = torch.nn.functional.interpolate(small, clean.shape[1:], mode="nearest")[0]
    assert native(noisy)[0] < 0.0 < 0.2 < native(enlarged)[0]
    assert native(pixelated)[4] > 0.6 > native(enlarged)[4]


def blocks(picture: Tensor) -> tuple[float, float]:
    across, down = statistics.block_statistics(statistics.Picture(torch.stack([picture, picture])), LAYOUT)[
        0
    ].tolist()
    return across, down


def test_borders_of_blocks_are_seen_where_codecs_have_them() -> None:
    clean = textured()
    # tiles begin at borders of blocks: the blocks are counted from each tile's own corner
    blocky = clean.clone()
    for row, first, columns in LAYOUT.tiles():
        for top in range(row * 28, row * 28 + 84, 8):
            for left in range(first * 28, (first + columns) * 28, 8):
                bottom, right = min(top + 8, row * 28 + 84), min(left + 8, (first + columns) * 28)
                mean = clean[:, top:bottom, left:right].mean((1, 2), keepdim=True)
                blocky[:, top:bottom, left:right] = mean
    assert all(abs(value) < 0.3 for value in blocks(clean))
    assert all(value > 1.5 for value in blocks(blocky))
    shifted = torch.roll(blocky, 4, dims=2)
    assert blocks(shifted)[0] < 0


def test_a_flicker_shows_within_the_pair() -> None:
    picture = textured()
    calm = statistics.histograms(statistics.Picture(torch.stack([picture, picture])))
    restless = statistics.histograms(statistics.Picture(torch.stack([picture, picture * 0.8])))
    # the last is the log of the brightness step
    assert float(restless[0, -1]) > float(calm[0, -1]) + 1


def test_banding_empties_the_histogram() -> None:
    picture = textured()
    bands = (picture.mean(0) * 8).round().expand(3, -1, -1) / 8
    full, few = (statistics.histograms(statistics.Picture(torch.stack([p, p])))[0, 0] for p in (picture, bands))
    assert float(few) < 0.5 * float(full)


def test_what_one_pair_gives_does_not_depend_on_the_others() -> None:
    pictures = torch.stack([textured(seed) for seed in range(4)])
    for measure in (statistics.pixel_statistics, statistics.native_statistics, statistics.histograms):
        both = measure(statistics.Picture(pictures))
        assert np.allclose(both[1:].numpy(), measure(statistics.Picture(pictures[2:])).numpy(), atol=1e-5), (
            measure.__name__
        )


def pooled(cells: Tensor) -> dict[str, float]:
    values = statistics.pooled_by_structure(cells)[0]
    count = cells.shape[1]
    assert values.shape == (3 * count + statistics.STRUCTURE_FEATURES,)
    names = ("tenth", "half", "nine tenths", "sharpest", "rise", "level", "coarse", "fine")
    found = dict(zip(names, values[3 * count :].tolist(), strict=True))
    found["fine of much"], found["fine of little"] = float(values[4]), float(values[2 * count + 4])
    return found


def test_a_soft_background_is_no_blur_where_something_is_sharp() -> None:
    sharp = textured(3)
    sharp = (sharp + 0.2 * torch.randn(sharp.shape, generator=torch.Generator().manual_seed(4))).clamp(0, 1)
    soft = torch.nn.functional.avg_pool2d(sharp[None], 9, 1, 4, count_include_pad=False)[0]
    portrait = soft.clone()
    portrait[:, : 2 * 28, : 3 * 28] = sharp[:, : 2 * 28, : 3 * 28]
    all_sharp, all_soft, partly = (
        pooled(statistics.pixel_statistics(statistics.Picture(torch.stack([picture, picture]))))
        for picture in (sharp, soft, portrait)
    )
    assert partly["fine"] == pytest.approx(all_sharp["fine"], abs=0.2)
    # a tenth of the picture is sharp, and it has more than half of the weight
    assert partly["fine of much"] - all_soft["fine of much"] > all_sharp["fine of much"] - partly["fine of much"]
    assert all_soft["fine of much"] < all_sharp["fine of much"] - 1
    assert partly["fine of little"] < all_sharp["fine of little"] - 1


def test_pooling_weights_by_coarse_contrast() -> None:
    cells = torch.zeros(1, 8, 2, 5)
    cells[0, statistics.COARSE].flatten()[:] = torch.linspace(-6, -1, 10)
    cells[0, 7] = torch.arange(10.0).view(2, 5)
    weights = torch.linspace(-6, -1, 10).mul(2).exp()
    mean = float((weights * torch.arange(10.0)).sum() / weights.sum())
    values = statistics.pooled_by_structure(cells)[0]
    assert float(values[7]) == pytest.approx(mean, rel=1e-5)
    spread = float((weights * (torch.arange(10.0) - mean).square()).sum() / weights.sum()) ** 0.5
    assert float(values[8 + 7]) == pytest.approx(spread, rel=1e-4)
    assert values[-2:].tolist() == pytest.approx([-1.0, 0.0])


def test_equal_cells_pool_to_themselves() -> None:
    values = statistics.pooled_by_structure(torch.full((2, 6, 1, 1), 0.25))
    assert values.isfinite().all()
    assert torch.allclose(values[:, :6], torch.full((2, 6), 0.25))


def test_most_and_median_are_those_of_torch() -> None:
    """Also where values are equal, and where the count is even: the lower of the two in the middle."""
    torch.manual_seed(1)
    for values in (torch.rand(2, 3, 784), torch.randint(0, 3, (2, 3, 784)).float(), torch.rand(1, 1, 41)):
        most, median = statistics._most_and_median(values)
        count = values.shape[2] // 20
        assert torch.allclose(most, values.topk(count, dim=2).values.mean(2))
        assert torch.equal(median, values.median(2).values)
