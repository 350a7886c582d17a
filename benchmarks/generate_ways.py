"""The ways that bench_generate.py measures. transformers must not have been imported before its stand-in for
torchvision is there, so they are a module of their own."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from benchmarks.big_model_cost import flops, measure_ceilings, step_bytes, wait_for
from benchmarks.random_clip import RandomClip
from benchmarks.table import print_table
from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from xl_vqa.vlm.memory import DTYPE_BYTES
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.vlm.threads import wait_patiently
from xl_vqa.vlm.vlm_rater import VlmRater, load_vlm_rater
from xl_vqa.words.model_spec import Pixels, Sampling
from xl_vqa.words.rating import LabelDistribution

ROTATION: Final = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]}
TOWER: Final = {"hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "window_size": 112}
SHAPES: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "small": (
        {"hidden_size": 256, "intermediate_size": 768, "num_attention_heads": 2, "num_key_value_heads": 1},
        {"hidden_size": 160, "intermediate_size": 420, "num_heads": 2, "out_hidden_size": 256, "window_size": 112},
    ),
    "3b": (
        {"hidden_size": 2048, "intermediate_size": 11008, "num_attention_heads": 16, "num_key_value_heads": 2},
        {**TOWER, "out_hidden_size": 2048},
    ),
    "7b": (
        {"hidden_size": 3584, "intermediate_size": 18944, "num_attention_heads": 28, "num_key_value_heads": 4},
        {**TOWER, "out_hidden_size": 3584},
    ),
}
SIZES: Final = ((360, 640), (640, 360), (480, 640), (360, 360), (240, 320), (720, 1280))
"""Heights and widths; with ``--alike`` the first alone."""


def make_model(folder: Path, asked: argparse.Namespace) -> Path:
    text, vision = SHAPES[asked.shape]
    text = {**text, "num_hidden_layers": asked.layers, "rope_parameters": ROTATION}
    if asked.vocabulary:
        text["vocab_size"] = asked.vocabulary
    # every eighth block looks at whole frames, the last one in any case
    whole = sorted({*range(7, asked.depth, 8), asked.depth - 1})
    vision = {**vision, "depth": asked.depth, "fullatt_block_indexes": whole}
    pixels = Pixels(16 * 784, asked.max_pixels, asked.frames * asked.max_pixels)
    spec = tiny_spec(sampling=Sampling(asked.frames), pixels=pixels)
    return save_tiny_qwen(folder / "model", spec=spec, text=text, vision=vision)


class Stages:
    """Seconds and calls of tower, prefill and steps, by hooks on a model that either side calls."""

    def __init__(self, model: Any, device: torch.device) -> None:
        self._device = device
        self._begun: list[tuple[str, float]] = []
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        for part in (model.model.visual, model.model.language_model):
            part.register_forward_pre_hook(self._before, with_kwargs=True)
            part.register_forward_hook(self._after)

    def _before(self, part: Any, _: Any, given: dict[str, Any]) -> None:
        name = "tower"
        if hasattr(part, "embed_tokens"):
            cache = given.get("past_key_values")
            name = "step" if cache is not None and cache.get_seq_length() else "prefill"
        wait_for(self._device)
        self._begun.append((name, time.perf_counter()))

    def _after(self, *_: Any) -> None:
        wait_for(self._device)
        name, start = self._begun.pop()
        self.seconds[name] += time.perf_counter() - start
        self.calls[name] += 1

    @contextmanager
    def told(self) -> Iterator[dict[str, float]]:
        """What is spent inside, and under ``all`` everything together."""
        self.seconds.clear()
        self.calls.clear()
        found: dict[str, float] = {}
        wait_for(self._device)
        start = time.perf_counter()
        yield found
        wait_for(self._device)
        found.update(self.seconds, all=time.perf_counter() - start, steps=float(self.calls["step"]))


class Theirs:
    """transformers' video processor, its chat form, a stock model, ``generate()``."""

    def __init__(self, folder: Path, rater: VlmRater, device: torch.device, dtype: torch.dtype) -> None:
        from transformers import AutoModelForImageTextToText, AutoTokenizer
        from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor

        loader: Any = AutoModelForImageTextToText
        loaded = loader.from_pretrained(folder, dtype=dtype, attn_implementation="sdpa")
        self.model = loaded.eval().requires_grad_(False).to(device)
        self.tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
        pixels = rater.spec.pixels
        sizes = {"shortest_edge": pixels.min_pixels, "longest_edge": pixels.max_pixels}
        self.processor: Any = Qwen2VLVideoProcessor(size=sizes, cap_pixels_per_frame=False, do_sample_frames=False)
        self._spec, self._device = rater.spec, device

    def inputs(self, clips: Sequence[RandomClip]) -> dict[str, Any]:
        videos = [torch.from_numpy(np.stack(clip.frames)).permute(0, 3, 1, 2) for clip in clips]
        made = self.processor(videos, return_tensors="pt")
        content = [{"type": "video"}, {"type": "text", "text": self._spec.prompt.question}]
        messages = [{"role": "user", "content": content}]
        if self._spec.prompt.system is not None:
            messages.insert(0, {"role": "system", "content": self._spec.prompt.system})  # type: ignore[dict-item]
        chat = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        counts = [int(grid.prod()) // 4 for grid in made["video_grid_thw"]]
        texts = [chat.replace("<|video_pad|>", "<|video_pad|>" * count) for count in counts]
        found = dict(self.tokenizer(texts, padding=True, return_tensors="pt"))
        video = self.tokenizer.convert_tokens_to_ids("<|video_pad|>")
        found["mm_token_type_ids"] = (found["input_ids"] == video).long() * 2
        found |= {name: made[name] for name in ("pixel_values_videos", "video_grid_thw")}
        seconds = [clip.used.timestamps_s[2] - clip.used.timestamps_s[0] for clip in clips]
        found["second_per_grid_ts"] = torch.tensor(seconds)
        return {name: value.to(self._device) for name, value in found.items()}

    def answer(self, clips: Sequence[RandomClip]) -> list[list[int]]:
        inputs = self.inputs(clips)
        made = self.model.generate(**inputs, max_new_tokens=2, min_new_tokens=2, do_sample=False)
        return made[:, -2:].tolist()  # type: ignore[no-any-return]


def check_alike(theirs: Theirs, rater: VlmRater, clips: Sequence[RandomClip]) -> list[int]:
    """Lengths of the prompts. Raises ValueError where the two sides do not see the same tokens and pixels."""
    lengths = []
    for clip in clips:
        payload = rater.prepare(clip).payload
        inputs = theirs.inputs([clip])
        prompt = build_prompt(rater._loaded().tokens, rater.spec.prompt)
        values = payload.patches.normalized(rater.spec.normalization)
        alike = torch.allclose(inputs["pixel_values_videos"].cpu().float(), values, atol=1e-5)
        if inputs["input_ids"][0].tolist() != prompt.ids(payload.patches.tokens) or not alike:
            raise ValueError("the two sides do not see the same prompt and pixels")
        lengths.append(inputs["input_ids"].shape[1])
    return lengths


def rate(rater: VlmRater, clips: Sequence[RandomClip]) -> list[LabelDistribution]:
    found = rater.rate([(rater.prepare(clip), None) for clip in clips])
    errors = [one for one in found if isinstance(one, Exception)]
    if errors:
        raise errors[0]
    return [one for one in found if isinstance(one, LabelDistribution)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--depth", type=int, default=2)
    parser.add_argument(
        "--vocabulary", type=int, default=0, help="151936 as published; 0 is the small tokenizer's"
    )
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--max-pixels", type=int, default=128 * 784)
    parser.add_argument("--videos", type=int, default=6)
    parser.add_argument("--alike", action="store_true", help="all of one size")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args(arguments)
    wait_patiently()
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_model(Path(scratch), asked)
        rater = load_vlm_rater(str(folder), device=asked.device, dtype=asked.dtype, torch_threads=asked.threads)
        backbone = rater._loaded()
        device, dtype = backbone.device, backbone.pixel_dtype
        theirs = Theirs(folder, rater, device, dtype)
        sizes = SIZES[:1] if asked.alike else SIZES
        clips = [RandomClip(n, asked.frames, *sizes[n % len(sizes)]) for n in range(asked.videos)]
        with torch.inference_mode():
            lengths = check_alike(theirs, rater, clips)
            compare(asked, rater, theirs, clips, lengths)


def compare(
    asked: argparse.Namespace, rater: VlmRater, theirs: Theirs, clips: Sequence[RandomClip], lengths: Sequence[int]
) -> None:
    backbone = rater._loaded()
    device = backbone.device
    ways: dict[str, tuple[Stages, Callable[[], object]]] = {}
    own, stock = Stages(backbone.model, device), Stages(theirs.model, device)
    ways["generate(), one by one"] = stock, lambda: [theirs.answer([clip]) for clip in clips]
    ways["generate(), one padded batch"] = stock, lambda: theirs.answer(clips)
    ways["xl_vqa, one by one"] = own, lambda: [rate(rater, [clip]) for clip in clips]
    ways["xl_vqa, as it rates them"] = own, lambda: rate(rater, clips)
    rounds: dict[str, list[dict[str, float]]] = defaultdict(list)
    for turn in range(asked.repeats + 1):
        for name, (stages, work) in ways.items():
            with stages.told() as found:
                work()
            # the first pays for what is set up once
            if turn:
                rounds[name].append(found)
    base = [one["all"] for one in rounds["generate(), one by one"]]
    config = theirs.model.config
    counted = [
        flops(config, rater.prepare(clip).payload.patches.grid, n) for clip, n in zip(clips, lengths, strict=True)
    ]
    work = sum(one.total for one in counted)
    ceilings = measure_ceilings(device, backbone.pixel_dtype)
    rows = []
    for name, found in rounds.items():
        all_s = statistics.median(one["all"] for one in found)
        ratio = statistics.median(b / one["all"] for b, one in zip(base, found, strict=True))
        parts = {
            part: statistics.median(one.get(part, 0.0) for one in found) for part in ("tower", "prefill", "step")
        }
        rest = all_s - sum(parts.values())
        reads = step_bytes(config, sum(lengths) // len(lengths), DTYPE_BYTES[backbone.dtype])
        model_s = parts["tower"] + parts["prefill"]
        rows.append(
            [
                name,
                f"{len(clips) / all_s:.2f}",
                f"{ratio:.2f}",
                *(f"{1000 * one / len(clips):.1f}" for one in (*parts.values(), rest)),
                f"{work / all_s / ceilings.flops:.0%}",
                f"{work / model_s / ceilings.flops:.0%}",
                f"{reads * found[0]['steps'] / parts['step'] / ceilings.bytes:.0%}" if parts["step"] else "",
            ]
        )
    shape = (
        f"{asked.shape}, {asked.layers} layers, tower of {asked.depth}, {backbone.parameters / 1e6:.0f} M weights"
    )
    print(
        f"{shape}; prompts of {min(lengths)} to {max(lengths)} tokens; {device} in {backbone.dtype}: "
        f"{ceilings.flops / 1e9:.0f} GFLOP/s in a product of matrices, {ceilings.bytes / 1e9:.1f} GB/s in a copy"
    )
    columns = ["way", "videos/s", "ratio", "tower ms", "prefill ms", "step ms", "rest ms", "of the matrix ceiling"]
    columns += ["tower and prefill alone", "step, of the memory ceiling"]
    print_table(f"{len(clips)} videos of {asked.frames} frames", columns, rows)
