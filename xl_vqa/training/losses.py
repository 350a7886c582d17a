"""What is minimised: the cross entropy of the counted tokens (the method), and two options on top of it.

Every loss takes ``logits`` [rows, tail, vocabulary] and ``labels`` int64 [rows, tail] (see examples.py) and
sees only what the labels do not ignore: the logits at position p are held against the label at p + 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from xl_vqa.training.errors import TrainingError
from xl_vqa.training.recipe import LossOptions
from xl_vqa.training.schemes import Scheme
from xl_vqa.training.target_mask import IGNORE
from xl_vqa.vlm.answers import AnswerTree
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.reasons import Reason

Loss = Callable[..., Tensor]


def make_loss(options: LossOptions, scheme: Scheme, tokenizer: PromptTokenizer, hub_tokenizer: Any) -> Loss:
    """A function for Trainer's ``compute_loss_func``: (outputs, labels, num_items_in_batch) -> scalar.

    ``hub_tokenizer`` is transformers' own, which the ``ntloss`` package reads the digits from.
    """
    if options.kind == "number_token":
        number_token = _number_token_loss(hub_tokenizer)
        return lambda outputs, labels, num_items_in_batch=None: (
            cross_entropy(outputs.logits, labels, num_items_in_batch)
            + options.weight * number_token(outputs.logits, labels, num_items_in_batch)
        )
    if options.kind == "soft":
        soft = SoftTargets(scheme, tokenizer, options.spread)
        return lambda outputs, labels, num_items_in_batch=None: soft(outputs.logits, labels, num_items_in_batch)
    return lambda outputs, labels, num_items_in_batch=None: cross_entropy(
        outputs.logits, labels, num_items_in_batch
    )


def cross_entropy(logits: Tensor, labels: Tensor, count: Tensor | int | None = None) -> Tensor:
    """Mean over the counted tokens; ``count`` replaces their number where gradients are accumulated."""
    seen, wanted = _seen(logits, labels)
    total = functional.cross_entropy(seen, wanted, reduction="sum")
    return total / _count(count, len(wanted), total)


class SoftTargets:
    """Cross entropy against a distribution over neighbouring answers instead of a single one.

    The target of an answer is a normal distribution of ``spread`` answers around it, cut at the ends. The loss
    is taken token by token: after the prompt against the distribution of first tokens, after each prefix of
    the true answer against the distribution of next tokens given that prefix. Its minimum over all prefixes is
    the joint distribution itself.
    """

    def __init__(self, scheme: Scheme, tokenizer: PromptTokenizer, spread: float) -> None:
        counted: dict[tuple[int, ...], list[int]] = {}
        for place, text in enumerate(scheme.texts):
            answer = tokenizer.plain(text)
            counted.setdefault(tuple(answer[: scheme.counted(answer)]), []).append(place)
        self._tree = AnswerTree.of(list(counted))
        self._places = list(counted.values())
        self._spread = spread

    def weights(self, answer: Sequence[int]) -> list[float]:
        """The target probability of each answer that can be told apart, given the counted tokens of the true."""
        own = self._places[self._tree.answers.index(tuple(answer))]
        centre = sum(own) / len(own)
        raw = [
            sum(math.exp(-0.5 * ((place - centre) / self._spread) ** 2) for place in places)
            for places in self._places
        ]
        return [value / sum(raw) for value in raw]

    def __call__(self, logits: Tensor, labels: Tensor, count: Tensor | int | None = None) -> Tensor:
        log_probs = logits[:, :-1].float().log_softmax(-1)
        shifted = labels[:, 1:]
        total = log_probs.new_zeros(())
        seen = 0
        for row in range(len(shifted)):
            places = (shifted[row] != IGNORE).nonzero().flatten().tolist()
            answer = tuple(shifted[row, places].tolist())
            weights = self.weights(answer)
            for depth, place in enumerate(places):
                following = self._tree.masses(answer[:depth], weights)
                mass = sum(following.values())
                ids = torch.tensor(list(following), device=logits.device)
                target = torch.tensor([w / mass for w in following.values()], device=logits.device)
                total = total - (target * log_probs[row, place, ids]).sum()
                seen += 1
        return total / _count(count, seen, total)


def _number_token_loss(hub_tokenizer: Any) -> Callable[[Tensor, Tensor, Tensor | int | None], Tensor]:
    """Number Token Loss (Zausinger et al., ICML 2025) in its Wasserstein form, from the authors' package."""
    try:
        from ntloss.core import NTLoss as number_token_loss
    except ImportError as error:
        problem = Reason("ntloss_missing")
        raise TrainingError(problem=problem) from error
    made: dict[int, Any] = {}

    def loss(logits: Tensor, labels: Tensor, count: Tensor | int | None) -> Tensor:
        size = logits.shape[-1]
        if size not in made:
            made[size] = number_token_loss(tokenizer=hub_tokenizer, vocab_size=size)
        seen, wanted = _seen(logits, labels)
        total: Tensor = made[size](seen[None], wanted[None], reduction="sum")
        return total / _count(count, len(wanted), total)

    return loss


def _seen(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """float32 [n, vocabulary] and int64 [n]: what the loss sees, and the token that should be there."""
    shifted = labels[:, 1:]
    kept = shifted != IGNORE
    return logits[:, :-1][kept].float(), shifted[kept]


def _count(given: Tensor | int | None, own: int, like: Tensor) -> Tensor:
    if given is None:
        return torch.as_tensor(max(own, 1), device=like.device)
    return torch.as_tensor(given, device=like.device)
