"""What the starter's tower measures on the pixels themselves: brightness, detail, noise, blocks and movement.

Everything takes RGB in 0..1 and gives numbers per merged cell (28x28 pixels), per frame pair or per window of
point samples (vlm/canvas.py). Logarithms keep weak and strong damage in one range.

All of it is float32, on the device of the pixels: a grey level is 1/255, and bfloat16 cannot tell 254/255 from 1.
No shape depends on a value, so that a run needs no word back from a GPU (tests/vlm/test_number_formats.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from xl_vqa.vlm.canvas import ALIGNED, TILE, TILE_ROWS, WINDOW, Layout
from xl_vqa.vlm.patches import FACTOR as CELL

PIXEL_FEATURES: Final = 18
HISTOGRAM_FEATURES: Final = 3
NATIVE_FEATURES: Final = 7
BLOCK_FEATURES: Final = 2
SAMPLE_FEATURES: Final = 9
WINDOW_FEATURES: Final = 30
STRUCTURE_FEATURES: Final = 8
FINE: Final = 4
COARSE: Final = 5
"""Where fine and coarse detail stand among the pixel statistics."""


def _log(values: Tensor, floor: float = 1e-3) -> Tensor:
    return (values + floor).log()


def quantiles(values: Tensor, shares: Sequence[float], *, dim: int) -> Tensor:
    """Along ``dim``, one for each of ``shares`` (0..1), which come first in the result."""
    return torch.quantile(values, torch.tensor(shares, dtype=values.dtype, device=values.device), dim=dim)


class Picture:
    """RGB in 0..1 [n, 3, H, W], and what several statistics need of it."""

    def __init__(self, rgb: Tensor) -> None:
        self.rgb = rgb
        self.luma = luma_of(rgb)

    @cached_property
    def detail(self) -> Tensor:
        """[n, 1, H, W]: the brightness without its mean over 3x3 pixels."""
        return self.luma - _smoothed(self.luma)


def luma_of(rgb: Tensor) -> Tensor:
    """[n, 3, H, W] to [n, 1, H, W], ITU-R BT.601 weights."""
    red, green, blue = rgb.split_with_sizes([1, 1, 1], dim=1)
    return (0.299 * red).add_(0.587 * green).add_(0.114 * blue)


def _sums(maps: Tensor, cell: int = CELL) -> Tensor:
    """Means per cell, begun, [n, c, H, W] to [n, c, H/28, W]: map by map, so that each stays in the cache."""
    n, c, height, width = maps.shape
    return maps.view(n, c, height // cell, cell, width).sum(3)


def _means(sums: Sequence[Tensor], cell: int = CELL) -> Tensor:
    """The second half: all of ``sums`` to [n, all c, H/28, W/28]; much faster than pooling with a large window."""
    columns = torch.cat(list(sums), dim=1)
    return columns.view(*columns.shape[:3], -1, cell).sum(4).div_(cell * cell)


def _smoothed(maps: Tensor) -> Tensor:
    """Mean over 3x3 pixels of [n, 1, H, W], the border repeated."""
    padded = functional.pad(maps, (1, 1, 1, 1), mode="replicate")
    rows = (padded[..., :-2, :] + padded[..., 1:-1, :]).add_(padded[..., 2:, :])
    return (rows[..., :-2] + rows[..., 1:-1]).add_(rows[..., 2:]).div_(9)


def _halved(maps: Tensor) -> Tensor:
    """Mean over 2x2 pixels."""
    rows = maps[..., 0::2, :] + maps[..., 1::2, :]
    return (rows[..., 0::2] + rows[..., 1::2]).div_(4)


def _with_next(maps: Tensor, down: int, across: int, join: Callable[..., Tensor]) -> Tensor:
    """``join`` of each pixel and the one so many rows and columns on; 0 where there is none."""
    height, width = maps.shape[2] - down, maps.shape[3] - across
    result = torch.zeros_like(maps)
    join(maps[..., :height, :width], maps[..., down:, across:], out=result[..., :height, :width])
    return result


def _share(of: Callable[..., Tensor], maps: Tensor, limit: float) -> Tensor:
    """1 where ``of`` (torch.lt or torch.gt) holds for ``limit``, else 0, in the format of ``maps``."""
    result: Tensor = of(maps, limit, out=torch.empty_like(maps))
    return result


def pixel_statistics(picture: Picture) -> Tensor:
    """[2*t, 3, H, W] to [t, PIXEL_FEATURES, H/28, W/28]."""
    rgb, luma, detail = picture.rgb, picture.luma, picture.detail
    dx, dy = _with_next(luma, 0, 1, torch.sub).abs_(), _with_next(luma, 1, 0, torch.sub).abs_()
    coarse = _halved(luma)
    coarse_detail = _means([_sums(coarse.sub_(_smoothed(coarse)).abs_(), CELL // 2)], CELL // 2)
    color = (rgb[:, 2:] - luma).abs_().add_((rgb[:, :1] - luma).abs_())
    means = _means(
        [
            _sums(rgb),
            _sums(luma.square()),
            _sums(dx),
            _sums(dy),
            _sums(detail.abs()),
            _sums(detail.square()),
            _sums(_share(torch.lt, torch.maximum(dx, dy), 1.5 / 255)),
            _sums(_share(torch.lt, luma, 0.03)),
            _sums(_share(torch.gt, luma, 0.97)),
            _sums(color),
        ]
    )
    square, across, down, fine, energy, flat, dark, bright, color = means[:, 3:].chunk(9, dim=1)
    mean = luma_of(means[:, :3])
    still = [
        mean,
        _log((square - mean.square()).clamp_min(0).sqrt()),
        _log(across),
        _log(down),
        _log(fine),
        _log(coarse_detail),
        # heavy tails of the fine detail part sharp edges from noise
        _log(energy.sqrt()) - _log(fine),
        flat,
        dark,
        bright,
        means[:, 2:3] - mean,
        means[:, :1] - mean,
        _log(color),
    ]
    both = torch.cat(still, dim=1)
    difference = luma[0::2] - luma[1::2]
    size = difference.abs()
    changes = [
        _sums(size),
        _sums(difference),
        _sums(difference.square_()),
        _sums(_share(torch.lt, size, 1.5 / 255)),
        _sums((detail[0::2] - detail[1::2]).abs_()),
    ]
    size, step, energy, frozen, fine_change = _means(changes).chunk(5, dim=1)
    wobble = (energy - step.square()).clamp_min(0).sqrt()
    moving = [_log(size), step.abs(), _log(wobble), frozen, _log(fine_change)]
    return torch.cat([(both[0::2] + both[1::2]) / 2, *moving], dim=1)


def histograms(picture: Picture) -> Tensor:
    """[t, HISTOGRAM_FEATURES]: how full the brightness histogram is, its entropy, the pair's brightness step."""
    luma = picture.luma.flatten(1)
    bins = (luma.clamp(0, 1) * 127).round_().long()
    counts = bins.new_zeros(len(bins), 128).scatter_add_(1, bins, torch.ones_like(bins))
    share = counts / luma.shape[1]
    entropy = -(share * (share + 1e-9).log()).sum(1)
    filled = (share > 2e-4).to(luma.dtype).mean(1)
    level = luma.mean(1)
    step = (level[0::2] - level[1::2]).abs()
    return torch.stack([(filled[0::2] + filled[1::2]) / 2, (entropy[0::2] + entropy[1::2]) / 2, _log(step)], dim=1)


def native_statistics(picture: Picture) -> Tensor:
    """Of frames at native size, [2*t, 3, H, W] to [t, NATIVE_FEATURES, H/28, W/28].

    The correlation of neighbouring pixels' detail, across, down and diagonal, parts noise (none) from blur and
    enlargement (much) and from sharpening (negative, two pixels apart); equal neighbours tell enlarged pixels.
    """
    luma, detail = picture.luma, picture.detail
    sums = [_sums(detail.square())]
    sums += [_sums(_with_next(detail, *places, torch.mul)) for places in ((0, 1), (1, 0), (1, 1), (0, 2))]
    equal = _share(torch.lt, _with_next(luma, 0, 1, torch.sub).abs_(), 0.5 / 255)
    # the last column has no neighbour
    equal[..., -1] = 0
    color = picture.rgb[:, 2:] - luma
    sums += [_sums(equal), _sums(color.sub_(_smoothed(color)).abs_()), _sums(detail.abs())]
    energy, across, down, diagonal, further, equal, color, fine = _means(sums).chunk(8, 1)
    floor = energy + 1e-6
    still = [across / floor, down / floor, diagonal / floor, further / floor, equal, _log(color)]
    both = torch.cat([*still, _log(color) - _log(fine)], dim=1)
    return (both[0::2] + both[1::2]) / 2


def pooled_by_structure(cells: Tensor) -> Tensor:
    """Statistics of cells [t, c, h, w], ``pixel_statistics`` first, to [t, 3 * c + STRUCTURE_FEATURES].

    A background out of focus and a blurred picture have the same mean; they differ where there is most structure.
    So: mean and spread of all with the cells' coarse contrast for weight, the mean where the picture is flat, and
    how sharp (fine against coarse detail) the cells with much structure are.
    """
    flat = cells.flatten(2)
    fine, coarse = flat[:, FINE], flat[:, COARSE]
    much = (2 * coarse).softmax(1)[:, None]
    mean = (much * flat).sum(2)
    spread = (much * (flat - mean[..., None]).square()).sum(2).sqrt()
    little = ((-1.5 * coarse).softmax(1)[:, None] * flat).sum(2)
    rich = coarse.topk(max(1, round(0.3 * coarse.shape[1])), dim=1).indices
    sharpness = (fine - coarse).gather(1, rich)
    at = quantiles(sharpness, (0.1, 0.5, 0.9, 0.97), dim=1).T
    centred = coarse - coarse.mean(1, keepdim=True)
    rise = (centred * (fine - fine.mean(1, keepdim=True))).sum(1) / (centred.square().sum(1) + 1e-3)
    tops = [coarse.amax(1), fine.amax(1)]
    line = torch.stack([rise, fine.mean(1) - rise * coarse.mean(1), *tops], dim=1)
    return torch.cat([mean, spread, little, at, line], dim=1)


def block_statistics(picture: Picture, layout: Layout) -> Tensor:
    """Tiles, [2*t, 3, H, W] to [t, BLOCK_FEATURES]: how much stronger edges are where blocks of codecs meet."""
    luma = picture.luma[:, 0]
    widths = [columns * CELL for row, _, columns in layout.tiles() if row == 0]
    heights = [TILE * CELL] * (TILE_ROWS // TILE)
    result = []
    for steps, lengths in (
        ((luma[..., 1:] - luma[..., :-1]).abs_().mean(1), widths),
        ((luma[:, 1:] - luma[:, :-1]).abs_().mean(2), heights),
    ):
        borders, others = (torch.tensor(places, device=luma.device) for places in block_steps(tuple(lengths)))
        result.append(_log(steps[:, borders].mean(1)) - _log(steps[:, others].mean(1)))
    both = torch.stack(result, dim=1)
    return (both[0::2] + both[1::2]) / 2


@lru_cache(maxsize=64)
def block_steps(lengths: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """The steps from a pixel to the next where blocks of codecs meet, and all others.

    ``lengths`` are those of the tiles along one side, in pixels; step i goes from pixel i to pixel i + 1. Where
    the next pixel belongs to another tile the step says nothing and is in neither list.
    """
    borders: list[int] = []
    others: list[int] = []
    begin = 0
    for length in lengths:
        for inside in range(length - 1):
            (borders if inside % ALIGNED == ALIGNED - 1 else others).append(begin + inside)
        begin += length
    return borders, others


def _most_and_median(values: Tensor) -> tuple[Tensor, Tensor]:
    """Of the last dimension: the mean of the twentieth that is largest, and the lower median."""
    count = values.shape[-1]
    most, middle = count // 20, (count - 1) // 2
    if values.device.type != "cpu":
        return values.topk(most, dim=-1).values.mean(-1), values.median(-1).values
    # numpy finds both at once, in a twentieth of the time
    parted = torch.from_numpy(np.partition(values.numpy(), (middle, count - most), axis=-1))
    return parted[..., count - most :].mean(-1), parted[..., middle]


def window_statistics(samples: Tensor) -> tuple[Tensor, Tensor]:
    """Point samples [t, WINDOW, 3, 28, 28] to [t, WINDOW_FEATURES] and [t, SAMPLE_CELLS, SAMPLE_FEATURES].

    The row of changes from frame to frame tells a freeze (no change at all), judder (a change every few frames), a
    jump, flicker (brightness to and fro) and lost packets (few pixels change much) from movement.
    """
    luma = luma_of(samples.flatten(0, 1)).view(len(samples), WINDOW, -1)
    level = luma.mean(2)
    flat = luma - level[..., None]
    step = flat.diff(dim=1)
    size = step.abs()
    change = size.mean(2)
    still = (luma.diff(dim=1).abs() < 1.5 / 255).to(luma.dtype).mean(2)
    spike = _log(step.square().mean(2).sqrt()) - _log(change)
    # a few pixels that change much among many that do not
    most, middle_size = _most_and_median(size)
    local = _log(most) - _log(middle_size)
    brighter = level.diff(dim=1)
    # a slow pan changes point samples by less than a thousandth, a repeated frame hardly at all
    logs = _log(change, 2e-4)
    ordered = logs.sort(dim=1).values
    middle = ordered[:, (WINDOW - 1) // 2]
    two, four = ((flat[:, gap:] - flat[:, :-gap]).abs().mean((1, 2)) for gap in (2, 4))
    one = change.mean(1)
    even, odd = change[:, 0::2].mean(1), change[:, 1::2].mean(1)
    centred = change - one[:, None]
    power = centred.square().sum(1) + 1e-8
    repeats = [(centred[:, gap:] * centred[:, :-gap]).sum(1) / power for gap in (1, 2, 3, 4)]
    resting = (change < 0.2 * ordered[:, -3:].exp().mean(1)[:, None]).to(luma.dtype)
    halting = (change < 0.0015).to(luma.dtype)
    curve = (level[:, 2:] - 2 * level[:, 1:-1] + level[:, :-2]).abs()
    frame = torch.stack([_log(flat.square().mean((1, 2)).sqrt()), level.mean(1)], dim=1)
    whole = [
        _log(one, 2e-4),
        middle,
        ordered[:, 0],
        ordered[:, 1],
        ordered[:, -1],
        ordered[:, 0] - middle,
        ordered[:, -1] - middle,
        logs.std(1, correction=0),
        (even - odd).abs() / (even + odd + 1e-4),
        *repeats,
        resting.mean(1),
        halting.mean(1),
        _log(two) - _log(one),
        _log(four) - _log(one),
        _log(brighter.abs().mean(1)),
        _log(brighter.abs().amax(1)),
        _log(curve.mean(1)),
        _log(level.std(1, correction=0)),
        still.mean(1),
        still.amin(1),
        still.amax(1),
        spike.mean(1),
        spike.amax(1),
        local.mean(1),
        local.amax(1),
    ]
    window = torch.cat([torch.stack(whole, dim=1), frame], dim=1)
    # two frames in a cell: the step within it, and the step to the next (the last cell has none)
    within, after = logs[:, 0::2], torch.cat([logs[:, 1::2], middle[:, None]], dim=1)
    cells = [
        within,
        after,
        within - middle[:, None],
        after - middle[:, None],
        _log(brighter[:, 0::2].abs()),
        still[:, 0::2],
        spike[:, 0::2],
        local[:, 0::2],
        level[:, 0::2],
    ]
    return window, torch.stack(cells, dim=2)
