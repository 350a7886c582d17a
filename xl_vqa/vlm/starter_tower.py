"""The starter model: Qwen2.5-VL's own language model and data flow around a small visual tower.

The tower takes the same patches and grid as Qwen2.5-VL's vision transformer and gives one token per merged
cell (28x28 pixels of a frame pair), so prompts, positions, target mask and digit tree are those of the big
model. Inside it turns the patches back into frames and runs

    frozen trunk      EfficientNet-Lite0, stem and blocks 0..10 (batch norms folded into the convolutions)
    pooling           per cell: mean, spread and frame-pair difference of three depths of the trunk
    pixel statistics  per cell: brightness, contrast, gradients, flat and clipped areas, pair difference
    context           the same, averaged over the frame pair and over the whole clip, added to every cell

and projects the sum to the width of the language model. Sizes are in ``StarterConfig``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModelForImageTextToText
from transformers.modeling_outputs import BaseModelOutputWithPooling
from transformers.models.qwen2_5_vl.configuration_qwen2_5_vl import Qwen2_5_VLConfig
from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLModel

MODEL_TYPE: Final = "xl_vqa_starter"
PATCH: Final = 14
MERGE: Final = 2
CELL: Final = PATCH * MERGE

# expansion, kernel, stride, channels out, of EfficientNet-Lite0's blocks 0..10
BLOCKS: Final = (
    (1, 3, 1, 16),
    (6, 3, 2, 24),
    (6, 3, 1, 24),
    (6, 5, 2, 40),
    (6, 5, 1, 40),
    (6, 3, 2, 80),
    (6, 3, 1, 80),
    (6, 3, 1, 80),
    (6, 5, 1, 112),
    (6, 5, 1, 112),
    (6, 5, 1, 112),
)
STEM_CHANNELS: Final = 32
TAPS: Final = (2, 4, 10)
"""Blocks whose output is pooled: at a quarter, an eighth and a sixteenth of the picture's sides."""

TRUNK_FEATURES: Final = 3 * sum(BLOCKS[tap][3] for tap in TAPS)
PIXEL_FEATURES: Final = 18
CELL_FEATURES: Final = TRUNK_FEATURES + PIXEL_FEATURES
HISTOGRAM_FEATURES: Final = 3
PAIR_FEATURES: Final = CELL_FEATURES + PIXEL_FEATURES + HISTOGRAM_FEATURES
CLIP_FEATURES: Final = PAIR_FEATURES + 3 * (2 * PIXEL_FEATURES + HISTOGRAM_FEATURES)


FEATURES_VERSION: Final = 1
"""Goes up whenever ``StarterTower.features`` would come out differently."""


class StarterConfig(Qwen2_5_VLConfig):  # type: ignore[no-untyped-call]
    """Qwen2.5-VL's configuration; of ``vision_config`` only the patch geometry and ``out_hidden_size`` count.

    ``image_mean`` and ``image_std`` undo the normalisation of the patches, so they must be those of
    xl_vqa.json.
    """

    model_type = MODEL_TYPE

    image_mean: list[float] | tuple[float, ...] = (0.48145466, 0.4578275, 0.40821073)
    image_std: list[float] | tuple[float, ...] = (0.26862954, 0.26130258, 0.27577711)


def small_config(vocabulary: int, *, width: int = 128, layers: int = 3, **tokens: Any) -> StarterConfig:
    """The shape of the starter that ships; ``tokens`` are ids such as ``video_token_id``."""
    text = {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "intermediate_size": 3 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 8192,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [4, 6, 6]},
        "bos_token_id": None,
        "eos_token_id": tokens.pop("eos_token_id", None),
        "pad_token_id": tokens.pop("pad_token_id", None),
    }
    # the transformer that the tower replaces has no layers; a pair's time does not count (0 tokens per second),
    # so a clip of two seconds and one of two hours meet the same positions
    vision: dict[str, Any] = {"depth": 0, "hidden_size": 16, "num_heads": 1, "intermediate_size": 16}
    vision.update(fullatt_block_indexes=[], out_hidden_size=width, tokens_per_second=0)
    return StarterConfig(text_config=text, vision_config=vision, tie_word_embeddings=True, **tokens)


@dataclass(frozen=True, slots=True)
class ClipFeatures:
    """What the frozen part sees of one video of grid (t, h, w).

    ``cells``: [t * h/2 * w/2, CELL_FEATURES] in token order; ``pairs``: [t, PAIR_FEATURES];
    ``clip``: [CLIP_FEATURES].
    """

    cells: Tensor
    pairs: Tensor
    clip: Tensor


def frames_of(patches: Tensor, grid: tuple[int, int, int]) -> Tensor:
    """Patches [t*h*w, 3*2*14*14] back to frames [2*t, 3, 14*h, 14*w]."""
    t, h, w = grid
    cells = patches.view(t, h // MERGE, w // MERGE, MERGE, MERGE, 3, 2, PATCH, PATCH)
    return cells.permute(0, 6, 5, 1, 3, 7, 2, 4, 8).reshape(2 * t, 3, h * PATCH, w * PATCH)


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's 'SAME': the odd pixel goes behind."""
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's padding and a bias that holds the folded batch norm."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        top, bottom = _same_padding(x.shape[-2], kernel, stride)
        left, right = _same_padding(x.shape[-1], kernel, stride)
        if top == bottom and left == right:
            return functional.conv2d(x, self.weight, self.bias, self.stride, (top, left), groups=self.groups)
        x = functional.pad(x, (left, right, top, bottom))
        return functional.conv2d(x, self.weight, self.bias, self.stride, groups=self.groups)


class InvertedBottleneck(nn.Module):
    """One block: widen, filter per channel, narrow; a skip where the shapes allow."""

    def __init__(self, inside: int, expansion: int, kernel: int, stride: int, outside: int) -> None:
        super().__init__()
        wide = inside * expansion
        self.expand = SameConv(inside, wide, 1) if expansion > 1 else None
        self.depthwise = SameConv(wide, wide, kernel, stride, groups=wide)
        self.project = SameConv(wide, outside, 1)
        self.skip = stride == 1 and inside == outside

    def forward(self, x: Tensor) -> Tensor:
        # in place: at the first blocks these maps are the largest memory traffic of the whole model
        y: Tensor = x if self.expand is None else functional.relu6(self.expand(x), inplace=True)
        y = self.project(functional.relu6(self.depthwise(y), inplace=True))
        return x + y if self.skip else y


class Trunk(nn.Module):
    """EfficientNet-Lite0 up to block 10. ``forward``: RGB in 0..1 [n, 3, H, W] to the maps of ``TAPS``."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, STEM_CHANNELS, 3, 2)
        channels = STEM_CHANNELS
        blocks = []
        for expansion, kernel, stride, outside in BLOCKS:
            blocks.append(InvertedBottleneck(channels, expansion, kernel, stride, outside))
            channels = outside
        self.blocks = nn.ModuleList(blocks)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        # channels last is 2.5 times faster on a CPU; the scale is EfficientNet-Lite's own
        x = ((rgb * 255 - 127) / 128).contiguous(memory_format=torch.channels_last)
        x = functional.relu6(self.stem(x), inplace=True)
        taps = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in TAPS:
                taps.append(x)
        return taps


class StarterTower(nn.Module):
    """``model.visual``: called as Qwen2.5-VL calls its vision transformer."""

    image_mean: Tensor
    image_std: Tensor
    cells_mean: Tensor
    cells_scale: Tensor
    pairs_mean: Tensor
    pairs_scale: Tensor
    clip_mean: Tensor
    clip_scale: Tensor

    def __init__(self, config: StarterConfig) -> None:
        super().__init__()
        vision: Any = config.vision_config
        width = int(vision.out_hidden_size)
        self.spatial_merge_size = MERGE
        self.trunk = Trunk()
        self.register_buffer("image_mean", torch.tensor(config.image_mean).view(1, 3, 1, 1))
        self.register_buffer("image_std", torch.tensor(config.image_std).view(1, 3, 1, 1))
        for name, size in (("cells", CELL_FEATURES), ("pairs", PAIR_FEATURES), ("clip", CLIP_FEATURES)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))
        self.from_cells = nn.Linear(CELL_FEATURES, width)
        self.from_pairs = nn.Linear(PAIR_FEATURES, width, bias=False)
        self.from_clip = nn.Linear(CLIP_FEATURES, width, bias=False)
        self.mix = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.trunk.requires_grad_(False)

    @property
    def dtype(self) -> torch.dtype:
        return self.from_cells.weight.dtype

    def forward(self, hidden_states: Tensor, grid_thw: Tensor, **_: Any) -> BaseModelOutputWithPooling:
        """Patches of all videos [sum t*h*w, 1176] and grids [n, 3]; ``pooler_output``: one row per merged cell."""
        tokens, start = [], 0
        # video by video: what one gives must not depend on its neighbours in the batch
        for t, h, w in grid_thw.tolist():
            patches = hidden_states[start : start + t * h * w]
            start += t * h * w
            tokens.append(self.project(self.features(patches, (t, h, w))))
        merged = torch.cat(tokens)
        return BaseModelOutputWithPooling(last_hidden_state=merged, pooler_output=merged)

    def features(self, patches: Tensor, grid: tuple[int, int, int]) -> ClipFeatures:
        """Everything that needs no training, for one video."""
        rgb = (frames_of(patches, grid) * self.image_std + self.image_mean).clamp(0, 1)
        size = (grid[1] // MERGE, grid[2] // MERGE)
        with torch.no_grad():
            # pair by pair: the wide maps of one pair stay in the cache
            deep = [self._deep(rgb[first : first + 2], size) for first in range(0, len(rgb), 2)]
        pixels = _pixel_statistics(rgb)
        cells = torch.cat([torch.cat(deep), pixels], dim=1)
        pairs = torch.cat([cells.mean((2, 3)), pixels.std((2, 3), correction=0), _histograms(rgb)], dim=1)
        # how the statistics wander over the clip is what tells a freeze or a flicker from a scene
        wander = pairs[:, TRUNK_FEATURES:]
        spread = wander.std(0, correction=0)
        clip = torch.cat([pairs.mean(0), spread, wander.amin(0), wander.amax(0)])
        return ClipFeatures(cells.permute(0, 2, 3, 1).flatten(0, 2), pairs, clip)

    def _deep(self, pair: Tensor, size: tuple[int, int]) -> Tensor:
        return torch.cat([part for tap in self.trunk(pair) for part in _pooled(tap, size)], dim=1)

    def project(self, features: ClipFeatures) -> Tensor:
        """Tokens [cells, width] for the language model."""
        return self.project_batch(features.cells[None], features.pairs[None], features.clip[None])[0]

    def project_batch(self, cells: Tensor, pairs: Tensor, clip: Tensor, pair_of: Tensor | None = None) -> Tensor:
        """Several videos of one grid: [n, c, ...], [n, t, ...], [n, ...] to tokens [n, c, width].

        ``pair_of``: int64 [c], the frame pair of each cell; None where all cells of all pairs are there.
        """
        if pair_of is None:
            times = pairs.shape[1]
            pair_of = torch.arange(times, device=cells.device).repeat_interleave(cells.shape[1] // times)
        local = self.from_cells(_standardised(cells, self.cells_mean, self.cells_scale))
        pair = self.from_pairs(_standardised(pairs, self.pairs_mean, self.pairs_scale))
        whole = self.from_clip(_standardised(clip, self.clip_mean, self.clip_scale))
        mixed = local + pair[:, pair_of] + whole[:, None]
        result: Tensor = self.norm(self.mix(functional.gelu(mixed)))
        return result


class StarterBackbone(Qwen2_5_VLModel):  # type: ignore[no-untyped-call]
    """Qwen2.5-VL's model with the tower in the place of its vision transformer."""

    config: StarterConfig

    def __init__(self, config: StarterConfig) -> None:
        super().__init__(config)
        self.visual = StarterTower(config)


class StarterForConditionalGeneration(Qwen2_5_VLForConditionalGeneration):  # type: ignore[no-untyped-call]
    """The model that ``AutoModelForImageTextToText`` gives for a folder of type ``xl_vqa_starter``."""

    config: StarterConfig
    config_class = StarterConfig

    def __init__(self, config: StarterConfig) -> None:
        super().__init__(config)
        self.model = StarterBackbone(config)
        self.post_init()  # type: ignore[no-untyped-call]


def _standardised(values: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    # a picture unlike any in training must not drive the language model out of its range
    return ((values - mean) * scale).clamp(-6, 6)


def _pooled(maps: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Maps [2*t, c, ...] to mean, spread and frame-pair difference per cell, each [t, c, *size]."""
    mean = functional.adaptive_avg_pool2d(maps, size)
    square = functional.adaptive_avg_pool2d(maps.square(), size)
    spread = (square - mean.square()).clamp_min(0).add(1e-6).sqrt()
    change = functional.adaptive_avg_pool2d((maps[0::2] - maps[1::2]).abs(), size)
    return (mean[0::2] + mean[1::2]) / 2, (spread[0::2] + spread[1::2]) / 2, change


def _log(values: Tensor) -> Tensor:
    return (values + 1e-3).log()


def _luma(rgb: Tensor) -> Tensor:
    """[n, 3, H, W] to [n, 1, H, W], ITU-R BT.601 weights."""
    return 0.299 * rgb[:, :1] + 0.587 * rgb[:, 1:2] + 0.114 * rgb[:, 2:]


def _cell_means(maps: Tensor, cell: int = CELL) -> Tensor:
    """[n, c, H, W] to [n, c, H/28, W/28]; much faster than average pooling with a large window."""
    n, c, height, width = maps.shape
    rows = maps.view(n, c, height // cell, cell, width).sum(3)
    return rows.view(n, c, height // cell, width // cell, cell).sum(4) / (cell * cell)


def _smoothed(maps: Tensor) -> Tensor:
    """Mean over 3x3 pixels of [n, 1, H, W], the border repeated."""
    padded = functional.pad(maps, (1, 1, 1, 1), mode="replicate")
    rows = padded[..., :-2, :] + padded[..., 1:-1, :] + padded[..., 2:, :]
    return (rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 9


def _pixel_statistics(rgb: Tensor) -> Tensor:
    """RGB in 0..1 [2*t, 3, H, W] to [t, PIXEL_FEATURES, H/28, W/28]."""
    luma = _luma(rgb)
    blue, red = rgb[:, 2:] - luma, rgb[:, :1] - luma
    dx = functional.pad((luma[..., 1:] - luma[..., :-1]).abs_(), (0, 1))
    dy = functional.pad((luma[..., 1:, :] - luma[..., :-1, :]).abs_(), (0, 0, 0, 1))
    detail = luma - _smoothed(luma)
    coarse = functional.avg_pool2d(luma, 2)
    coarse_detail = _cell_means((coarse - _smoothed(coarse)).abs_(), CELL // 2)
    flat = ((dx < 1.5 / 255) & (dy < 1.5 / 255)).to(rgb.dtype)
    dark, bright = (luma < 0.03).to(rgb.dtype), (luma > 0.97).to(rgb.dtype)
    maps = [luma, luma.square(), dx, dy, detail.abs(), detail.square(), flat, dark, bright, blue, red]
    means = _cell_means(torch.cat([*maps, blue.abs() + red.abs()], dim=1))
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
    changes = _cell_means(torch.cat([size, difference, difference.square(), frozen, fine_change], dim=1))
    size, step, energy, frozen, fine_change = changes.chunk(5, dim=1)
    wobble = (energy - step.square()).clamp_min(0).sqrt()
    moving = [_log(size), step.abs(), _log(wobble), frozen, _log(fine_change)]
    return torch.cat([(both[0::2] + both[1::2]) / 2, *moving], dim=1)


def _histograms(rgb: Tensor) -> Tensor:
    """[t, 3]: how full the brightness histogram is, its entropy, and the brightness step within the pair."""
    luma = _luma(rgb)[:, 0].flatten(1)
    bins = (luma.clamp(0, 1) * 127).round().long()
    counts = torch.stack([torch.bincount(frame, minlength=128) for frame in bins]).to(torch.float32)
    share = (counts / luma.shape[1]).to(rgb.dtype)
    entropy = -(share * (share + 1e-9).log()).sum(1)
    filled = (share > 2e-4).to(rgb.dtype).mean(1)
    level = luma.mean(1)
    step = (level[0::2] - level[1::2]).abs()
    return torch.stack([(filled[0::2] + filled[1::2]) / 2, (entropy[0::2] + entropy[1::2]) / 2, _log(step)], dim=1)


def register() -> None:
    """Makes the Auto classes of transformers know the starter; calling it again is harmless."""
    AutoConfig.register(MODEL_TYPE, StarterConfig, exist_ok=True)
    AutoModelForImageTextToText.register(StarterConfig, StarterForConditionalGeneration, exist_ok=True)


register()
