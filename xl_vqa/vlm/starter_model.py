"""The starter as a model of transformers: Qwen2.5-VL with the tower in the place of its vision transformer.

For training, export and whoever loads the folder by transformers alone; it is served by starter_network.py.
"""

from __future__ import annotations

from typing import Any

from transformers import AutoConfig, AutoModelForImageTextToText
from transformers.models.qwen2_5_vl.configuration_qwen2_5_vl import Qwen2_5_VLConfig
from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLModel

from xl_vqa.vlm.model_folder import STARTER_TYPE
from xl_vqa.vlm.starter_opinion import EXPERTS, FOLDS
from xl_vqa.vlm.starter_tower import StarterTower


class StarterConfig(Qwen2_5_VLConfig):  # type: ignore[no-untyped-call]
    """Qwen2.5-VL's configuration; of ``vision_config`` only the patch geometry and ``out_hidden_size`` count.

    ``image_mean`` and ``image_std`` undo the normalisation of the patches, so they must be those of
    xl_vqa.json.
    """

    model_type = STARTER_TYPE

    image_mean: list[float] | tuple[float, ...] = (0.48145466, 0.4578275, 0.40821073)
    image_std: list[float] | tuple[float, ...] = (0.26862954, 0.26130258, 0.27577711)
    first_opinion: bool = False
    """Whether the tower has one (starter_opinion.py); the starters of before have none."""
    opinion_experts: int = FOLDS


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
    return StarterConfig(
        text_config=text,
        vision_config=vision,
        tie_word_embeddings=True,
        first_opinion=True,
        opinion_experts=EXPERTS,
        **tokens,
    )


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
    # the tower measures; 16 bits are for the language model, where they are asked for
    _keep_in_fp32_modules_strict = {"visual"}  # noqa: RUF012  a class attribute of transformers

    def __init__(self, config: StarterConfig) -> None:
        super().__init__(config)
        self.model = StarterBackbone(config)
        self.post_init()  # type: ignore[no-untyped-call]


def register() -> None:
    """Makes the Auto classes of transformers know the starter; calling it again is harmless."""
    AutoConfig.register(STARTER_TYPE, StarterConfig, exist_ok=True)
    AutoModelForImageTextToText.register(StarterConfig, StarterForConditionalGeneration, exist_ok=True)


register()
