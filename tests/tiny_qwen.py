"""A Qwen2.5-VL of stock classes with random weights, small enough to build in a test.

``save_tiny_qwen(folder)`` writes what a published checkpoint holds: config.json, model.safetensors and a
tokenizer of the same kind (byte-level, Qwen2 pre-tokenizer, one token per digit, control tokens). Weights are
drawn wide, so that answers are far from flat and depend on the picture; the scores mean nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2Tokenizer

from xl_vqa.words.model_spec import ModelSpec, Pixels, Sampling

CONTROL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)

# a stand-in for the published chat template, for the messages that this product sends
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}"
    "{% for part in message.content %}"
    "{% if part.type == 'video' %}<|vision_start|><|video_pad|><|vision_end|>{% else %}{{ part.text }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

_WORDS = (
    "You are a helpful assistant. Rate the overall quality of this video. Answer with an integer from 10 (bad) to "
    "50 (excellent). This video was generated from the text. including how well it follows the text. system user "
)


def tiny_tokenizer() -> Qwen2Tokenizer:
    """About 380 tokens: all bytes, merges learned from the product's own prompt, control tokens."""
    learner = Tokenizer(models.BPE())
    shape = Qwen2Tokenizer()._tokenizer
    learner.normalizer, learner.pre_tokenizer = shape.normalizer, shape.pre_tokenizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=370, initial_alphabet=alphabet, show_progress=False)
    learner.train_from_iterator([_WORDS] * 2, trainer)
    learned = json.loads(learner.to_str())["model"]
    tokenizer = Qwen2Tokenizer(
        vocab=learned["vocab"],
        merges=[tuple(merge) for merge in learned["merges"]],
        extra_special_tokens=list(CONTROL_TOKENS[1:]),
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def tiny_config(
    tokenizer: Qwen2Tokenizer, *, text: dict[str, object] | None = None, vision: dict[str, object] | None = None
) -> Qwen2_5_VLConfig:
    """Two vision blocks (one with windows, one without) and two decoder layers with grouped heads.

    ``text`` and ``vision`` replace single values, for a larger one.
    """
    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in CONTROL_TOKENS}
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "out_hidden_size": 64,
        "window_size": 56,
        "fullatt_block_indexes": [1],
        "tokens_per_second": 2,
        **(vision or {}),
    }
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]},
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
        "pad_token_id": ids["<|endoftext|>"],
        **(text or {}),
    }
    return Qwen2_5_VLConfig(
        vision_config=vision,
        text_config=text,
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )


def tiny_model(
    config: Qwen2_5_VLConfig, digits: list[int], *, seed: int = 0, sharpness: float = 3.0
) -> Qwen2_5_VLForConditionalGeneration:
    """float32, in eval mode. ``sharpness`` scales the output rows of the digits: higher is more decided."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen2_5_VLForConditionalGeneration(config)
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                fan_in = weight[0].numel()
                torch.nn.init.normal_(weight, std=1.5 / fan_in**0.5)
            elif name.endswith("bias"):
                torch.nn.init.normal_(weight, std=0.5)
        with torch.no_grad():
            model.lm_head.weight[digits] *= sharpness
    return model.eval()


def tiny_spec(**values: object) -> ModelSpec:
    """Four frames of at most 8 tokens each, so that a test runs in milliseconds."""
    facts: dict[str, object] = {
        "name": "tiny",
        "sampling": Sampling(frames=4),
        "pixels": Pixels(4 * 784, 8 * 784, 4 * 8 * 784),
        "fine_tuned": True,
    }
    return ModelSpec(**{**facts, **values})  # type: ignore[arg-type]


def save_tiny_qwen(
    folder: Path,
    *,
    seed: int = 0,
    sharpness: float = 3.0,
    spec: ModelSpec | None = None,
    text: dict[str, object] | None = None,
    vision: dict[str, object] | None = None,
) -> Path:
    """Writes model, tokenizer and xl_vqa.json; returns ``folder``."""
    tokenizer = tiny_tokenizer()
    digits = tokenizer.convert_tokens_to_ids(list("0123456789"))
    config = tiny_config(tokenizer, text=text, vision=vision)
    tiny_model(config, digits, seed=seed, sharpness=sharpness).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (spec or tiny_spec()).save(folder)
    return folder
