"""Ways to read a batch of videos of different length with a Qwen2.5-VL: padded, or one behind the other in a row.

    python -m benchmarks.bench_packing [--repeats 5] [--threads 1]

A small Qwen2.5-VL with random weights on noise, the ways in turns, processor time; ratios are medians over
the rounds. All ways give the same answers (tests/vlm/test_packed.py). ``one mask``: the row with a mask over
all of it, in which every prompt sees itself and the beginning; ``prompt by prompt`` is what the product does
(vlm/packed.py).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.bench_tree import MIDDLE_TEXT, MIDDLE_VISION, inputs_of
from benchmarks.random_clip import RandomClip
from benchmarks.table import print_table
from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from xl_vqa.vlm.answers import Stem, additive
from xl_vqa.vlm.inputs import VideoInput
from xl_vqa.vlm.packed import Packing, packed_inputs
from xl_vqa.vlm.prompt import build_prompt
from xl_vqa.vlm.threads import wait_patiently
from xl_vqa.vlm.vlm_rater import VlmRater, load_vlm_rater
from xl_vqa.words.model_spec import Pixels, Sampling

# frames, height, width
ALIKE = [(2, 252, 448)] * 4
MIXED = [(2, 56, 56), (2, 112, 224), (2, 252, 448), (4, 252, 448)]
SHORT = [(2, 56, 56)] * 16


def ways_of(rater: VlmRater, rows: Sequence[VideoInput]) -> dict[str, Callable[[], object]]:
    backbone = rater._loaded()
    model = backbone.model
    values: dict[str, Any] = {
        "normalization": rater.spec.normalization,
        "tokens_per_second": backbone.tokens_per_second,
    }

    def apart(packing: Packing) -> tuple[dict[str, Any], Packing]:
        """Every prompt whole: nothing is shared."""
        inputs, _ = packed_inputs(rows, **values)
        pieces = [[*range(packing.shared), *range(*span)] for span in packing.spans]
        order = [place for piece in pieces for place in piece]
        alone = Packing(0, tuple(map(len, pieces)))
        for name in ("input_ids", "mm_token_type_ids", "position_ids"):
            inputs[name] = inputs[name][..., order]
        return inputs | {"packing": alone}, alone

    def masked() -> object:
        inputs, packing = packed_inputs(rows, **values)
        seen = packing.visible("cpu").int()
        seen[1:, : packing.shared] = 0  # the beginning belongs to one, and all see it
        same = (seen.T @ seen).bool()
        same[:, : packing.shared] = True
        del inputs["packing"]
        inputs["attention_mask"] = {"full_attention": additive(same.tril()[None], torch.float32)}
        return Stem.read_packed(model, inputs, packing)

    return {
        "one by one": lambda: [Stem.read_packed(model, *packed_inputs([row], **values)) for row in rows],
        "padded": lambda: Stem.read(model, inputs_of(rater, rows)),
        "packed, one mask": masked,
        "packed, prompt by prompt, nothing shared": lambda: Stem.read_packed(model, *apart(Packing.of(rows))),
        "packed, prompt by prompt": lambda: Stem.read_packed(model, *packed_inputs(rows, **values)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    wait_patiently()
    table = []
    with tempfile.TemporaryDirectory() as scratch:
        spec = tiny_spec(sampling=Sampling(8), pixels=Pixels(4 * 784, 144 * 784, 8 * 144 * 784))
        # few layers: all of them do the same
        text = {**MIDDLE_TEXT, "num_hidden_layers": 2}
        vision = {**MIDDLE_VISION, "depth": 1, "fullatt_block_indexes": [0]}
        folder = save_tiny_qwen(Path(scratch) / "model", spec=spec, text=text, vision=vision)
        rater = load_vlm_rater(str(folder), device="cpu", torch_threads=asked.threads)
        prompt = build_prompt(rater._loaded().tokens, spec.prompt)
        for batch, shapes in (("4 alike", ALIKE), ("4 of several lengths", MIXED), ("16 very short", SHORT)):
            payloads = [rater.prepare(RandomClip(n, *shape)).payload for n, shape in enumerate(shapes)]
            rows = [VideoInput(prompt, one.patches, one.seconds_per_pair) for one in payloads]
            ways = ways_of(rater, rows)
            taken: dict[str, list[float]] = {name: [] for name in ways}
            with torch.inference_mode():
                for turn in range(asked.repeats + 1):
                    for name, way in ways.items():
                        start = time.process_time()
                        way()
                        # the first pays for what is set up once
                        if turn:
                            taken[name].append(time.process_time() - start)
            packing, longest = Packing.of(rows), max(row.length for row in rows)
            tokens = {
                "one by one": sum(row.length for row in rows),
                "padded": longest * len(rows),
                "packed, prompt by prompt, nothing shared": sum(row.length for row in rows),
            }
            for name, found in taken.items():
                ratio = statistics.median(a / b for a, b in zip(found, taken["padded"], strict=True))
                seen = tokens.get(name, packing.length)
                table.append([batch, name, str(seen), f"{1000 * statistics.median(found):.0f}", f"{ratio:.2f}"])
    print_table("Prefill of a batch", ["batch", "way", "tokens", "ms of a core", "times padded"], table)


if __name__ == "__main__":
    main()
