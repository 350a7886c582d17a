"""Linear layers of the language model in 8 bit (LLM.int8) or 4 bit (NF4), by bitsandbytes: to rate with less
memory, or to train an adapter beside them in 4 bit (QLoRA).

The vision tower, embeddings and the answer's layer keep their format: they are a small part. What comes out of a
training is an adapter like any other, for the model in 16 bits too.
"""

from __future__ import annotations

import importlib.util
import re
from typing import Any, Final

import torch
from torch import nn

from xl_vqa.packages import missing

KEPT: Final = ("model.visual", "visual", "lm_head")
_LANGUAGE: Final = re.compile(r"(^|\.)language_model\.")


def loading(format_name: str, device: torch.device, compute: torch.dtype) -> dict[str, Any]:
    """What transformers' ``from_pretrained`` is given for ``nf4`` or ``int8`` (memory.FEW_BITS).

    Raises PackageMissingError without bitsandbytes.
    """
    if importlib.util.find_spec("bitsandbytes") is None:
        raise missing("bitsandbytes")
    from transformers import BitsAndBytesConfig

    in_four = {
        "load_in_4bit": True,
        "bnb_4bit_quant_type": "nf4",
        "bnb_4bit_use_double_quant": True,
        "bnb_4bit_compute_dtype": compute,
    }
    values = in_four if format_name == "nf4" else {"load_in_8bit": True}
    config: Any = BitsAndBytesConfig
    return {"quantization_config": config(llm_int8_skip_modules=list(KEPT), **values), "device_map": {"": device}}


def weights_in_few_bits(model: nn.Module) -> int:
    """How many weights of ``model`` are, or would be: the same for one that is loaded and for its shapes alone."""
    return sum(
        module.in_features * module.out_features
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and _LANGUAGE.search(name) and "lora_" not in name
    )


def back_to_training(model: nn.Module) -> None:
    """To be called after an evaluation, before the next step.

    On a CPU with AVX512-BF16, bitsandbytes packs weights for evaluation in a way that has no gradient; the next
    step would end in an error. Asking for the state puts them back (seen with bitsandbytes 0.50.2).
    """
    model.state_dict()
