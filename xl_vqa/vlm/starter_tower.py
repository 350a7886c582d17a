"""The starter model: Qwen2.5-VL's own language model and data flow around a small visual tower.

The tower takes the same patches and grid as Qwen2.5-VL's vision transformer and gives one token per merged
cell (28x28 pixels of a frame pair), so prompts, positions, target mask and digit tree are those of the big
model. Inside it turns the patches back into frames, parts their canvas (canvas.py) and runs

    frozen trunk      EfficientNet-Lite0, stem and blocks 0..10, on whole view and tiles (starter_trunk.py)
    pooling           per cell: mean, spread and frame-pair difference of three depths of the trunk
    statistics        per cell, per pair and per window of point samples (starter_statistics.py)
    context           the same, averaged over the frame pair and over the whole clip, added to every cell
    first opinion     what small networks say of the pooled features, told to every cell (starter_opinion.py)

and projects the sum to the width of the language model. No transformers here: starter_model.py puts the tower into
its Qwen2.5-VL, for training; starter_network.py serves it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from xl_vqa.vlm.canvas import SAMPLE_CELLS, TILE_ROWS, Layout
from xl_vqa.vlm.dense import Dense
from xl_vqa.vlm.patches import rows_of_patches
from xl_vqa.vlm.side_by_side import side_by_side
from xl_vqa.vlm.starter_opinion import FOLDS, FirstOpinion, say
from xl_vqa.vlm.starter_statistics import (
    BLOCK_FEATURES,
    HISTOGRAM_FEATURES,
    NATIVE_FEATURES,
    PIXEL_FEATURES,
    SAMPLE_FEATURES,
    STRUCTURE_FEATURES,
    WINDOW_FEATURES,
    Picture,
    block_statistics,
    histograms,
    native_statistics,
    pixel_statistics,
    pooled_by_structure,
    quantiles,
    window_statistics,
)
from xl_vqa.vlm.starter_trunk import TRUNK_FEATURES, Trunk, pooled_features

PATCH: Final = 14
MERGE: Final = 2
CELL: Final = PATCH * MERGE

CELL_FEATURES: Final = TRUNK_FEATURES + PIXEL_FEATURES
TILE_FEATURES: Final = CELL_FEATURES + NATIVE_FEATURES
MARKS: Final = 2
_OF_TILES: Final = PIXEL_FEATURES + NATIVE_FEATURES
MEASURED: Final = (
    2 * PIXEL_FEATURES + HISTOGRAM_FEATURES + 4 * _OF_TILES + BLOCK_FEATURES + WINDOW_FEATURES + MARKS
)
"""What a pair has besides the trunk's features, and whose wandering over the clip tells something."""
POOLED: Final = 3 * (_OF_TILES + PIXEL_FEATURES) + 2 * STRUCTURE_FEATURES
"""What a pair has of tiles and whole view, pooled by their structure."""
PAIR_FEATURES: Final = 2 * TRUNK_FEATURES + MEASURED + POOLED
CLIP_FEATURES: Final = PAIR_FEATURES + 3 * MEASURED + POOLED
FEATURES: Final = {
    "whole": CELL_FEATURES,
    "tiles": TILE_FEATURES,
    "samples": SAMPLE_FEATURES,
    "pairs": PAIR_FEATURES,
    "clip": CLIP_FEATURES,
}
"""The fields of ClipFeatures and their last dimension."""
SUMMARY_FEATURES: Final = CELL_FEATURES + TILE_FEATURES + PAIR_FEATURES + CLIP_FEATURES
"""What ``summary_of`` gives."""


FEATURES_VERSION: Final = 3
"""Goes up whenever ``StarterTower.features`` would come out differently."""


@dataclass(frozen=True, slots=True)
class ClipFeatures:
    """What the frozen part sees of one video of grid (t, h, w).

    ``whole``: [t * cells of the whole view, CELL_FEATURES], ``tiles``: [t * cells of the tiles, TILE_FEATURES] and
    ``samples``: [t * cells of the point samples, SAMPLE_FEATURES], each in token order; ``pairs``: [t,
    PAIR_FEATURES]; ``clip``: [CLIP_FEATURES].
    """

    whole: Tensor
    tiles: Tensor
    samples: Tensor
    pairs: Tensor
    clip: Tensor


def summary_of(features: ClipFeatures) -> Tensor:
    """The pooled features of one video, [SUMMARY_FEATURES]: how cells and pairs differ, and the clip's own."""
    spreads = [part.std(0, correction=0) for part in (features.whole, features.tiles, features.pairs)]
    return torch.cat([*spreads, features.clip])


def frames_of(patches: Tensor, grid: tuple[int, int, int]) -> Tensor:
    """Patches [t*h*w, 3*2*14*14] back to frames [2*t, 3, 14*h, 14*w]."""
    t, h, w = grid
    if patches.dtype == torch.uint8 and patches.device.type == "cpu":
        rows = rows_of_patches(patches.contiguous()).reshape(t, h // MERGE, w // MERGE, MERGE, MERGE, 3, 2, PATCH)
        ordered = np.ascontiguousarray(rows.transpose(0, 6, 5, 1, 3, 7, 2, 4)).view(np.uint8)
        return torch.from_numpy(ordered.reshape(2 * t, 3, h * PATCH, w * PATCH))
    cells = patches.view(t, h // MERGE, w // MERGE, MERGE, MERGE, 3, 2, PATCH, PATCH)
    return cells.permute(0, 6, 5, 1, 3, 7, 2, 4, 8).reshape(2 * t, 3, h * PATCH, w * PATCH)


@dataclass(frozen=True, slots=True)
class Placement:
    """Which cells are shown, and where they come among the tokens.

    ``whole``, ``tiles`` and ``samples`` are int64 rows of ClipFeatures' fields of the same name; ``shown`` the
    tokens of the grid that they and the marks are, rising; ``order`` [shown] the place of each in whole, tiles,
    samples and marks put behind one another; ``pair_of`` [shown] its frame pair.
    """

    whole: Tensor
    tiles: Tensor
    samples: Tensor
    shown: Tensor
    order: Tensor
    pair_of: Tensor

    @classmethod
    def of(
        cls,
        grid: tuple[int, int, int],
        choose: Callable[[int, str], Tensor] | None = None,
        *,
        device: torch.device | str = "cpu",
    ) -> Placement:
        """``choose(count, kind)`` gives the rows to show of a kind, rising; None shows all. Marks always are."""
        layout = Layout.of_grid(grid[1], grid[2])
        kinds = _tokens_by_kind(grid[0], layout, device)
        rows = {}
        for kind in ("whole", "tiles", "samples"):
            count = len(kinds[kind])
            rows[kind] = torch.arange(count, device=device) if choose is None else choose(count, kind)
        parts = [kinds[kind][chosen] for kind, chosen in rows.items()]
        shown, order = torch.cat([*parts, kinds["marks"]]).sort()
        return cls(rows["whole"], rows["tiles"], rows["samples"], shown, order, shown // layout.cells)


def _tokens_by_kind(times: int, layout: Layout, device: torch.device | str) -> dict[str, Tensor]:
    """The tokens of a grid by what their cell shows."""
    tokens = torch.arange(times * layout.cells, device=device).view(times, layout.cells)
    first = layout.whole_rows * layout.width
    second = first + TILE_ROWS * layout.width
    parts = {
        "whole": tokens[:, :first],
        "tiles": tokens[:, first:second],
        "samples": tokens[:, second:-1],
        "marks": tokens[:, -1:],
    }
    return {kind: part.flatten() for kind, part in parts.items()}


class StarterTower(nn.Module):
    """``model.visual``: called as Qwen2.5-VL calls its vision transformer."""

    image_mean: Tensor
    image_std: Tensor

    def __init__(self, config: Any) -> None:
        """``config``: a starter_model.StarterConfig, of which this takes the width and the normalisation."""
        super().__init__()
        vision: Any = config.vision_config
        width = int(vision.out_hidden_size)
        self.spatial_merge_size = MERGE
        self.trunk = Trunk()
        self.register_buffer("image_mean", torch.tensor(config.image_mean).view(1, 3, 1, 1))
        self.register_buffer("image_std", torch.tensor(config.image_std).view(1, 3, 1, 1))
        for name, size in FEATURES.items():
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))
        self.from_whole = Dense(CELL_FEATURES, width)
        self.from_tiles = Dense(TILE_FEATURES, width)
        self.from_samples = Dense(SAMPLE_FEATURES, width)
        self.mark = nn.Parameter(torch.zeros(width))
        self.mix = Dense(width, width)
        self.norm = nn.LayerNorm(width)
        # either: a model that sees what pairs and clip say as a whole beside the opinion, which stands on that,
        # knows every picture of its lesson by it; starters of before have no opinion
        opinion = bool(getattr(config, "first_opinion", False))
        experts = int(getattr(config, "opinion_experts", FOLDS))
        self.opinion = FirstOpinion(SUMMARY_FEATURES, width, experts) if opinion else None
        self.from_pairs = None if opinion else Dense(PAIR_FEATURES, width, bias=False)
        self.from_clip = None if opinion else Dense(CLIP_FEATURES, width, bias=False)
        self.trunk.requires_grad_(False)

    @property
    def dtype(self) -> torch.dtype:
        """What patches are handed over in, whatever the weights are: 16 bits would lose grey levels."""
        return torch.float32

    def forward(self, hidden_states: Tensor, grid_thw: Tensor, **_: Any) -> Any:
        """As Qwen2.5-VL calls it; ``pooler_output``: one row per merged cell."""
        from transformers.modeling_outputs import BaseModelOutputWithPooling

        merged = self.tokens(hidden_states, grid_thw)
        return BaseModelOutputWithPooling(last_hidden_state=merged, pooler_output=merged)

    def tokens(self, patches: Tensor, grids: Tensor) -> Tensor:
        """Patches of all videos [sum t*h*w, 1176] and grids [n, 3] to one row per merged cell."""
        found, start = [], 0
        # video by video: what one gives must not depend on its neighbours in the batch
        for t, h, w in grids.tolist():
            own = patches[start : start + t * h * w]
            start += t * h * w
            found.append(self.project(self.features(own, (t, h, w)), (t, h, w)))
        return torch.cat(found)

    def features(self, patches: Tensor, grid: tuple[int, int, int]) -> ClipFeatures:
        """Everything that needs no training, for one video: float32, on the device of ``patches``.

        ``patches``: 8-bit values, or what a model takes, normalised.
        """
        kind = patches.device.type
        # a trainer's mixed precision must not make 16 bits of it half way
        mixed = torch.is_autocast_enabled(kind)
        with torch.autocast(kind, enabled=False) if mixed else contextlib.nullcontext():
            return self._features(patches, grid)

    def _features(self, patches: Tensor, grid: tuple[int, int, int]) -> ClipFeatures:
        layout = Layout.of_grid(grid[1], grid[2])
        cells = patches.view(grid[0], -1, patches.shape[1])
        # pair by pair on a CPU: what one pair makes stays in the cache
        shares = cells.chunk(grid[0]) if patches.device.type == "cpu" else [cells]
        parts = side_by_side(lambda pairs: self._seen(self._rgb(pairs, grid), layout), shares)
        seen = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        pixels, fine = seen["pixels"], seen["fine"]
        window, steps = window_statistics(seen["samples"])
        spread = quantiles(fine.flatten(2), (0.1, 0.9), dim=2)
        measured = [pixels.mean((2, 3)), pixels.std((2, 3), correction=0), seen["histograms"]]
        measured += [fine.mean((2, 3)), fine.std((2, 3), correction=0), *spread, seen["blocks"]]
        trunk = [seen["whole"].mean((2, 3)), seen["tiles"].mean((2, 3))]
        wander = torch.cat([*measured, window, seen["marks"]], dim=1)
        structure = torch.cat([pooled_by_structure(fine), pooled_by_structure(pixels)], dim=1)
        pairs = torch.cat([*trunk, wander, structure], dim=1)
        # how the statistics wander over the clip is what tells a freeze or a flicker from a scene; of the
        # structure the most counts, for it is enough that something is sharp somewhere
        wandering = wander.std(0, correction=0), wander.amin(0), wander.amax(0)
        clip = torch.cat([pairs.mean(0), *wandering, structure.amax(0)])
        count = layout.sample_rows * layout.width - 1
        steps = steps[:, torch.arange(count, device=steps.device) % SAMPLE_CELLS]
        deep = torch.cat([seen["whole"], pixels], dim=1), torch.cat([seen["tiles"], fine], dim=1)
        of_whole, of_tiles = (part.permute(0, 2, 3, 1).flatten(0, 2) for part in deep)
        return ClipFeatures(of_whole, of_tiles, steps.flatten(0, 1), pairs, clip)

    def _rgb(self, cells: Tensor, grid: tuple[int, int, int]) -> Tensor:
        """Patches of some pairs, [pairs, h*w, 1176], to frames in 0..1."""
        frames = frames_of(cells.flatten(0, 1), (len(cells), *grid[1:]))
        mean, std = self.image_mean.float(), self.image_std.float()
        if frames.dtype == torch.uint8:
            # there and back as by normalised patches: the last bit decides where a statistic counts pixels
            frames = frames.float().sub_(mean * 255).div_(std * 255)
        return frames.float().mul(std).add_(mean).clamp_(0, 1)

    def _seen(self, canvas: Tensor, layout: Layout) -> dict[str, Tensor]:
        """What pairs show, each for itself: canvas [2*p, 3, H, W] to tensors of p rows."""
        below = layout.whole_rows * CELL
        rest_begins = below + TILE_ROWS * CELL
        whole, tiles, rest = canvas[:, :, :below], canvas[:, :, below:rest_begins], canvas[:, :, rest_begins:]
        samples, marks = _sampled(rest, layout)
        with torch.no_grad():
            whole_deep, tiles_deep = self._deep(whole), self._deep(tiles)
        view, near = Picture(whole), Picture(tiles)
        return {
            "whole": whole_deep,
            "tiles": tiles_deep,
            "pixels": pixel_statistics(view),
            "fine": torch.cat([pixel_statistics(near), native_statistics(near)], dim=1),
            "histograms": histograms(view),
            "blocks": block_statistics(near, layout),
            "samples": samples,
            "marks": marks,
        }

    def _deep(self, rgb: Tensor) -> Tensor:
        size = (rgb.shape[2] // CELL, rgb.shape[3] // CELL)
        # pair by pair: the wide maps of one pair stay in the cache
        pairs = (rgb[first : first + 2] for first in range(0, len(rgb), 2))
        return torch.cat([pooled_features([tap.float() for tap in self._maps(pair)], size) for pair in pairs])

    def _maps(self, pair: Tensor) -> list[Tensor]:
        """The trunk's, of two frames; of a still picture or a frozen video computed once."""
        # a GPU would have to be waited for
        if pair.device.type == "cpu" and torch.equal(pair[0], pair[1]):
            return [tap.expand(2, -1, -1, -1) for tap in self.trunk(pair[:1])]
        return self.trunk(pair)  # type: ignore[no-any-return]

    def project(self, features: ClipFeatures, grid: tuple[int, int, int]) -> Tensor:
        """Tokens [cells, width] for the language model."""
        parts = (getattr(features, name)[None] for name in FEATURES)
        opinions = None
        if self.opinion is not None:
            seen = self.opinion.parts(summary_of(features)[None])
            opinions = self.opinion.opinions_on(seen)
            say(opinions, seen)
        placement = Placement.of(grid, device=features.clip.device)
        return self.project_batch(ClipFeatures(*parts), placement, opinions)[0]

    def project_batch(
        self, features: ClipFeatures, placement: Placement, opinions: Tensor | None = None
    ) -> Tensor:
        """Several videos of one grid, every field with one more dimension in front, to tokens [n, shown, width].

        Of cells, only those of ``placement`` are there. ``opinions`` [n, OPINIONS] of a tower that has a first
        opinion: they stand on all cells (``summary_of``).
        """
        ready = {name: self._standardised(name, getattr(features, name)) for name in FEATURES}
        marks = self.mark.expand(len(ready["clip"]), ready["pairs"].shape[1], -1)
        parts = [
            self.from_whole(ready["whole"]),
            self.from_tiles(ready["tiles"]),
            self.from_samples(ready["samples"]),
        ]
        local = torch.cat([*parts, marks], dim=1)[:, placement.order]
        mixed = local
        if self.from_pairs is not None and self.from_clip is not None:
            mixed = mixed + self.from_pairs(ready["pairs"])[:, placement.pair_of]
            mixed = mixed + self.from_clip(ready["clip"])[:, None]
        if self.opinion is not None and opinions is not None:
            mixed = mixed + self.opinion(opinions)[:, None]
        result: Tensor = self.norm(self.mix(functional.gelu(mixed)))
        return result

    def _standardised(self, name: str, values: Tensor) -> Tensor:
        # a picture unlike any in training must not drive the language model out of its range
        mean, scale = getattr(self, f"{name}_mean"), getattr(self, f"{name}_scale")
        standardised: Tensor = ((values - mean) * scale).clamp(-6, 6)
        return standardised.to(self.from_whole.weight.dtype)


def _sampled(rest: Tensor, layout: Layout) -> tuple[Tensor, Tensor]:
    """The rows of point samples, [2*t, 3, H, W], to samples [t, WINDOW, 3, 28, 28] and marks [t, MARKS]."""
    cells = rest.reshape(len(rest), 3, layout.sample_rows, CELL, layout.width, CELL)
    # [2*t, 3, rows, 28, columns, 28] to [2*t, cells, 3, 28, 28]
    cells = cells.permute(0, 2, 4, 1, 3, 5).flatten(1, 2)
    pairs = cells.reshape(-1, 2, *cells.shape[1:])
    samples = pairs[:, :, :SAMPLE_CELLS].transpose(1, 2).flatten(1, 2)
    return samples, pairs[:, 0, -1, :MARKS].mean((2, 3))
