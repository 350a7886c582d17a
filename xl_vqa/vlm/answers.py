"""The exact probability of every answer of a scheme, for one prefill and one step per further token.

The answers form a tree of tokens. The prompt is read once; its last position gives the first token. Then all first
tokens that begin an answer go through the model in ONE call, each seeing the prompt and itself but not its
siblings, and give the second token; and so on for longer answers. The result is the same as asking the model for
every answer one by one (tests/vlm/test_digit_tree.py), and nothing is sampled or parsed. The labels of a scale are
the case that is served (digit_tree.py); words and decimals are others (training/schemes.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xl_vqa.words.labels import Scale

Node = tuple[int, ...]
"""The first tokens of an answer; the empty one is the prompt."""


@dataclass(frozen=True, slots=True)
class AnswerTree:
    """The token tree of a scheme's answers.

    ``nodes`` are the proper prefixes of all answers, the shortest first, beginning with the empty one;
    ``answers[i]`` is the token ids of answer i, of which the loss sees the first ``counted[i]``.
    """

    answers: tuple[Node, ...]
    counted: tuple[int, ...]
    nodes: tuple[Node, ...]

    @classmethod
    def of(cls, answers: Sequence[Sequence[int]], counted: Sequence[int] | None = None) -> AnswerTree:
        """``counted``: all tokens of each where not said.

        Raises ValueError where one answer is the beginning of another: it could then not be told apart.
        """
        whole = tuple(tuple(answer) for answer in answers)
        prefixes = dict.fromkeys(answer[:k] for answer in whole for k in range(len(answer)))
        if prefixes.keys() & set(whole) or len(set(whole)) < len(whole):
            raise ValueError("an answer is the beginning of another")
        seen = tuple(map(len, whole)) if counted is None else tuple(counted)
        return cls(whole, seen, tuple(sorted(prefixes, key=len)))

    @property
    def levels(self) -> tuple[tuple[Node, ...], ...]:
        """``levels[k]`` are the nodes of k tokens."""
        depths = range(len(self.nodes[-1]) + 1)
        return tuple(tuple(node for node in self.nodes if len(node) == depth) for depth in depths)

    @property
    def tokens(self) -> tuple[int, ...]:
        """Every token that stands in an answer."""
        return tuple(sorted({token for answer in self.answers for token in answer}))

    def following(self, node: Node) -> tuple[int, ...]:
        """The tokens that can follow a node: after the digit 5 of 10..50 only 0."""
        return tuple(sorted({one[len(node)] for one in self.answers if one[: len(node)] == node}))

    def joint(self, logs: Sequence[Sequence[float]], tokens: Sequence[int]) -> list[float]:
        """The model's own probability of each answer; they sum to 1 minus what is no answer.

        ``logs`` [nodes, tokens]: natural log-probabilities over the WHOLE vocabulary.
        """
        row = {node: k for k, node in enumerate(self.nodes)}
        column = {token: k for k, token in enumerate(tokens)}
        return [
            float(
                torch.tensor(
                    sum(logs[row[answer[:k]]][column[token]] for k, token in enumerate(answer)),
                    dtype=torch.float64,
                ).exp()
            )
            for answer in self.answers
        ]

    def masses(self, node: Node, weights: Sequence[float] | NDArray[np.float64]) -> dict[int, float]:
        """What each token that can follow a node weighs: as much as the answers that go on with it.

        ``weights[i]`` belongs to answer i.
        """
        found: dict[int, float] = {}
        depth = len(node)
        for answer, weight in zip(self.answers, weights, strict=True):
            if answer[:depth] == node:
                found[answer[depth]] = found.get(answer[depth], 0.0) + float(weight)
        return found

    def greedy(self, joint: Sequence[float] | NDArray[np.float64]) -> int:
        """The answer that taking the likeliest token again and again ends at; ``joint[i]`` belongs to answer i.

        By the probability of what can follow, as rating.LabelDistribution.greedy does: a first digit counts for
        as much as the answers that begin with it.
        """
        node: Node = ()
        while node not in self.answers:
            masses = self.masses(node, joint)
            node = (*node, max(masses, key=lambda token: (masses[token], -token)))
        return self.answers.index(node)


@lru_cache(maxsize=64)
def label_tree(scale: Scale, digits: tuple[int, ...] = tuple(range(10))) -> AnswerTree:
    """The tree of the digits of a scale's labels; ``digits`` are the tokens of 0..9, by default themselves."""
    return AnswerTree.of([[digits[int(digit)] for digit in scale.text(label)] for label in scale.labels])


def ancestry(nodes: Sequence[Node], entered: Sequence[Node]) -> Tensor:
    """bool [nodes, entered]: what each node sees of the tree: its own prefixes and itself.

    ``entered``: in the order in which nodes enter the cache.
    """
    return torch.tensor([[node[: len(other)] == other for other in entered] for node in nodes], dtype=torch.bool)


@dataclass(slots=True)
class Stem:
    """A prompt that was read once, with its cache, from which answers and further questions grow.

    ``visible`` bool [rows, keys]: what of the cache belongs to the prompt (not its padding, nor what grew since);
    ``positions`` int64 [3, rows, prompt]. What grows enters the cache, where nobody else sees it.
    """

    model: Any
    cache: Any
    visible: Tensor
    positions: Tensor
    logits: Tensor
    """float [rows, 1, vocabulary] after the prompt's last token."""

    @classmethod
    def read(cls, model: Any, inputs: Mapping[str, Tensor]) -> Stem:
        """One prefill of ``inputs`` (see inputs.model_inputs; embeddings will do as well)."""
        output = model(**inputs, use_cache=True, logits_to_keep=1)
        seen = inputs["attention_mask"].bool()
        return cls(model, output.past_key_values, seen, inputs["position_ids"], output.logits[:, -1:])

    def answers(self, tree: AnswerTree, tokens: Sequence[int]) -> list[list[list[float]]]:
        """Natural log-probabilities [rows][nodes][tokens] of ``tokens`` after every node, over the WHOLE
        vocabulary; one call per further token."""
        found = [_log_probs(self.logits, tokens)]
        entered: list[Node] = []
        grown = self._grown
        for depth, nodes in enumerate(tree.levels[1:], 1):
            entered += nodes
            own = ancestry(nodes, entered)
            logits = self._call(nodes, self.visible, own, grown, self.positions[:, :, -1:] + depth)
            found.append(_log_probs(logits, tokens))
        logs: list[list[list[float]]] = torch.cat(found, dim=1).cpu().tolist()
        return logs

    def branches(
        self, questions: Sequence[Sequence[int]], shared: Sequence[int], tree: AnswerTree, tokens: Sequence[int]
    ) -> list[list[list[list[float]]]]:
        """The same [rows][questions][nodes][tokens], had each question stood behind the first ``shared[row]``
        tokens of the row's prompt in the place of the rest.

        All questions go through the model in ONE call, blind to each other, and so does each further token of all
        their answers.
        """
        kept = self._shared(shared)
        # in all three parts the same: what follows the video is text
        starts = self.positions[:, :, -1:] - (self.visible.sum(1) - kept.sum(1))[None, :, None]
        whole = [(number, *question) for number, question in enumerate(questions)]
        nodes: list[Node] = [question[:length] for question in whole for length in range(2, len(question) + 1)]
        entered, grown = list(nodes), self._grown
        ends = torch.tensor([nodes.index(question) for question in whole], device=self.visible.device)
        further = [[question + node for question in whole for node in level] for level in tree.levels[1:]]
        found = []
        for number, level in enumerate([nodes, *further]):
            entered += level if number else []
            depths = torch.tensor([len(node) - 1 for node in level], device=self.visible.device)
            own = ancestry(level, entered)
            last = ends if number == 0 else 0
            logits = self._call(level, kept, own, grown, starts + depths, last)
            found.append(_log_probs(logits.view(len(kept), len(whole), -1, logits.shape[-1]), tokens))
        logs: list[list[list[list[float]]]] = torch.cat(found, dim=2).cpu().tolist()
        return logs

    @property
    def _grown(self) -> int:
        """Keys in the cache that are not of the prompt."""
        return int(self.cache.get_seq_length()) - self.visible.shape[1]

    def _shared(self, shared: Sequence[int]) -> Tensor:
        """bool [rows, keys]: the first so many visible ones of each row."""
        counted = self.visible.cumsum(1)
        limit = torch.tensor(list(shared), device=self.visible.device)
        return self.visible & (counted <= limit[:, None])

    def _call(
        self, nodes: Sequence[Node], prompt: Tensor, own: Tensor, grown: int, positions: Tensor, keep: Any = 0
    ) -> Tensor:
        """Logits of the last token of every node, in one call.

        ``own`` [nodes, entered]: what each sees of what entered the cache behind the first ``grown`` others.
        """
        rows, device = prompt.shape[0], prompt.device
        # what grew earlier is of another question
        others = torch.zeros(rows, len(nodes), grown, dtype=torch.bool, device=device)
        seen = prompt[:, None].expand(-1, len(nodes), -1)
        visible = torch.cat((seen, others, own.to(device)[None].expand(rows, -1, -1)), dim=2)
        output = self.model(
            input_ids=torch.tensor([node[-1] for node in nodes], device=device).expand(rows, -1),
            attention_mask={"full_attention": additive(visible, language_dtype(self.model))},
            position_ids=positions.expand(-1, -1, len(nodes)),
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=keep,
        )
        return output.logits  # type: ignore[no-any-return]


def grow(
    model: Any, inputs: Mapping[str, Tensor], tree: AnswerTree, tokens: Sequence[int]
) -> list[list[list[float]]]:
    """Natural log-probabilities [rows][nodes][tokens] of ``tokens`` after every node, over the WHOLE vocabulary.

    One prefill, then one call per further token. Works with the eager and the sdpa attention of transformers. Call
    it under ``torch.inference_mode``.
    """
    return Stem.read(model, inputs).answers(tree, tokens)


def _log_probs(logits: Tensor, tokens: Sequence[int]) -> Tensor:
    """float32 [..., tokens] from [..., vocabulary], normalised over all of it."""
    logits = logits.float()
    ids = torch.tensor(list(tokens), device=logits.device)
    return logits.index_select(-1, ids) - logits.logsumexp(dim=-1, keepdim=True)


def additive(visible: Tensor, dtype: torch.dtype) -> Tensor:
    """The attention mask [rows, 1, queries, keys] of ``visible`` bool [rows, queries, keys].

    0 where a position may look, the lowest number elsewhere; not boolean, because eager attention adds it.
    """
    mask = torch.zeros(visible.shape, dtype=dtype, device=visible.device)
    return mask.masked_fill_(~visible, torch.finfo(dtype).min)[:, None]


def language_dtype(model: Any) -> torch.dtype:
    """What the language model computes in; ``model.dtype`` is that of its first weight, which is the tower's."""
    dtype: torch.dtype = model.get_input_embeddings().weight.dtype
    return dtype
