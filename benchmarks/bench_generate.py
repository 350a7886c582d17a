"""A Qwen2.5-VL as this product asks it, beside transformers' own processor and ``generate()`` on the same frames.

    python -m benchmarks.bench_generate [--shape small] [--layers 2] [--depth 2] [--videos 6] [--repeats 5]
    python -m benchmarks.bench_generate --device cuda --shape 3b --layers 36 --depth 32 --vocabulary 151936

Weights are random: they change no time. ``small`` is a few million, ``3b`` and ``7b`` are the published
widths with as many ``--layers`` and tower ``--depth`` as are asked for. Both sides get the same frames,
prompt and pixels, which is checked, and both give two tokens: ``generate()`` one answer, this product the
distribution over all 41 labels. All ways take turns; ratios are medians over the rounds. On a CPU a small
share of a model says nothing of a card. vLLM is no part of it: it was not tried.
"""

from __future__ import annotations

import importlib.util


def main() -> None:
    if importlib.util.find_spec("torchvision") is None:
        from tests.vlm.transformers_processor import install_resize

        # the one function on pixels that transformers' processor takes from it
        install_resize()
    from benchmarks import generate_ways

    generate_ways.main()


if __name__ == "__main__":
    main()
