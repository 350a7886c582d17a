"""Loads a Qwen2.5-VL (or the starter, which is one with a small visual tower), with or without an adapter."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from tokenizers import Tokenizer

from xl_vqa.vlm import few_bits as few_bit_layers
from xl_vqa.vlm import fused_convolution
from xl_vqa.vlm.device import free_bytes, is_out_of_memory, torch_dtype
from xl_vqa.vlm.memory import FEW_BITS, WeightCount, available_bytes, count_weights, needed_bytes
from xl_vqa.vlm.model_folder import (
    QWEN_TYPE,
    STARTER_TYPE,
    check_type,
    find_adapter,
    model_type_of,
    read_json,
    weight_files,
)
from xl_vqa.vlm.packed import make_packable
from xl_vqa.vlm.starter_network import StarterNetwork, serves
from xl_vqa.vlm.tokens import VIDEO_PAD, PromptTokenizer
from xl_vqa.vlm.transformers_bars import without_bars
from xl_vqa.vlm.window_attention import batch_windows
from xl_vqa.words.errors import ModelError, ModelIncompatibleError, ModelMemoryError
from xl_vqa.words.reasons import Detail, Reason


@dataclass(frozen=True, slots=True)
class Backbone:
    """A model in eval mode on its device, and what is needed to speak to it."""

    model: Any
    tokens: PromptTokenizer
    device: torch.device
    dtype: str
    tokens_per_second: float
    parameters: int
    pad_id: int
    packs: bool = False
    """Whether the model takes several prompts in one row (packed.py)."""

    @property
    def alone_on_a_core(self) -> bool:
        """Whether one video makes a call, on one core, and several run at once (side_by_side.py)."""
        return self.device.type == "cpu" and bool(getattr(self.model, "small", False))

    @property
    def pixel_dtype(self) -> torch.dtype:
        """What the model takes patches in: float32 of a starter of transformers whatever ``dtype`` is, and 8 bits
        of one that is served (StarterNetwork)."""
        found: torch.dtype | None = getattr(self.model, "pixel_dtype", None)
        visual: torch.dtype = self.model.model.visual.dtype if found is None else found
        return visual

    @property
    def has_opinion(self) -> bool:
        """Whether it is a starter with a first opinion (starter_opinion.py)."""
        return getattr(self.model.model.visual, "opinion", None) is not None


def load_backbone(
    folder: Path, *, device: torch.device, dtype: str, adapter: str | None = None, few_bits: str | None = None
) -> Backbone:
    """From a model folder and, if given, a folder with a LoRA adapter, which is merged into the weights.

    ``few_bits``: what the language model is held in (few_bits.py), ``dtype`` being what is computed in; an adapter
    then stays beside it, as it was taught.

    Runs no code from the folder and reads weights from safetensors files only. Raises ModelNotFoundError for
    missing files, ModelIncompatibleError for another kind of model, ModelMemoryError before loading where it
    would not fit.
    """
    config = check_config(folder)
    _know_starter(config["model_type"])
    adapter_folder = find_adapter(adapter) if adapter is not None else None
    weights = _weights(folder, config)
    check_memory(str(folder), weights, device, dtype, few_bits)
    with _as_model_errors(folder):
        tokens = _load_tokens(folder)
        model = _load_model(folder, device, dtype, few_bits)
        if adapter_folder is not None:
            model = _with_adapter(model, adapter_folder, merged=few_bits is None)
    rows = model.get_input_embeddings().num_embeddings
    _check_tokens(folder, model.config.video_token_id, rows, tokens)
    model.eval().requires_grad_(False)
    seconds = float(getattr(model.config.vision_config, "tokens_per_second", 1))
    found = _backbone(model, tokens, device, dtype, seconds, model.config.get_text_config().pad_token_id)
    # of packed weights, torch counts the bytes
    return found if few_bits is None else replace(found, parameters=weights.all)


def load_serving(folder: Path, *, device: torch.device, dtype: str, adapter: str | None = None) -> Backbone:
    """As ``load_backbone``, for rating alone: the starter without transformers, where no adapter is merged in, and
    a Qwen2.5-VL with attention that pads nothing."""
    config = check_config(folder)
    if config["model_type"] != STARTER_TYPE or adapter is not None or not serves(config):
        few_bits = dtype if dtype in FEW_BITS else None
        backbone = load_backbone(folder, device=device, dtype=dtype, adapter=adapter, few_bits=few_bits)
        if config["model_type"] != QWEN_TYPE:
            return backbone
        make_packable(backbone.model)
        batch_windows(backbone.model)
        return replace(backbone, packs=True)
    check_memory(str(folder), _weights(folder, config), device, dtype)
    with _as_model_errors(folder):
        tokens = PromptTokenizer(Tokenizer.from_file(str(folder / "tokenizer.json")), model=str(folder))
        model = StarterNetwork.load(folder, config, weight_files(folder))
        # the tower measures; 16 bits, where they are asked for, are for the language model, and for the trunk's
        # convolutions, which are most of the work, on processors that are quicker with them
        model.model["language_model"].to(torch_dtype(dtype))
        model.to(device)
        if dtype == "bfloat16" and device.type == "cpu" and fused_convolution.computes_in_bfloat16():
            trunk: Any = model.model["visual"].trunk
            trunk.narrow()
    _check_tokens(folder, config["video_token_id"], model.get_input_embeddings().num_embeddings, tokens)
    seconds = float((config.get("vision_config") or {}).get("tokens_per_second", 1))
    return _backbone(model, tokens, device, dtype, seconds, config["text_config"].get("pad_token_id"))


def _backbone(
    model: Any, tokens: PromptTokenizer, device: torch.device, dtype: str, seconds: float, pad: Any
) -> Backbone:
    # counted at run time: an adapter may have changed the embedding
    parameters = sum(weight.numel() for weight in model.parameters())
    return Backbone(model, tokens, device, dtype, seconds, parameters, pad if isinstance(pad, int) else 0)


@contextmanager
def _as_model_errors(folder: Path) -> Iterator[None]:
    """What libraries raise while they load, as ModelMemoryError or ModelIncompatibleError."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            problem = Reason("model_memory_loading", folder=folder.name)
            raise ModelMemoryError(model=str(folder), problem=problem) from error
        reason = Reason("model_cannot_load", detail=Detail.of(error))
        raise ModelIncompatibleError(model=str(folder), problem=reason) from error


def load_shapes(folder: Path) -> tuple[Any, PromptTokenizer]:
    """A model of the folder's config on the meta device, which has shapes and no weights, and its tokenizer.

    Takes seconds and little memory however large the model is. Raises ModelIncompatibleError.
    """
    from transformers import AutoConfig, AutoModelForImageTextToText

    config = check_config(folder)
    _know_starter(config["model_type"])
    loader: Any = AutoModelForImageTextToText
    with _as_model_errors(folder):
        settings = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        with torch.device("meta"):
            model = loader.from_config(settings, attn_implementation="sdpa")
        tokens = _load_tokens(folder)
    model.eval().requires_grad_(False)
    return model, tokens


def _know_starter(model_type: str | None) -> None:
    """Registers the starter's classes with transformers, which else warns of a type that it does not know."""
    if model_type == STARTER_TYPE:
        import xl_vqa.vlm.starter_model  # noqa: F401


def check_tokenizer(folder: Path) -> None:
    """Raises ModelIncompatibleError where the folder has no tokenizer that the method can work with."""
    try:
        _know_starter(model_type_of(folder))
        _load_tokens(folder)
    except ModelError:
        raise
    except Exception as error:
        # transformers fails with a dozen types, and a sentence of several lines
        reason = Reason("model_tokenizer_unreadable", detail=Detail.of(error))
        raise ModelIncompatibleError(model=str(folder), problem=reason) from error


def check_config(folder: Path) -> dict[str, Any]:
    """The folder's config.json. Raises ModelIncompatibleError where the method does not fit the model."""
    config = read_json(folder / "config.json")
    check_type(folder)
    if "quantization_config" in config:
        problem = Reason("model_quantised")
        raise ModelIncompatibleError(model=str(folder), problem=problem)
    text = config.get("text_config") or config
    if text.get("use_sliding_window"):
        problem = Reason("model_sliding_window")
        raise ModelIncompatibleError(model=str(folder), problem=problem)
    vision = config.get("vision_config") or {}
    for name, wanted in (("patch_size", 14), ("spatial_merge_size", 2), ("temporal_patch_size", 2)):
        if vision.get(name, wanted) != wanted:
            problem = Reason("model_vision_field", name=name, value=vision[name], wanted=wanted)
            raise ModelIncompatibleError(model=str(folder), problem=problem)
    return config


def check_memory(
    model: str, weights: WeightCount, device: torch.device, dtype: str, few_bits: str | None = None
) -> None:
    """Raises ModelMemoryError where the weights alone would not fit, which names the largest format in which they
    would. Silent where memory is unknown."""
    free = available_bytes() if device.type == "cpu" else free_bytes(device)
    needed = needed_bytes(weights, dtype, few_bits)
    if free is None or needed <= free:
        return
    formats = ("bfloat16", *FEW_BITS) if weights.linear else ("bfloat16",)
    smaller = {one: needed_bytes(weights, one) for one in formats}
    fits = next((one for one, size in smaller.items() if size < needed and size <= free), None)
    facts = {"needed": _gib(needed), "free": _gib(free), "dtype": few_bits or dtype, "device": device.type}
    if fits is None:
        problem = Reason("model_memory_short", **facts)
    else:
        problem = Reason("model_memory_smaller", **facts, smaller=fits, less=_gib(smaller[fits]))
    raise ModelMemoryError(model=model, problem=problem)


def _weights(folder: Path, config: dict[str, Any]) -> WeightCount:
    found = count_weights(weight_files(folder))
    # a starter is not held in few bits
    return replace(found, linear=0) if config["model_type"] == STARTER_TYPE else found


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f}"


def _load_tokens(folder: Path) -> PromptTokenizer:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return PromptTokenizer(tokenizer, model=str(folder))


def _load_model(folder: Path, device: torch.device, dtype: str, few_bits: str | None = None) -> Any:
    from transformers import AutoModelForImageTextToText

    # untyped for a type checker
    loader: Any = AutoModelForImageTextToText
    with without_bars():
        model, report = loader.from_pretrained(
            folder,
            dtype=torch_dtype(dtype),
            # flash attention takes no tree mask
            attn_implementation="sdpa",
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            # reported below by name; otherwise the error names no weight
            ignore_mismatched_sizes=True,
            **(few_bit_layers.loading(few_bits, device, torch_dtype(dtype)) if few_bits else {}),
        )
    # transformers fills what is missing with random numbers, and the scores would be random too
    lost = [*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"])]
    if lost:
        problem = Reason("model_weights_lost", count=len(lost), first=min(lost))
        raise ModelIncompatibleError(model=str(folder), problem=problem)
    return model if few_bits else model.to(device)


def _with_adapter(model: Any, folder: Path, *, merged: bool) -> Any:
    from peft import PeftModel, get_peft_model_state_dict

    with safe_open(folder / "adapter_model.safetensors", framework="pt") as file:
        stored = len(file.keys())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        adapted = PeftModel.from_pretrained(model, folder, is_trainable=False)
    # peft only warns of weights that find no place, and would then change nothing or half of it
    placed = len(get_peft_model_state_dict(adapted))
    if stored != placed or any("missing adapter keys" in str(warning.message) for warning in caught):
        problem = Reason("model_adapter_other", stored=stored, placed=placed)
        raise ModelIncompatibleError(model=str(folder), problem=problem)
    if not merged:
        # rounded to few bits once more, the sum would be another model than the one that was taught
        inner: Any = adapted.base_model
        return inner.model
    # rating then costs nothing extra
    return adapted.merge_and_unload(safe_merge=True)


def _check_tokens(folder: Path, video: Any, rows: int, tokens: PromptTokenizer) -> None:
    """``video``: the number that the config gives the video token; ``rows``: of the embedding."""
    expected = tokens.control(VIDEO_PAD)
    if video != expected:
        problem = Reason("model_video_token", config=video, tokenizer=expected)
        raise ModelIncompatibleError(model=str(folder), problem=problem)
    highest = max(expected, *tokens.digits)
    if highest >= rows:
        problem = Reason("model_embedding_rows", token=highest, rows=rows)
        raise ModelIncompatibleError(model=str(folder), problem=problem)
