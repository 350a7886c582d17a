"""The FLOPs that the harness beside generate() divides by, against torch's own counter on a real forward."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.big_model_cost import flops, measure_ceilings, step_bytes
from tests.tiny_qwen import tiny_config, tiny_model, tiny_tokenizer


@pytest.mark.parametrize("grid", [(2, 16, 24), (1, 8, 8), (3, 10, 6)])
def test_counts_what_torch_counts(grid: tuple[int, int, int]) -> None:
    """With eager attention, whose products torch counts: it computes the half above the diagonal as well."""
    vision: dict[str, object] = {"hidden_size": 80, "intermediate_size": 100, "window_size": 112, "depth": 3}
    config = tiny_config(tiny_tokenizer(), vision={**vision, "fullatt_block_indexes": [2]})
    config._attn_implementation = "eager"
    model = tiny_model(config, [1])
    video = grid[0] * grid[1] * grid[2] // 4
    ids = torch.full((1, video + 9), 5)
    ids[0, 4 : 4 + video] = config.video_token_id
    patches = torch.randn(video * 4, 1176)
    places = torch.arange(video + 9).expand(3, 1, -1)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            position_ids=places,
            mm_token_type_ids=(ids == config.video_token_id).long() * 2,
            pixel_values_videos=patches,
            video_grid_thw=torch.tensor([grid]),
            logits_to_keep=1,
        )
    found = flops(config, grid, video + 9)
    text = config.get_text_config()
    above = 2 * text.num_hidden_layers * (video + 9) ** 2 * text.hidden_size
    assert found.total + above == pytest.approx(counter.get_total_flops(), rel=0.01)


def test_a_published_7b_takes_what_its_size_says() -> None:
    """Two FLOPs a weight and token: 6.5 billion weights in the layers."""
    text: dict[str, object] = {
        "hidden_size": 3584,
        "intermediate_size": 18944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
    }
    config = tiny_config(tiny_tokenizer(), text=text)
    layers = 6_525_288_448
    assert flops(config, (1, 4, 4), 1000).prefill == pytest.approx(2 * layers * 1000, rel=0.02)
    assert step_bytes(config, 0, 2) == pytest.approx(2 * layers, rel=0.01)


def test_ceilings_are_those_of_some_machine() -> None:
    found = measure_ceilings(torch.device("cpu"), torch.float32)
    assert found.flops > 1e8
    assert found.bytes > 1e7
