"""What a training will need of memory, said before the first step instead of after an hour.

An estimate from the model's own config, not a measurement: weights, gradients and optimizer state are exact,
activations follow the published count for a transformer layer (Korthikanti et al., 2022: about 34 bytes per
token and hidden unit in 16 bits without attention scores, which sdpa does not keep).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import torch

from xl_vqa.training.recipe import Recipe
from xl_vqa.training.recipe_check import Plan
from xl_vqa.training.trainable import make_trainable, weights_dtype
from xl_vqa.vlm.backbone import load_shapes
from xl_vqa.vlm.canvas import SAMPLE_CELLS, TILE_ROWS
from xl_vqa.vlm.device import choose_device, free_bytes
from xl_vqa.vlm.few_bits import weights_in_few_bits
from xl_vqa.vlm.memory import DTYPE_BYTES, FEW_BITS, available_bytes
from xl_vqa.vlm.patches import FACTOR, PATCH_VALUES
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.words.errors import SettingsError
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.reasons import Detail, Reason

_ADAM_BYTES: Final = 4 + 4 + 4
"""float32 gradient and two moments per trained weight."""
_ACTIVATION_BYTES: Final = 34
_SAFETY: Final = 1.15


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes."""

    weights: int
    trained: int
    activations: int
    """Of the language model and of the vision tower."""
    logits: int

    @property
    def total(self) -> int:
        return int((self.weights + self.trained + self.activations + self.logits) * _SAFETY)

    def parts(self) -> Reason:
        """Each part and all together, in GiB."""
        sizes = {
            "weights": self.weights,
            "trained": self.trained,
            "activations": self.activations,
            "answers": self.logits,
            "total": self.total,
        }
        return Reason("memory_parts", **{name: f"{size / 2**30:.2f}" for name, size in sizes.items()})


def estimate(
    config: Any,
    *,
    parameters: int,
    trained: int,
    bytes_per_weight: int,
    tokens: int,
    batch: int,
    tail: int,
    checkpointing: bool,
    in_four_bit: int = 0,
    vision: str = "frozen",
) -> MemoryEstimate:
    """For one step. ``config``: the model's, with text and vision config inside; ``tokens``: prompt tokens of the
    longest video; ``tail``: positions whose logits are kept; ``in_four_bit``: how many of ``parameters`` are."""
    text = config.get_text_config()
    width, layers = text.hidden_size, text.num_hidden_layers
    scale = bytes_per_weight / 2
    layer = int(tokens * batch * width * _ACTIVATION_BYTES * scale)
    kept = int(tokens * batch * width * bytes_per_weight * layers) + layer if checkpointing else layer * layers
    tower = _tower(config.vision_config, tokens * batch, bytes_per_weight, vision == "tuned", checkpointing)
    # what a frozen tower has let go of stays with the allocator, in pieces that may not fit again: both count
    activations = kept + tower
    logits = 3 * tail * batch * text.vocab_size * 4
    weights = (parameters - in_four_bit) * bytes_per_weight + math.ceil(in_four_bit * FEW_BITS["nf4"])
    return MemoryEstimate(weights, trained * (_ADAM_BYTES + 4), activations, logits)


def _tower(config: Any, tokens: int, bytes_per_weight: int, tuned: bool, checkpointing: bool) -> int:
    """Bytes of a vision transformer on four patches a token: the patches, and one layer or what all keep."""
    patches = 4 * tokens
    layer = int(patches * config.hidden_size * _ACTIVATION_BYTES * bytes_per_weight / 2)
    between = patches * config.hidden_size * bytes_per_weight * config.depth
    kept = layer if not tuned else between + layer if checkpointing else layer * config.depth
    # taken as float32 first
    return patches * PATCH_VALUES * (4 + bytes_per_weight) + kept


def four_bit_weights(recipe: Recipe, model: Any) -> int:
    """How many weights of a model, or of its shapes, the recipe holds in 4 bit."""
    return weights_in_few_bits(model) if recipe.quantization == "nf4" else 0


def most_tokens(spec: ModelSpec) -> int:
    """Tokens of the largest video within both budgets of pixels; rounding to whole tokens may take some.

    On the starter's canvas, of pictures no wider than 21:9: a wider one has more tiles.
    """
    frames, pixels = spec.sampling.frames, spec.pixels
    cells = max(min(pixels.max_pixels, pixels.total_pixels // frames), pixels.min_pixels) // FACTOR**2
    if pixels.canvas:
        width = math.isqrt(cells * 21 // 9) + 1
        cells += TILE_ROWS * width + SAMPLE_CELLS + width  # the last row of samples may be nearly empty
    # frames are even, and two make one layer of tokens
    return frames // 2 * cells


@dataclass(frozen=True, slots=True)
class PlannedMemory:
    """What a recipe will need at most, without having loaded a weight or seen a video."""

    need: MemoryEstimate
    tokens: int
    """Of the prompt with the largest video that the recipe's frames and pixels allow."""
    dtype: str
    device: str
    free: int | None
    """Bytes; None where the device is not on this machine or does not say."""

    @property
    def fits(self) -> bool:
        return self.free is None or self.need.total <= self.free


def estimate_plan(plan: Plan) -> PlannedMemory:
    """For a checked recipe, from the model's config alone; seconds, however large the model is.

    An upper bound: smaller or shorter videos need less. Raises ModelIncompatibleError, TrainingError.
    """
    recipe, spec = plan.recipe, plan.spec
    try:
        device = choose_device(recipe.device)
        free = available_bytes() if device.type == "cpu" else free_bytes(device)
        dtype = weights_dtype(recipe, device, plan.base)
    except SettingsError:
        # a recipe may be checked on another machine than it will run on
        device, free = torch.device(recipe.device), None
        dtype = recipe.dtype if recipe.dtype != "auto" else "bfloat16"
    model, tokenizer = load_shapes(plan.base)
    parameters = sum(weight.numel() for weight in model.parameters())
    config = model.config
    prompt = build_prompt(tokenizer, spec.prompt)
    tokens = len(prompt.before) + len(prompt.after) + most_tokens(spec)
    # the end of the turn, and the position that foretells the first token
    tail = max(len(tokenizer.plain(text)) for text in plan.scheme.texts) + 2
    in_four_bit = four_bit_weights(recipe, model)
    need = estimate(
        config,
        parameters=parameters,
        in_four_bit=in_four_bit,
        vision=recipe.vision,
        trained=make_trainable(model, recipe).count,
        bytes_per_weight=DTYPE_BYTES[dtype],
        tokens=tokens + tail,
        batch=recipe.batch_size,
        tail=tail,
        checkpointing=recipe.checkpointing,
    )
    return PlannedMemory(need, tokens, dtype, str(device), free)


def less_memory(plan: Plan) -> Detail:
    """Lines for a recipe that needs too much, the mildest first; they read alike in every language."""
    recipe, spec = plan.recipe, plan.spec
    tips = ["checkpointing: true"] if not recipe.checkpointing else []
    if recipe.batch_size > 1:
        half = (recipe.batch_size + 1) // 2
        tips.append(f"batch_size: {half} + accumulate: {recipe.accumulate * 2}")
    if spec.sampling.frames > 2:
        tips.append(f"frames: {max(spec.sampling.frames // 4 * 2, 2)}")
    if spec.pixels.max_pixels > 2 * spec.pixels.min_pixels:
        tips.append(f"max_pixels: {spec.pixels.max_pixels // 2}")
    if recipe.method == "lora" and recipe.quantization == "none":
        tips.append("quantization: nf4")
    return Detail(", ".join(tips) or "dtype: bfloat16")
