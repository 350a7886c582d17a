"""What the starter's tower measures on the pixels themselves: brightness, detail, noise, blocks and movement.

Everything takes RGB in 0..1 and gives numbers per merged cell (28x28 pixels), per frame pair or per window of
point samples (vlm/canvas.py). Logarithms keep weak and strong damage in one range.

All of it is float32, on the device of the pixels: a grey level is 1/255, and bfloat16 cannot tell 254/255 from 1.
No shape depends on a value, so that a run needs no word back from a GPU (tests/vlm/test_number_formats.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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


def luma_of(rgb: Tensor) -> Tensor:
    """[n, 3, H, W] to [n, 1, H, W], ITU-R BT.601 weights."""
    return 0.299 * rgb[:, :1] + 0.587 * rgb[:, 1:2] + 0.114 * rgb[:, 2:]


def cell_means(maps: Tensor, cell: int = CELL) -> Tensor:
    """[n, c, H, W] to [n, c, H/28, W/28]; much faster than average pooling with a large window."""
    n, c, height, width = maps.shape
    rows = maps.view(n, c, height // cell, cell, width).sum(3)
    return rows.view(n, c, height // cell, width // cell, cell).sum(4) / (cell * cell)


def _smoothed(maps: Tensor) -> Tensor:
    """Mean over 3x3 pixels of [n, 1, H, W], the border repeated."""
    padded = functional.pad(maps, (1, 1, 1, 1), mode="replicate")
    rows = padded[..., :-2, :] + padded[..., 1:-1, :] + padded[..., 2:, :]
    return (rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 9


def pixel_statistics(rgb: Tensor) -> Tensor:
    """RGB in 0..1 [2*t, 3, H, W] to [t, PIXEL_FEATURES, H/28, W/28]."""
    luma = luma_of(rgb)
    blue, red = rgb[:, 2:] - luma, rgb[:, :1] - luma
    dx = functional.pad((luma[..., 1:] - luma[..., :-1]).abs_(), (0, 1))
    dy = functional.pad((luma[..., 1:, :] - luma[..., :-1, :]).abs_(), (0, 0, 0, 1))
    detail = luma - _smoothed(luma)
    coarse = functional.avg_pool2d(luma, 2)
    coarse_detail = cell_means((coarse - _smoothed(coarse)).abs_(), CELL // 2)
    flat = ((dx < 1.5 / 255) & (dy < 1.5 / 255)).to(rgb.dtype)
    dark, bright = (luma < 0.03).to(rgb.dtype), (luma > 0.97).to(rgb.dtype)
    maps = [luma, luma.square(), dx, dy, detail.abs(), detail.square(), flat, dark, bright, blue, red]
    means = cell_means(torch.cat([*maps, blue.abs() + red.abs()], dim=1))
    mean, square, across, down, fine, energy, flat, dark, bright, blue, red, color = means.chunk(12, dim=1)
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
        blue,
        red,
        _log(color),
    ]
    both = torch.cat(still, dim=1)
    difference = luma[0::2] - luma[1::2]
    size = difference.abs()
    fine_change = (detail[0::2] - detail[1::2]).abs_()
    frozen = (size < 1.5 / 255).to(rgb.dtype)
    changes = cell_means(torch.cat([size, difference, difference.square(), frozen, fine_change], dim=1))
    size, step, energy, frozen, fine_change = changes.chunk(5, dim=1)
    wobble = (energy - step.square()).clamp_min(0).sqrt()
    moving = [_log(size), step.abs(), _log(wobble), frozen, _log(fine_change)]
    return torch.cat([(both[0::2] + both[1::2]) / 2, *moving], dim=1)


def histograms(rgb: Tensor) -> Tensor:
    """[t, HISTOGRAM_FEATURES]: how full the brightness histogram is, its entropy, the pair's brightness step."""
    luma = luma_of(rgb)[:, 0].flatten(1)
    bins = (luma.clamp(0, 1) * 127).round().long()
    counts = bins.new_zeros(len(bins), 128).scatter_add_(1, bins, torch.ones_like(bins))
    share = counts / luma.shape[1]
    entropy = -(share * (share + 1e-9).log()).sum(1)
    filled = (share > 2e-4).to(rgb.dtype).mean(1)
    level = luma.mean(1)
    step = (level[0::2] - level[1::2]).abs()
    return torch.stack([(filled[0::2] + filled[1::2]) / 2, (entropy[0::2] + entropy[1::2]) / 2, _log(step)], dim=1)


def native_statistics(rgb: Tensor) -> Tensor:
    """Of frames at native size, [2*t, 3, H, W] to [t, NATIVE_FEATURES, H/28, W/28].

    The correlation of neighbouring pixels' detail, across, down and diagonal, parts noise (none) from blur and
    enlargement (much) and from sharpening (negative, two pixels apart); equal neighbours tell enlarged pixels.
    """
    luma = luma_of(rgb)
    detail = luma - _smoothed(luma)
    across = functional.pad(detail[..., :-1] * detail[..., 1:], (0, 1))
    down = functional.pad(detail[..., :-1, :] * detail[..., 1:, :], (0, 0, 0, 1))
    diagonal = functional.pad(detail[..., :-1, :-1] * detail[..., 1:, 1:], (0, 1, 0, 1))
    further = functional.pad(detail[..., :-2] * detail[..., 2:], (0, 2))
    equal = functional.pad(((luma[..., 1:] - luma[..., :-1]).abs_() < 0.5 / 255).to(rgb.dtype), (0, 1))
    color = rgb[:, 2:] - luma
    color_detail = (color - _smoothed(color)).abs_()
    maps = [detail.square(), across, down, diagonal, further, equal, color_detail, detail.abs()]
    energy, across, down, diagonal, further, equal, color, fine = cell_means(torch.cat(maps, dim=1)).chunk(8, 1)
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


def block_statistics(rgb: Tensor, layout: Layout) -> Tensor:
    """Tiles, [2*t, 3, H, W] to [t, BLOCK_FEATURES]: how much stronger edges are where blocks of codecs meet."""
    luma = luma_of(rgb)[:, 0]
    widths = [columns * CELL for row, _, columns in layout.tiles() if row == 0]
    heights = [TILE * CELL] * (TILE_ROWS // TILE)
    result = []
    for steps, lengths in (
        ((luma.diff(dim=2)).abs_().mean(1), widths),
        ((luma.diff(dim=1)).abs_().mean(2), heights),
    ):
        borders, others = (torch.tensor(places, device=rgb.device) for places in block_steps(lengths))
        result.append(_log(steps[:, borders].mean(1)) - _log(steps[:, others].mean(1)))
    both = torch.stack(result, dim=1)
    return (both[0::2] + both[1::2]) / 2


def block_steps(lengths: Sequence[int]) -> tuple[list[int], list[int]]:
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
    local = _log(size.topk(size.shape[2] // 20, dim=2).values.mean(2)) - _log(size.median(2).values)
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
