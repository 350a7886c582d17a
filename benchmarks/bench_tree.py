"""The digit tree against what it replaces, on one machine in one run; and what batching brings.

    python -m benchmarks.bench_tree [--repeats 3] [--slow-repeats 1] [--threads 2] [--model FOLDER ...]

Without ``--model``: a tiny and a middle-sized Qwen2.5-VL of stock classes with random weights, and the starter
where it is there. Times are medians; every way sees the same prompt and video, and the answers are compared. The
41 forced decodings and the batches cost many times a prediction and are measured ``--slow-repeats`` times.
One to two minutes on two cores; each way says on standard error that it is being measured.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.random_clip import RandomClip
from benchmarks.table import peak_memory, print_table
from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from xl_vqa.vlm.answers import label_tree
from xl_vqa.vlm.digit_tree import grow_tree
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.vlm.threads import wait_patiently
from xl_vqa.vlm.vlm_rater import VlmRater, load_vlm_rater
from xl_vqa.words.errors import ModelNotFoundError
from xl_vqa.words.model_spec import Pixels, Sampling, starter_folder
from xl_vqa.words.rating import LabelDistribution

MIDDLE_TEXT: dict[str, object] = {
    "hidden_size": 512,
    "intermediate_size": 1536,
    "num_hidden_layers": 6,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [8, 12, 12]},
}
MIDDLE_VISION: dict[str, object] = {
    "depth": 6,
    "hidden_size": 256,
    "intermediate_size": 768,
    "num_heads": 4,
    "out_hidden_size": 512,
}


def medians(
    model: str, ways: Mapping[str, Callable[[], Any]], repeats: int, *, warm_up: bool = True
) -> dict[str, float]:
    """Median seconds of each way; the ways take turns, so that a busy machine slows all of them alike.

    ``warm_up``: a first turn that does not count, because it pays for lazy set-up.
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(0 if warm_up else 1, repeats + 1):
        for name, way in ways.items():
            print(
                f"  {model}: {name}, {f'{turn} of {repeats}' if turn else 'warm-up'}", file=sys.stderr, flush=True
            )
            start = time.perf_counter()
            way()
            if turn > 0:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def one_row(rater: VlmRater, clip: RandomClip) -> VideoInput:
    """The rater's own input for one clip."""
    payload = rater.prepare(clip).payload
    prompt = build_prompt(rater._loaded().tokens, rater.spec.prompt)
    return VideoInput(prompt, payload.patches, payload.seconds_per_pair)


def inputs_of(rater: VlmRater, rows: Sequence[VideoInput], **values: Any) -> dict[str, torch.Tensor]:
    backbone = rater._loaded()
    return model_inputs(
        rows,
        normalization=rater.spec.normalization,
        tokens_per_second=backbone.tokens_per_second,
        pad_id=backbone.pad_id,
        device=backbone.device,
        dtype=backbone.model.dtype,
        **values,
    )


def forced(rater: VlmRater, row: VideoInput) -> list[float]:
    """The probability of every label by reading prompt and label anew each time."""
    backbone, scale = rater._loaded(), rater.spec.scale
    found = []
    for label in scale.labels:
        answer = [backbone.tokens.digits[int(digit)] for digit in scale.text(label)]
        inputs = inputs_of(rater, [row], answers=[answer])
        logits = backbone.model(**inputs, logits_to_keep=scale.width + 1, use_cache=False).logits[0]
        logs = logits[:-1].float().log_softmax(-1)
        found.append(float(logs[range(scale.width), answer].sum().exp()))
    return found


def forced_from_cache(rater: VlmRater, row: VideoInput) -> None:
    """One prefill, then every first digit in a step of its own: what needs no tree mask."""
    backbone = rater._loaded()
    inputs = inputs_of(rater, [row])
    output = backbone.model(**inputs, use_cache=True, logits_to_keep=1)
    for (prefix,) in label_tree(rater.spec.scale).levels[1]:
        backbone.model(
            input_ids=torch.tensor([[backbone.tokens.digits[prefix]]], device=backbone.device),
            position_ids=inputs["position_ids"][:, :, -1:] + 1,
            past_key_values=output.past_key_values,
            use_cache=True,
        )
        output.past_key_values.crop(-1)


def compare_ways(name: str, rater: VlmRater, clip: RandomClip, repeats: int, slow_repeats: int) -> list[list[str]]:
    """Rows of the first table."""
    backbone = rater._loaded()
    row = one_row(rater, clip)
    inputs = inputs_of(rater, [row])
    found: list[float] = []

    def forced_decodings() -> None:
        found[:] = forced(rater, row)

    def prefill() -> Any:
        return backbone.model(**inputs, use_cache=True, logits_to_keep=1)

    def grow() -> Any:
        return grow_tree(backbone.model, inputs, rater.spec.scale, backbone.tokens.digits)[0]

    def generate() -> Any:
        return backbone.model.generate(**inputs, max_new_tokens=2, min_new_tokens=2, do_sample=False)

    with torch.inference_mode():
        seconds = medians(
            name,
            {
                "prefill alone": prefill,
                "prefill + tree: all 41 labels": grow,
                "prefill + 5 single steps: all 41 labels": lambda: forced_from_cache(rater, row),
                "generate(), 2 tokens: one answer": generate,
            },
            repeats,
        )
        slow = {"41 forced decodings: all 41 labels": forced_decodings}
        seconds |= medians(name, slow, slow_repeats, warm_up=False)
        joint = grow().joint(rater.spec.scale)
        apart = max(abs(a - b) for a, b in zip(joint.values(), found, strict=True))
    base = seconds["prefill + tree: all 41 labels"]
    size = f"{name}, {row.length} tokens"
    rows = [[size, way, f"{value * 1000:.1f}", f"{value / base:.2f}"] for way, value in seconds.items()]
    return [*rows, [size, "largest difference tree / forced, in probability", f"{apart:.1e}", ""]]


def compare_batches(name: str, rater: VlmRater, clips: Sequence[RandomClip], repeats: int) -> list[list[str]]:
    """Rows of the second table: eight videos, one by one, as the rater calls them, and in one call."""
    items = [(rater.prepare(clip), None) for clip in clips]
    sizes = len({video.size_key for video, _ in items})
    chosen = rater._call_tokens
    means: dict[str, list[float]] = {}

    def rate(way: str, tokens: int) -> None:
        rater._call_tokens = tokens
        outcomes = rater.rate(items)
        means[way] = [one.expectation() for one in outcomes if isinstance(one, LabelDistribution)]

    budgets = {"one by one": 1, "as the rater does": chosen, "one call": 10**9}
    ways = {way: partial(rate, way, tokens) for way, tokens in budgets.items()}
    # every length has been through the model, one by one, before it is measured
    rate("as the rater does", chosen)
    seconds = medians(f"{name}, eight videos of {sizes} size{'s' * (sizes > 1)}", ways, repeats, warm_up=False)
    rater._call_tokens = chosen
    alone = means["one by one"]
    rows = []
    for way, value in seconds.items():
        apart = max(abs(a - b) for a, b in zip(means[way], alone, strict=True))
        per_video = f"{value * 1000 / len(items):.1f}"
        rows.append([name, str(sizes), way, per_video, f"{seconds['one by one'] / value:.2f}", f"{apart:.1e}"])
    return rows


def models(folders: Sequence[str], scratch: Path) -> dict[str, str]:
    if folders:
        return {Path(folder).name: folder for folder in folders}
    found = {"tiny, random": str(save_tiny_qwen(scratch / "tiny"))}
    spec = tiny_spec(sampling=Sampling(8), pixels=Pixels(16 * 784, 48 * 784, 8 * 48 * 784))
    middle = save_tiny_qwen(scratch / "middle", spec=spec, text=MIDDLE_TEXT, vision=MIDDLE_VISION)
    found["middle, random"] = str(middle)
    try:
        found["starter"] = str(starter_folder())
    except ModelNotFoundError:
        print("(no starter model here)")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--slow-repeats", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--model", action="append", default=[])
    asked = parser.parse_args()
    environment = dict(os.environ)
    wait_patiently(environment)
    if environment != dict(os.environ):
        # torch is imported already: begin again as the product runs
        command = [sys.executable, "-m", "benchmarks.bench_tree", *sys.argv[1:]]
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    ways: list[list[str]] = []
    batches: list[list[str]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, folder in models(asked.model, Path(scratch)).items():
            rater = load_vlm_rater(folder, device=asked.device, dtype=asked.dtype, torch_threads=asked.threads)
            frames = rater.spec.sampling.frames
            print(f"{name}: {rater.describe()['parameters'] / 1e6:.1f} M parameters, {frames} frames", flush=True)
            ways += compare_ways(name, rater, RandomClip(0, frames, 720, 1280), asked.repeats, asked.slow_repeats)
            alike = [RandomClip(seed, frames, 720, 1280) for seed in range(8)]
            shapes = [
                (720, 1280),
                (1280, 720),
                (480, 640),
                (360, 640),
                (720, 720),
                (240, 320),
                (1080, 1920),
                (200, 600),
            ]
            mixed = [RandomClip(seed, frames, *shape) for seed, shape in enumerate(shapes)]
            batches += compare_batches(name, rater, alike, asked.slow_repeats)
            batches += compare_batches(name, rater, mixed, asked.slow_repeats)
    print_table(
        f"Ways to an answer for one video ({asked.threads} threads)",
        ["model", "way", "ms", "times the tree"],
        ways,
    )
    most = peak_memory("self")
    if most is not None:
        print(f"\nPeak memory of this process, all models and ways: {most / 2**20:.0f} MiB")
    print_table(
        f"Eight videos ({asked.threads} threads)",
        ["model", "sizes", "way", "ms per video", "speed-up", "largest change of the expected label"],
        batches,
    )


if __name__ == "__main__":
    main()
