"""A starter that has learned nothing yet, but for the published trunk."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import torch

from starter.fit.tokenizer import IMAGE_PAD, PAD, build_tokenizer
from starter.fit.training import Prompts
from starter.fit.trunk_weights import load_trunk
from xl_vqa.vlm import tokens
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration, small_config
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.model_spec import ModelSpec

SPECIAL_IDS: Final = {
    "image_token_id": IMAGE_PAD,
    "video_token_id": tokens.VIDEO_PAD,
    "vision_start_token_id": tokens.VISION_START,
    "vision_end_token_id": tokens.VISION_END,
    "eos_token_id": tokens.TURN_END,
    "pad_token_id": PAD,
}


def new_model(spec: ModelSpec, trunk: Path, seed: int) -> tuple[StarterForConditionalGeneration, Prompts, Any]:
    """An untrained starter with the published trunk, its prompts, and its tokenizer."""
    tokenizer = build_tokenizer(spec.prompt)
    special: dict[str, Any] = {name: tokenizer.convert_tokens_to_ids(token) for name, token in SPECIAL_IDS.items()}
    torch.manual_seed(seed)
    config = small_config(len(tokenizer), **special)
    config.image_mean, config.image_std = list(spec.normalization.mean), list(spec.normalization.std)
    model = StarterForConditionalGeneration(config)
    load_trunk(model.model.visual.trunk, trunk)
    return model, Prompts(PromptTokenizer(tokenizer, model=spec.name), spec), tokenizer
