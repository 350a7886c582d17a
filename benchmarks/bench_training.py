"""Training: time, tokens a second, memory, and the share of useful arithmetic (model FLOPs utilisation).

``python -m benchmarks.bench_training --architecture tiny`` runs steps of a Qwen2.5-VL with random weights of that
size; ``3b`` and ``7b`` are the published shapes and need a GPU. ``starter`` takes the model that ships.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.random_clip import RandomClip
from benchmarks.table import print_table
from xl_vqa.training.losses import cross_entropy
from xl_vqa.training.recipe import recipe_from
from xl_vqa.training.schemes import mask_tail, scheme
from xl_vqa.training.trainable import make_trainable
from xl_vqa.vlm.backbone import load_backbone
from xl_vqa.vlm.canvas import clip_patches
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.words.model_spec import ModelSpec, Pixels, Sampling, starter_folder

# Shapes of the published config.json files, from memory: check them before quoting a figure.
SHAPES: dict[str, dict[str, dict[str, object]]] = {
    "3b": {
        "text": {
            "hidden_size": 2048,
            "intermediate_size": 11008,
            "num_hidden_layers": 36,
            "num_attention_heads": 16,
            "num_key_value_heads": 2,
            "vocab_size": 151936,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
        },
        "vision": {
            "depth": 32,
            "hidden_size": 1280,
            "intermediate_size": 3420,
            "num_heads": 16,
            "out_hidden_size": 2048,
            "window_size": 112,
            "fullatt_block_indexes": [7, 15, 23, 31],
        },
    },
    "7b": {
        "text": {
            "hidden_size": 3584,
            "intermediate_size": 18944,
            "num_hidden_layers": 28,
            "num_attention_heads": 28,
            "num_key_value_heads": 4,
            "vocab_size": 152064,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
        },
        "vision": {
            "depth": 32,
            "hidden_size": 1280,
            "intermediate_size": 3420,
            "num_heads": 16,
            "out_hidden_size": 3584,
            "window_size": 112,
            "fullatt_block_indexes": [7, 15, 23, 31],
        },
    },
}
BF16_FLOPS = {"H100": 989e12, "H200": 989e12, "A100": 312e12}
"""Dense bfloat16 peaks of the makers' data sheets."""


def build(architecture: str, folder: Path, device: torch.device, dtype: torch.dtype) -> tuple[Any, ModelSpec]:
    """A backbone with random weights (or the starter), on its device."""
    if architecture == "starter":
        spec = ModelSpec.load(starter_folder())
        assert spec is not None
        return load_backbone(starter_folder(), device=device, dtype="float32"), spec
    from tests.tiny_qwen import save_tiny_qwen, tiny_config, tiny_tokenizer
    from xl_vqa.vlm.backbone import Backbone
    from xl_vqa.vlm.tokens import PromptTokenizer

    if architecture == "tiny":
        save_tiny_qwen(folder)
        spec = ModelSpec.load(folder)
        assert spec is not None
        return load_backbone(folder, device=device, dtype="float32"), spec
    from transformers import Qwen2_5_VLForConditionalGeneration

    tokenizer = tiny_tokenizer()
    config = tiny_config(tokenizer, **SHAPES[architecture])
    with torch.device(device):
        torch.set_default_dtype(dtype)
        model = Qwen2_5_VLForConditionalGeneration(config)
        torch.set_default_dtype(torch.float32)
    model.requires_grad_(False)
    spec = ModelSpec(sampling=Sampling(16), pixels=Pixels())
    parameters = sum(weight.numel() for weight in model.parameters())
    tokens = PromptTokenizer(tokenizer, model=architecture)
    return Backbone(model, tokens, device, str(dtype), 2.0, parameters, 0), spec


def run(architecture: str, device: torch.device, steps: int, batch: int, checkpointing: bool) -> list[list[str]]:
    """Rows of one table: what, figure."""
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    with tempfile.TemporaryDirectory() as name:
        backbone, spec = build(architecture, Path(name), device, dtype)
        method = "full" if architecture == "starter" else "lora"
        values = {"model": architecture, "manifest": "-", "output": "-", "method": method}
        recipe = recipe_from({**values, "checkpointing": checkpointing, "lora": {"rank": 128, "alpha": 256}})
        trainable = make_trainable(backbone.model, recipe)
        model = trainable.model.train()
        if checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        clip = RandomClip(0, spec.sampling.frames, 720, 1280)
        row = VideoInput(build_prompt(backbone.tokens, spec.prompt), clip_patches(clip, spec), 0.6)
        target = scheme("integer").target(backbone.tokens, 3.7)
        inputs = model_inputs(
            [row] * batch,
            normalization=spec.normalization,
            tokens_per_second=backbone.tokens_per_second,
            answers=[target.ids] * batch,
            device=device,
            dtype=backbone.model.dtype,
        )
        labels = mask_tail([target] * batch, len(target.ids) + 1).to(device)
        optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
        times = []
        for _ in range(steps + 1):
            started = time.perf_counter()
            loss = cross_entropy(model(**inputs, logits_to_keep=labels.shape[1]).logits, labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if device.type == "cuda":
                torch.cuda.synchronize()
            times.append(time.perf_counter() - started)
        best = sorted(times[1:])[len(times[1:]) // 2]
        tokens = int(inputs["attention_mask"].sum())
        if device.type == "cuda":
            memory = torch.cuda.max_memory_allocated(device)
        else:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        rows = [
            ["weights", f"{backbone.parameters:,}"],
            ["of which move", f"{trainable.count:,}"],
            ["tokens per step", f"{tokens:,}"],
            ["step, median of " + str(steps), f"{1000 * best:.0f} ms"],
            ["tokens a second", f"{tokens / best:,.0f}"],
            [
                "peak memory of the process" if device.type == "cpu" else "peak GPU memory",
                f"{memory / 2**20:,.0f} MiB",
            ],
        ]
        peak = next(
            (v for k, v in BF16_FLOPS.items() if device.type == "cuda" and k in torch.cuda.get_device_name()), None
        )
        if peak is not None:
            # 2 per weight forward, 2 backward through frozen weights, 2 more for those that move
            flops = tokens * (4 * backbone.parameters + 2 * trainable.count)
            rows.append(["model FLOPs utilisation", f"{flops / best / peak:.1%}"])
        return rows


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_training", description=__doc__)
    parser.add_argument("--architecture", choices=("tiny", "starter", "3b", "7b"), default="starter")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--checkpointing", action="store_true")
    values = parser.parse_args(arguments)
    device = torch.device(values.device)
    rows = run(values.architecture, device, values.steps, values.batch, values.checkpointing)
    print_table(f"Training steps, {values.architecture} on {device.type}", ["what", "figure"], rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
