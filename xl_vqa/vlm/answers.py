"""The exact probability of every answer of a scheme, for one prefill and one step per further token.

The answers form a tree of tokens. The prompt is read once; its last position gives the first token. Then all first
tokens that begin an answer go through the model in ONE call, each seeing the prompt and itself but not its
siblings, and give the second token; and so on for longer answers. The result is the same as asking the model for
every answer one by one (tests/vlm/test_digit_tree.py), and nothing is sampled or parsed. The labels of a scale are
the case that is served (digit_tree.py); words and decimals are others (training/schemes.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xl_vqa.vlm.packed import Packing
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


class Switched(Protocol):
    """Weights that are on for some calls only; question_weights.QuestionWeights is one."""

    def on(self, model: Any, numbers: Sequence[int], kept: Sequence[int]) -> AbstractContextManager[None]:
        """For a call whose token i is the last of question ``numbers[i]``, or of its answer; -1 is neither.

        ``kept``: the tokens whose logits are asked for, rising; a model may compute its last layer for them alone.
        """


@dataclass(slots=True)
class Stem:
    """A prompt that was read once, with its cache, from which answers and further questions grow.

    ``visible`` bool [rows, keys]: what of the cache belongs to the prompt (not its padding, nor what grew since);
    ``positions`` int64 [3, rows, prompt]. What grows enters the cache, where nobody else sees it. ``packed``: all
    prompts lie in one row of the cache (packed.py), and what grows of them takes turns in it.
    """

    model: Any
    cache: Any
    visible: Tensor
    positions: Tensor
    logits: Tensor
    """float [rows, 1, vocabulary] after the prompt's last token."""
    packed: bool = False

    @classmethod
    def read(cls, model: Any, inputs: Mapping[str, Tensor]) -> Stem:
        """One prefill of ``inputs`` (see inputs.model_inputs; embeddings will do as well)."""
        output = model(**inputs, use_cache=True, logits_to_keep=1)
        seen = inputs["attention_mask"].bool()
        return cls(model, output.past_key_values, seen, inputs["position_ids"], output.logits[:, -1:])

    @classmethod
    def read_packed(cls, model: Any, inputs: Mapping[str, Any], packing: Packing) -> Stem:
        """The same of what ``packed.packed_inputs`` made; of ``positions`` the last of each prompt."""
        places = inputs["position_ids"]
        last = torch.tensor([end - 1 for _, end in packing.spans], device=places.device)
        output = model(**inputs, use_cache=True, logits_to_keep=last)
        ends = places[:, 0, last, None]
        seen = packing.visible(places.device)
        return cls(model, output.past_key_values, seen, ends, output.logits[0, :, None], packed=True)

    def answers(self, tree: AnswerTree, tokens: Sequence[int]) -> list[list[list[float]]]:
        """Natural log-probabilities [rows][nodes][tokens] of ``tokens`` after every node, over the WHOLE
        vocabulary; one call per further token."""
        found = [_log_probs(self.logits, tokens)]
        entered: list[Node] = []
        grown = self.grown
        for depth, nodes in enumerate(tree.levels[1:], 1):
            entered += nodes
            own = ancestry(nodes, entered)
            logits = self._call(nodes, self.visible, own, grown, self.positions[:, :, -1:] + depth)
            found.append(_log_probs(logits, tokens))
        logs: list[list[list[float]]] = torch.cat(found, dim=1).cpu().tolist()
        return logs

    def branches(
        self,
        questions: Sequence[Sequence[int]],
        shared: Sequence[int],
        tree: AnswerTree,
        tokens: Sequence[int],
        weights: Switched | None = None,
    ) -> list[list[list[list[float]]]]:
        """The same [rows][questions][nodes][tokens], had each question stood behind the first ``shared[row]``
        tokens of the row's prompt in the place of the rest.

        All questions go through the model in ONE call, blind to each other, and so does each further token of all
        their answers. ``weights`` are on for each question's last token and its answer alone.
        """
        branch = _Branch.of(self, questions, shared, weights)
        found = [_log_probs(self._branched(branch, level), tokens) for level in tree.levels]
        logs: list[list[list[list[float]]]] = torch.cat(found, dim=2).cpu().tolist()
        return logs

    def questions(
        self, questions: Sequence[Sequence[int]], shared: Sequence[int], further: Sequence[Node], weights: Switched
    ) -> Tensor:
        """Logits [rows, questions, 1 + further, vocabulary] after each question and after each of ``further``
        behind it, all in one call. For training: it gives gradients where they are on."""
        return self._branched(_Branch.of(self, questions, shared, weights), [(), *further])

    def _branched(self, branch: _Branch, answers: Sequence[Node]) -> Tensor:
        """Logits [rows, questions, answers, vocabulary] after each question and each of ``answers`` behind it."""
        new = [] if branch.entered else branch.question_nodes
        wanted = [question + answer for question in branch.whole for answer in answers]
        nodes = list(dict.fromkeys([*new, *wanted]))
        branch.entered += nodes
        own = ancestry(nodes, branch.entered)
        depths = torch.tensor([len(node) - 1 for node in nodes], device=self.visible.device)
        place = {node: number for number, node in enumerate(nodes)}
        places = [place[node] for node in wanted]
        keep = sorted(places)
        turns = range(len(self.visible) if self.packed else 1)
        numbers = [branch.number_of(node) for node in nodes for _ in turns]
        used = [len(turns) * one + turn for one in keep for turn in turns]
        with nullcontext() if branch.weights is None else branch.weights.on(self.model, numbers, used):
            kept = torch.tensor(used, device=self.visible.device)
            logits = self._call(nodes, branch.prompt, own, branch.others, branch.starts + depths, kept)
        logits = logits[:, [keep.index(one) for one in places]]
        return logits.view(len(logits), len(branch.whole), len(answers), -1)

    def pooled(self, first: Sequence[int], count: Sequence[int]) -> Tensor:
        """float32 [rows, width]: the mean value state of the last layer over ``count[row]`` tokens of the row's
        prompt from its token ``first[row]`` on: how the model sees what stands there."""
        values: Tensor = self.cache.layers[-1].values[:, :, : self.visible.shape[1]]
        place = self.visible.cumsum(1) - 1
        begin, length = (torch.tensor(list(one), device=place.device)[:, None] for one in (first, count))
        chosen = (self.visible & (place >= begin) & (place < begin + length)).float()
        if self.packed:
            return torch.einsum("hkd,rk->rhd", values[0].float(), chosen / length).flatten(1)
        return torch.einsum("rhkd,rk->rhd", values.float(), chosen / length).flatten(1)

    @property
    def grown(self) -> int:
        """Keys of each row in the cache that are not of the prompt."""
        keys = int(self.cache.get_seq_length()) - self.visible.shape[1]
        return keys // len(self.visible) if self.packed else keys

    def _call(
        self, nodes: Sequence[Node], prompt: Tensor, own: Tensor, grown: int, positions: Tensor, keep: Any = 0
    ) -> Tensor:
        """Logits [rows, nodes, vocabulary] of the last token of every node, in one call.

        ``own`` [nodes, entered]: what each sees of what entered the cache behind the first ``grown`` others.
        ``keep``: the places of those that are wanted, where a packed row has them; 0 is all.
        """
        rows, device = prompt.shape[0], prompt.device
        # what grew earlier is of another question
        others = torch.zeros(rows, len(nodes), grown, dtype=torch.bool, device=device)
        seen = prompt[:, None].expand(-1, len(nodes), -1)
        ids = torch.tensor([node[-1] for node in nodes], device=device).expand(rows, -1)
        positions = positions.expand(-1, -1, len(nodes))
        own = own.to(device)[None].expand(rows, -1, -1)
        if self.packed:
            # node after node, of each the prompts in turn; a key of another prompt is none
            same = torch.eye(rows, dtype=torch.bool, device=device)
            own = (own[0, :, None, :, None] & same[None, :, None]).flatten(2).flatten(0, 1)[None]
            seen, others = (
                seen.transpose(0, 1).flatten(0, 1)[None],
                others.new_zeros(1, own.shape[1], grown * rows),
            )
            ids, positions = ids.T.reshape(1, -1), positions.transpose(1, 2).reshape(3, 1, -1)
        visible = torch.cat((seen, others, own), dim=2)
        output = self.model(
            input_ids=ids,
            attention_mask={"full_attention": additive(visible, language_dtype(self.model))},
            position_ids=positions,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=keep,
        )
        logits: Tensor = output.logits
        return logits.view(-1, rows, logits.shape[-1]).transpose(0, 1) if self.packed else logits


@dataclass(slots=True)
class _Branch:
    """Questions on their way: what they see of the prompt, and what of them has entered the cache.

    ``whole``: each question's tokens behind its number, which keeps it apart from the others; ``prompt`` bool
    [rows, keys] the beginning that all share; ``starts`` int64 [3, rows, 1] the position of its last token;
    ``others`` how many keys entered the cache before, of other questions.
    """

    whole: list[Node]
    prompt: Tensor
    starts: Tensor
    others: int
    entered: list[Node]
    weights: Switched | None

    @classmethod
    def of(
        cls, stem: Stem, questions: Sequence[Sequence[int]], shared: Sequence[int], weights: Switched | None
    ) -> _Branch:
        limit = torch.tensor(list(shared), device=stem.visible.device)
        prompt = stem.visible & (stem.visible.cumsum(1) <= limit[:, None])
        # what follows the video is text, whose positions count up in all three parts
        behind = stem.visible.sum(1) - prompt.sum(1)
        starts = stem.positions[:, :, -1:] - behind[None, :, None]
        return cls([(n, *one) for n, one in enumerate(questions)], prompt, starts, stem.grown, [], weights)

    def number_of(self, node: Node) -> int:
        """The question that a node ends or answers; -1 inside of one, which every model reads as it is."""
        return int(node[0]) if len(node) >= len(self.whole[node[0]]) else -1

    @property
    def question_nodes(self) -> list[Node]:
        return [one[:length] for one in self.whole for length in range(2, len(one) + 1)]


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
