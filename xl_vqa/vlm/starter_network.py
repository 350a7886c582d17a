"""The starter as it is served: the same weights and numbers as its transformers model, without transformers.

Importing transformers' Qwen2.5-VL takes longer than rating a clip and holds a hundred megabytes, and its model
computes every layer for every token, where the last one is wanted for one token. ``StarterNetwork`` is called as
the other one is, by as much as the package calls (answers.Stem, question_weights.py), and its layers have the same
names. tests/vlm/test_starter_network.py holds it against the other one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from xl_vqa.vlm.dense import Dense
from xl_vqa.vlm.starter_opinion import FOLDS
from xl_vqa.vlm.starter_tower import StarterTower
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.reasons import Reason

_OF_TEXT: Final = {"hidden_act": "silu", "use_sliding_window": False}
_OF_ROTATION: Final = {"rope_type": "default"}


def serves(config: Mapping[str, Any]) -> bool:
    """Whether a starter of this config.json is one that ``StarterNetwork`` knows; any other is transformers'."""
    text = config.get("text_config") or {}
    rotation = text.get("rope_parameters") or {}
    return (
        bool(config.get("tie_word_embeddings"))
        and all(text.get(name, value) == value for name, value in _OF_TEXT.items())
        and all(rotation.get(name) == value for name, value in _OF_ROTATION.items())
        and {"mrope_section", "rope_theta"} <= rotation.keys()
    )


class Stored(NamedTuple):
    """Of one layer, [rows, key heads, tokens, width of a head]."""

    keys: Tensor
    values: Tensor


@dataclass
class Cache:
    """Keys and values of every layer."""

    layers: list[Stored] = field(default_factory=list)

    def get_seq_length(self) -> int:
        return self.layers[0].keys.shape[2] if self.layers else 0

    def update(self, layer: int, keys: Tensor, values: Tensor) -> Stored:
        """All of a layer, with what is new."""
        if layer == len(self.layers):
            self.layers.append(Stored(keys, values))
        else:
            old = self.layers[layer]
            self.layers[layer] = Stored(torch.cat((old.keys, keys), dim=2), torch.cat((old.values, values), dim=2))
        return self.layers[layer]


@dataclass(frozen=True, slots=True)
class Output:
    """``logits`` [rows, kept tokens, vocabulary]."""

    logits: Tensor
    past_key_values: Cache


@dataclass(frozen=True, slots=True)
class _Seen:
    """What each token may look at: ``mask`` to add, [rows, 1, queries, keys], or all before it (None)."""

    mask: Tensor | None

    def of(self, kept: Tensor | None) -> Tensor | None:
        return self.mask if self.mask is None or kept is None else self.mask[:, :, kept]


class _Norm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self._epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        wide = wide * (wide.square().mean(-1, keepdim=True) + self._epsilon).rsqrt()
        return self.weight * wide.to(x.dtype)


class _Attention(nn.Module):
    def __init__(self, text: Mapping[str, Any], layer: int) -> None:
        super().__init__()
        width, self._heads = int(text["hidden_size"]), int(text["num_attention_heads"])
        self._layer, self._head = layer, width // self._heads
        keys = int(text["num_key_value_heads"]) * self._head
        self.q_proj = Dense(width, width)
        self.k_proj = Dense(width, keys)
        self.v_proj = Dense(width, keys)
        self.o_proj = Dense(width, width, bias=False)

    def forward(
        self, x: Tensor, turns: tuple[Tensor, Tensor], seen: _Seen, cache: Cache, kept: Tensor | None
    ) -> Tensor:
        """[rows, kept or all tokens, width]."""
        asking, asked_turns = (x, turns) if kept is None else (x[:, kept], (turns[0][:, kept], turns[1][:, kept]))
        keys, values = cache.update(
            self._layer, _turned(self._split(self.k_proj(x)), turns), self._split(self.v_proj(x))
        )
        queries = _turned(self._split(self.q_proj(asking)), asked_turns)
        found = functional.scaled_dot_product_attention(
            queries,
            keys,
            values,
            attn_mask=seen.of(kept),
            # the only tokens that are kept without a mask are the last ones, which see everything
            is_causal=seen.mask is None and kept is None and queries.shape[2] > 1,
            enable_gqa=True,
        )
        result: Tensor = self.o_proj(found.transpose(1, 2).flatten(2))
        return result

    def _split(self, x: Tensor) -> Tensor:
        """[rows, tokens, heads * width] to [rows, heads, tokens, width]."""
        return x.view(*x.shape[:2], -1, self._head).transpose(1, 2)


class _Widening(nn.Module):
    def __init__(self, text: Mapping[str, Any]) -> None:
        super().__init__()
        width, wide = int(text["hidden_size"]), int(text["intermediate_size"])
        self.gate_proj = Dense(width, wide, bias=False)
        self.up_proj = Dense(width, wide, bias=False)
        self.down_proj = Dense(wide, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return result


class _Layer(nn.Module):
    def __init__(self, text: Mapping[str, Any], layer: int) -> None:
        super().__init__()
        width, epsilon = int(text["hidden_size"]), float(text["rms_norm_eps"])
        self.input_layernorm = _Norm(width, epsilon)
        self.self_attn = _Attention(text, layer)
        self.post_attention_layernorm = _Norm(width, epsilon)
        self.mlp = _Widening(text)

    def forward(
        self, x: Tensor, turns: tuple[Tensor, Tensor], seen: _Seen, cache: Cache, kept: Tensor | None
    ) -> Tensor:
        attended = self.self_attn(self.input_layernorm(x), turns, seen, cache, kept)
        x = attended + (x if kept is None else x[:, kept])
        result: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return result


class _Language(nn.Module):
    """Qwen2.5's decoder."""

    def __init__(self, text: Mapping[str, Any]) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(int(text["vocab_size"]), int(text["hidden_size"]))
        self.layers = nn.ModuleList(_Layer(text, number) for number in range(int(text["num_hidden_layers"])))
        self.norm = _Norm(int(text["hidden_size"]), float(text["rms_norm_eps"]))
        rotation = text["rope_parameters"]
        self._theta, self._parts = float(rotation["rope_theta"]), list(rotation["mrope_section"])

    def forward(self, x: Tensor, positions: Tensor, seen: _Seen, cache: Cache, kept: Tensor | None) -> Tensor:
        turns = self._turns(positions, x.dtype)
        for number, layer in enumerate(self.layers):
            # what the last layer makes of other tokens nobody reads
            x = layer(x, turns, seen, cache, kept if number == len(self.layers) - 1 else None)
        result: Tensor = self.norm(x)
        return result

    def _turns(self, positions: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Cosine and sine of positions [3, rows, tokens], [rows, tokens, width of a head]."""
        half = sum(self._parts)
        exponents = torch.arange(0, 2 * half, 2, dtype=torch.float32, device=positions.device) / (2 * half)
        angles = positions[..., None].float() / self._theta**exponents
        # time, row and column each turn their own part
        parts = [part[number % 3] for number, part in enumerate(angles.split(self._parts, dim=-1))]
        whole = torch.cat([*parts, *parts], dim=-1)
        return whole.cos().to(dtype), whole.sin().to(dtype)


def _turned(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Heads [rows, heads, tokens, width] turned by their positions."""
    cosine, sine = (part[:, None] for part in turns)
    one, other = x.chunk(2, dim=-1)
    return x * cosine + torch.cat((-other, one), dim=-1) * sine


class StarterNetwork(nn.Module):
    """Called as transformers' model of the starter, by keywords, under ``torch.inference_mode``."""

    small: Final = True
    """So that a call of one video is better off on a core of its own (side_by_side.py)."""
    pixel_dtype: Final = torch.uint8
    """Patches are taken as they were cut: what normalising does the tower undoes."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        text = config["text_config"]
        tower: Any = SimpleNamespace(
            vision_config=SimpleNamespace(out_hidden_size=text["hidden_size"]),
            image_mean=config["image_mean"],
            image_std=config["image_std"],
            first_opinion=config.get("first_opinion", False),
            opinion_experts=config.get("opinion_experts", FOLDS),
        )
        self.model = nn.ModuleDict({"visual": StarterTower(tower), "language_model": _Language(text)})
        self._video = int(config["video_token_id"])

    @classmethod
    def load(cls, folder: Path, config: Mapping[str, Any], files: list[Path]) -> StarterNetwork:
        """In eval mode, float32, on the CPU. Raises ModelIncompatibleError where weights are missing."""
        # not on the meta device: torch._dynamo and sympy, which compute shapes there, import as long as torch
        network = cls(config)
        stored: dict[str, Tensor] = {}
        for path in files:
            stored |= load_file(path)
        own = network.state_dict()
        lost = [name for name, value in own.items() if name not in stored or stored[name].shape != value.shape]
        if lost:
            problem = Reason("model_weights_lost", count=len(lost), first=min(lost))
            raise ModelIncompatibleError(model=str(folder), problem=problem)
        network.load_state_dict({name: stored[name].float() for name in own}, assign=True)
        return network.eval().requires_grad_(False)

    def get_input_embeddings(self) -> nn.Embedding:
        found: Any = self.model["language_model"].embed_tokens
        embeddings: nn.Embedding = found
        return embeddings

    def forward(
        self,
        *,
        attention_mask: Tensor | Mapping[str, Tensor],
        position_ids: Tensor,
        input_ids: Tensor,
        pixel_values_videos: Tensor | None = None,
        video_grid_thw: Tensor | None = None,
        past_key_values: Cache | None = None,
        logits_to_keep: int | Tensor = 0,
        mm_token_type_ids: Tensor | None = None,
        use_cache: bool = True,
    ) -> Output:
        """The part of transformers' interface that the package uses.

        ``attention_mask``: 0 and 1 for each token of the prompt, or ``{"full_attention": mask to add}``;
        ``pixel_values_videos`` as StarterTower.features takes them; ``logits_to_keep``: so many last tokens (0:
        all), or their places. The last two say nothing new: a token's own number marks it, and the cache is
        always kept.
        """
        embeddings = self.get_input_embeddings()
        x = embeddings(input_ids)
        if pixel_values_videos is not None and video_grid_thw is not None:
            tower: Any = self.model["visual"]
            tokens = tower.tokens(pixel_values_videos, video_grid_thw)
            x = x.masked_scatter((input_ids == self._video)[..., None], tokens.to(x.dtype))
        cache = Cache() if past_key_values is None else past_key_values
        seen = _seen(attention_mask, x.dtype)
        kept = _kept(logits_to_keep, x.shape[1], x.device)
        narrow = kept if seen.mask is not None or _is_last(logits_to_keep) else None
        hidden = self.model["language_model"](x, position_ids, seen, cache, narrow)
        if narrow is None and kept is not None:
            hidden = hidden[:, kept]
        return Output(functional.linear(hidden, embeddings.weight), cache)


def _is_last(keep: int | Tensor) -> bool:
    return isinstance(keep, int) and keep == 1


def _kept(keep: int | Tensor, length: int, device: torch.device) -> Tensor | None:
    """The places of ``logits_to_keep``; None for all."""
    if isinstance(keep, Tensor):
        return keep
    return torch.arange(length - keep, length, device=device) if keep else None


def _seen(mask: Tensor | Mapping[str, Tensor], dtype: torch.dtype) -> _Seen:
    if not isinstance(mask, Tensor):
        return _Seen(mask["full_attention"])
    # a GPU would have to be waited for
    if mask.device.type == "cpu" and bool(mask.all()):
        return _Seen(None)
    length = mask.shape[1]
    before = torch.ones(length, length, dtype=torch.bool, device=mask.device).tril()
    # padding, which sees nothing, looks at itself: a row without anything would be not a number
    visible = (before & mask[:, None].bool()) | torch.eye(length, dtype=torch.bool, device=mask.device)
    lowest = torch.finfo(dtype).min
    return _Seen(
        torch.zeros(visible.shape, dtype=dtype, device=mask.device).masked_fill_(~visible, lowest)[:, None]
    )
