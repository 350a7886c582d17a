"""The rater that holds a model: prepares patches on the CPU and reads label distributions off digit trees."""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from xl_vqa.vlm import moment_limit
from xl_vqa.vlm.answers import Stem
from xl_vqa.vlm.backbone import Backbone, check_config, load_serving
from xl_vqa.vlm.canvas import clip_patches
from xl_vqa.vlm.device import choose_device, choose_dtype, is_out_of_memory, release
from xl_vqa.vlm.digit_tree import DigitLogProbs, grow_branches, stem_tree
from xl_vqa.vlm.familiarity import Familiarity
from xl_vqa.vlm.fingerprint import HashCache, model_fingerprint
from xl_vqa.vlm.identity import remember_dtype, spec_of
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.model_folder import STARTER_TYPE, find_adapter, find_model
from xl_vqa.vlm.packed import Packing, packed_inputs
from xl_vqa.vlm.patches import Patches
from xl_vqa.vlm.positions import seconds_per_pair
from xl_vqa.vlm.prompt import asked, build_prompt
from xl_vqa.vlm.question_weights import QuestionWeights
from xl_vqa.vlm.rater import AttributeOutcome, ClipFrames, Outcome, PreparedVideo, RatedAttributes
from xl_vqa.vlm.side_by_side import side_by_side
from xl_vqa.vlm.starter_opinion import Said, hearing
from xl_vqa.words.errors import (
    DistributionError,
    ModelError,
    ModelFailedError,
    ModelIncompatibleError,
    ModelMemoryError,
)
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import LabelDistribution
from xl_vqa.words.reasons import Detail, Reason

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Tokens per model call, padding included. On a CPU a larger call is no faster (docs/method.md) and holds more
# memory; a GPU is kept busy by more.
CPU_CALL_TOKENS: Final = 1024
GPU_CALL_TOKENS: Final = 32768


@dataclass(frozen=True, slots=True)
class _Payload:
    patches: Patches
    seconds_per_pair: float


class VlmRater:
    """Implements rater.Rater for Qwen2.5-VL and the starter."""

    def __init__(
        self,
        backbone: Backbone,
        spec: ModelSpec,
        fingerprint: str,
        facts: dict[str, Any] | None = None,
        weights: QuestionWeights | None = None,
        familiarity: Familiarity | None = None,
    ) -> None:
        """``weights``: those that only the attribute questions use; ``familiarity``: of the videos that it was
        taught and tested on."""
        self._backbone: Backbone | None = backbone
        self._spec = spec
        self._fingerprint = fingerprint
        self._facts = facts or {}
        self._weights = weights
        self._familiarity = familiarity
        self._lock = threading.Lock()
        self._pinned = backbone.device.type == "cuda"
        self._call_tokens = CPU_CALL_TOKENS if backbone.device.type == "cpu" else GPU_CALL_TOKENS
        if backbone.alone_on_a_core or backbone.dtype == "int8":
            # each video by itself; in 8 bit because the columns that stay in 16 hang on all tokens of a call
            self._call_tokens = 1

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def at_once(self) -> int | None:
        """See rate_batch.ready_ahead."""
        alone = self._backbone is not None and self._backbone.alone_on_a_core
        return torch.get_num_threads() if alone else None

    def prepare(self, clip: ClipFrames) -> PreparedVideo:
        patches = clip_patches(clip, self._spec)
        if self._pinned:
            patches = patches.pinned()
        payload = _Payload(patches, seconds_per_pair(clip.used.timestamps_s))
        return PreparedVideo(payload, patches.grid, patches.tokens, patches.values.nbytes)

    def rate(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[Outcome]:
        return self._rated(items, self._scores)

    def rate_attributes(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[AttributeOutcome]:
        # the weights of questions are switched on for the whole model
        return self._rated(items, self._scores_and_attributes, one_by_one=True)

    def log_probs(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[DigitLogProbs]:
        """The raw log-probability of each digit at each node, one model call for all. For evaluation.

        Raises what the model raises.
        """
        with self._lock, torch.inference_mode():
            backbone = self._loaded()
            stem = self._read(self._rows(items, backbone), backbone)
            return stem_tree(stem, self._spec.scale, backbone.tokens.digits)

    def _rated(
        self,
        items: Sequence[tuple[PreparedVideo, str | None]],
        read: Callable[[Sequence[VideoInput], Backbone], list[T]],
        *,
        one_by_one: bool = False,
    ) -> list[T | ModelError]:
        """``one_by_one``: no two calls at the same time, for a model that is small enough for it."""
        with self._lock, torch.inference_mode():
            backbone = self._loaded()
            rows = self._rows(items, backbone)
            outcomes: dict[int, T | ModelError] = {}

            def rate(call: Sequence[int]) -> None:
                found = self._rate_call([rows[i] for i in call], backbone, read)
                outcomes.update(zip(call, found, strict=True))

            planned = list(calls(rows, self._call_tokens, packed=backbone.packs))
            if backbone.alone_on_a_core:
                for group in [[call] for call in planned] if one_by_one else [planned]:
                    side_by_side(rate, group)
            else:
                for call in planned:
                    rate(call)
            return [outcomes[index] for index in range(len(rows))]

    def _rows(self, items: Sequence[tuple[PreparedVideo, str | None]], backbone: Backbone) -> list[VideoInput]:
        spec = self._spec
        prompts = (build_prompt(backbone.tokens, spec.prompt, spec.heard(text)) for _, text in items)
        return [
            VideoInput(prompt, video.payload.patches, video.payload.seconds_per_pair)
            for prompt, (video, _) in zip(prompts, items, strict=True)
        ]

    def _read(self, rows: Sequence[VideoInput], backbone: Backbone) -> Stem:
        values: dict[str, Any] = {
            "normalization": self._spec.normalization,
            "tokens_per_second": backbone.tokens_per_second,
            "device": backbone.device,
            "dtype": backbone.pixel_dtype,
        }
        if backbone.packs:
            return Stem.read_packed(backbone.model, *packed_inputs(rows, **values))
        return Stem.read(backbone.model, model_inputs(rows, pad_id=backbone.pad_id, **values))

    def _scores(self, rows: Sequence[VideoInput], backbone: Backbone) -> list[Outcome]:
        with hearing() as said:
            stem = self._read(rows, backbone)
        return self._scores_of(stem, rows, said, backbone)

    def _scores_of(
        self, stem: Stem, rows: Sequence[VideoInput], said: Sequence[Said], backbone: Backbone
    ) -> list[Outcome]:
        found = [self._outcome(one) for one in stem_tree(stem, self._spec.scale, backbone.tokens.digits)]
        familiar = self._familiarity
        if familiar is None:
            return found
        views = opinion_parts(said) if familiar.by_opinion else video_states(stem, rows)
        return [
            replace(one, familiarity=familiar.p_value(view, one.off_digit_mass))
            if isinstance(one, LabelDistribution)
            else one
            for one, view in zip(found, views, strict=True)
        ]

    def _scores_and_attributes(self, rows: Sequence[VideoInput], backbone: Backbone) -> list[AttributeOutcome]:
        spec, digits = self._spec, backbone.tokens.digits
        with hearing() as said:
            stem = self._read(rows, backbone)
        # the score first and by the same calls as without attributes, so that it is the same to the bit
        scores = self._scores_of(stem, rows, said, backbone)
        questions = [asked(backbone.tokens, one.question) for one in spec.questions]
        grown: list[list[DigitLogProbs]] = [[] for _ in rows]
        if questions:
            # what all of them have in common with the overall question was read already
            common = common_start([*questions, *(row.prompt.after[1:] for row in rows)])
            shared = [row.prompt.shared(row.patches.tokens) + common for row in rows]
            further = [question[common:] for question in questions]
            grown = grow_branches(stem, further, shared, spec.scale, digits, self._weights)
        opinions = said if said else [None] * len(rows)
        return list(map(self._with_attributes, scores, grown, opinions))

    def _with_attributes(
        self, score: Outcome, found: Sequence[DigitLogProbs], said: Said | None
    ) -> AttributeOutcome:
        if not isinstance(score, LabelDistribution):
            return score
        answers: dict[str, LabelDistribution] = {}
        for question, one in zip(self._spec.questions, found, strict=True):
            # without a single label in the answer there is no attribute, and the score stands all the same
            with contextlib.suppress(DistributionError):
                answers[question.name] = one.distribution(self._spec.scale)
        share = None if self._weights is None else self._weights.opinion
        if share is not None and said is not None:
            # the first is of the whole
            answers = share.all_mixed(answers, said.opinions[0, 1:].tolist())
        return RatedAttributes(score, answers)

    def _rate_call(
        self,
        rows: Sequence[VideoInput],
        backbone: Backbone,
        read: Callable[[Sequence[VideoInput], Backbone], list[T]],
    ) -> list[T | ModelError]:
        """One model call; where it fails, halves, down to the single video that fails alone."""
        try:
            return [*read(rows, backbone)]
        except Exception as error:
            if len(rows) == 1:
                return [self._failure(error, rows[0])]
            logger.warning("A batch of %d failed and is tried in halves: %s", len(rows), error)
            # the traceback holds the tensors of the failed call
            error.__traceback__ = None
        release(backbone.device)
        middle = len(rows) // 2
        return [
            *self._rate_call(rows[:middle], backbone, read),
            *self._rate_call(rows[middle:], backbone, read),
        ]

    def _outcome(self, found: DigitLogProbs) -> Outcome:
        try:
            return found.distribution(self._spec.scale)
        except DistributionError as error:
            return ModelFailedError(problem=Reason("model_no_distribution", why=error.params["problem"]))

    def _failure(self, error: Exception, row: VideoInput) -> ModelError:
        if is_out_of_memory(error):
            t, h, w = row.patches.grid
            problem = Reason("model_memory_video", frames=2 * t, width=w * 14, height=h * 14)
            return ModelMemoryError(problem=problem)
        logger.error("The model failed on a video", exc_info=error)
        return ModelFailedError(problem=Detail.of(error))

    def _loaded(self) -> Backbone:
        if self._backbone is None:
            raise ModelFailedError(problem="model_unloaded")
        return self._backbone

    def describe(self) -> dict[str, Any]:
        facts = {
            "name": self._spec.name,
            "kind": "vlm",
            "fingerprint": self._fingerprint,
            "frames": self._spec.sampling.frames,
            "max_pixels": self._spec.pixels.max_pixels,
            "fine_tuned": self._spec.fine_tuned,
            "torch": torch.__version__,
            "transformers": importlib.metadata.version("transformers"),
            **self._facts,
        }
        backbone = self._backbone
        if backbone is not None:
            facts.update(device=str(backbone.device), dtype=backbone.dtype, parameters=backbone.parameters)
        return facts

    def close(self) -> None:
        with self._lock:
            if self._backbone is not None:
                device = self._backbone.device
                self._backbone = self._weights = None
                release(device)


def calls(rows: Sequence[VideoInput], most_tokens: int, *, packed: bool = False) -> Iterator[list[int]]:
    """Groups of row numbers for one model call each: alike in length, within ``most_tokens`` with padding (of
    ``packed`` rows there is none).

    Every row is in exactly one group; a row longer than ``most_tokens`` runs alone.
    """
    order = sorted(range(len(rows)), key=lambda index: (rows[index].length, rows[index].patches.grid))
    group: list[int] = []
    for index in order:
        together = [rows[one] for one in (*group, index)]
        # rows come in rising length, so this one sets what the whole group is padded to
        tokens = Packing.of(together).length if packed else len(together) * rows[index].length
        if group and tokens > most_tokens:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def common_start(all_tokens: Sequence[Sequence[int]]) -> int:
    """How many tokens they begin with alike, but never the whole of one."""
    most = min(map(len, all_tokens)) - 1
    return next((k for k in range(most) if len({tokens[k] for tokens in all_tokens}) > 1), most)


def video_states(stem: Stem, rows: Sequence[VideoInput]) -> NDArray[np.float64]:
    """float64 [rows, width]: how the model sees each video, for familiarity.py."""
    first, count = [len(row.prompt.before) for row in rows], [row.patches.tokens for row in rows]
    return stem.pooled(first, count).double().cpu().numpy()


def opinion_parts(said: Sequence[Said]) -> NDArray[np.float64]:
    """float64 [rows, PARTS]: the same of a model with a first opinion, from what it stands on."""
    return torch.cat([one.parts for one in said]).double().numpy()


def state_width(model: Any) -> int:
    """Of ``video_states``."""
    # one that an adapter stays beside is no Linear any more, and has the name and the width all the same
    layers = [one for name, one in model.named_modules() if name.endswith(".v_proj")]
    return int(layers[-1].out_features)


def load_vlm_rater(
    model: str,
    adapter: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
    *,
    frames: int | None = None,
    fps: float | None = None,
    max_pixels: int | None = None,
    offline: bool = False,
    torch_threads: int = 0,
    cache_folder: Path | None = None,
) -> VlmRater:
    """See ``loader.load_rater``. ``torch_threads`` holds for the whole process."""
    start = time.perf_counter()
    if torch_threads > 0:
        torch.set_num_threads(torch_threads)
    chosen = choose_device(device)
    folder = find_model(model, offline=offline)
    adapter_folder = find_adapter(adapter) if adapter else None
    spec = spec_of(folder, model, adapter=adapter_folder, frames=frames, fps=fps, max_pixels=max_pixels)
    model_type = str(check_config(folder)["model_type"])
    format_name = choose_dtype(chosen, dtype, model_type=model_type, few_bits=True)
    cache = HashCache(cache_folder)
    fingerprint = model_fingerprint(folder, spec, format_name, adapter=adapter_folder, cache=cache)
    backbone = load_serving(folder, device=chosen, dtype=format_name, adapter=adapter)
    # files replaced meanwhile would give one model's scores the other's name
    if fingerprint != model_fingerprint(folder, spec, format_name, adapter=adapter_folder, cache=cache):
        raise ModelIncompatibleError(model=model, problem="model_files_changed")
    # the starter's does not depend on the device, and would be taken for that of the others
    if dtype == "auto" and model_type != STARTER_TYPE:
        remember_dtype(cache_folder, device, format_name)
    facts = {
        "model": model,
        "folder": str(folder),
        "adapter": adapter,
        "threads": torch.get_num_threads(),
        "load_seconds": round(time.perf_counter() - start, 3),
    }
    # what was fine-tuned here has both beside its adapter
    own = adapter_folder if adapter_folder is not None and ModelSpec.load(adapter_folder) else folder
    weights = None
    if spec.attribute_weights:
        weights = QuestionWeights.load(own, backbone.model, spec.attribute_weights, len(spec.questions))
    familiarity = Familiarity.load(own, state_width(backbone.model), opinion=backbone.has_opinion)
    facts["moment_limit"] = moment_limit.load(own)
    return VlmRater(backbone, spec, fingerprint, facts, weights, familiarity)
