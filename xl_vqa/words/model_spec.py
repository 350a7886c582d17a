"""What a model folder says of itself to the product: scale, prompt, sampling and pixel budget.

Stored as ``xl_vqa.json`` beside the Hugging Face files. A Qwen2.5-VL without one gets ``default_qwen()``.
Standard library only: the host reads it before any model library is loaded.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from xl_vqa.atomic import write_atomically
from xl_vqa.words.attributes import AttributeQuestion, questions_digest, zero_shot_questions
from xl_vqa.words.errors import ModelIncompatibleError, ModelNotFoundError, ScaleError
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import MALFORMED, Problem, Reason, why_malformed
from xl_vqa.words.records import record

FILE_NAME: Final = "xl_vqa.json"
FORMAT: Final = 1
_ALWAYS_SAID: Final = (
    "scale",
    "prompt",
    "sampling",
    "pixels",
    "normalization",
    "normalization.mean",
    "normalization.std",
)
"""What a file may not leave to this version's defaults."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The words around the video. ``question_with_text`` holds ``{text}``, the prompt of a generated video."""

    system: str | None = "You are a helpful assistant."
    question: str = (
        "Rate the overall quality of this video. Answer with an integer from 10 (bad) to 50 (excellent)."
    )
    question_with_text: str = (
        'This video was generated from the text "{text}". Rate its overall quality, including how well it '
        "follows the text. Answer with an integer from 10 (bad) to 50 (excellent)."
    )


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames are read: ``frames`` (even) as pairs of neighbours spread evenly over the whole length.

    Pairs, because Qwen2.5-VL merges two frames into one temporal patch: evenly spread single frames would
    hide flicker and freezes (docs/method.md).
    """

    frames: int = 16
    adjacent_pairs: bool = True
    fps: float = 0.0
    """Frames per second of the video, ``frames`` at the most; 0 for ``frames`` of every video, whatever its
    length."""
    window: int = 0
    """How many consecutive frames around each pair are seen as point samples (vlm/canvas.py); even, 0 for none."""

    def frames_of(self, duration_s: float) -> int:
        """How many frames of a video of that length are read: even, 2 or more."""
        if not self.fps:
            return self.frames
        return min(max(2 * round(duration_s * self.fps / 2), 2), self.frames)


@dataclass(frozen=True, slots=True)
class Pixels:
    """Budget after resizing, in pixels: per frame at least and at most, and over all frames together.

    With ``canvas`` it is the budget of the whole view; native-size tiles and point samples come below it
    (vlm/canvas.py).
    """

    min_pixels: int = 128 * 28 * 28
    max_pixels: int = 768 * 28 * 28
    total_pixels: int = 16 * 768 * 28 * 28
    canvas: bool = False


@dataclass(frozen=True, slots=True)
class Normalization:
    """Per channel mean and standard deviation of RGB in 0..1. The default is Qwen2.5-VL's (CLIP's)."""

    mean: tuple[float, float, float] = (0.48145466, 0.4578275, 0.40821073)
    std: tuple[float, float, float] = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Everything a score depends on besides the weights.

    Raises ModelIncompatibleError where it contradicts itself.
    """

    name: str = "Qwen2.5-VL"
    scale: Scale = field(default_factory=Scale)
    prompt: Prompt = field(default_factory=Prompt)
    sampling: Sampling = field(default_factory=Sampling)
    pixels: Pixels = field(default_factory=Pixels)
    normalization: Normalization = field(default_factory=Normalization)
    head: str = "digits"
    fine_tuned: bool = False
    """Whether it was taught on labels at all; a model that was not is shown with a warning."""
    reads_text: bool = True
    """Whether the text beside a video counts in its score. A published model reads its whole question; one that
    was taught on videos alone knows nothing of texts, and the starter was even taught to look past them."""

    attributes: tuple[AttributeQuestion, ...] = ()
    """What it can be asked besides the overall quality."""
    attribute_weights: str = ""
    """Digest of the weights that only these questions use (vlm/question_weights.py); empty without any."""

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        if len({one.name for one in self.attributes}) < len(self.attributes):
            problems.append("spec_attributes_twice")
        if self.sampling.frames < 2 or self.sampling.frames % 2:
            problems.append(Reason("problem_even_number", name="sampling.frames", value=self.sampling.frames))
        if not 0 <= self.sampling.fps < math.inf:
            problems.append(Reason("problem_at_least", name="sampling.fps", lowest=0, value=self.sampling.fps))
        if self.sampling.window % 2 or self.sampling.window < 0:
            problems.append(Reason("spec_window", value=self.sampling.window))
        if (self.sampling.window > 0) != self.pixels.canvas:
            problems.append("spec_window_canvas")
        if not 28 * 28 <= self.pixels.min_pixels <= self.pixels.max_pixels:
            problems.append("spec_min_pixels")
        if self.pixels.total_pixels < self.pixels.min_pixels * self.sampling.frames:
            problems.append("spec_total_pixels")
        if self.head != "digits":
            problems.append(Reason("spec_head", head=repr(self.head)))
        if "{text}" not in self.prompt.question_with_text:
            problems.append("spec_question")
        if problems:
            raise ModelIncompatibleError(model=self.name, problem=problems)

    @classmethod
    def default_qwen(cls, name: str = "Qwen2.5-VL") -> ModelSpec:
        """For a Qwen2.5-VL as published. Prompt and sampling are our choice, not the paper's."""
        return cls(name=name)

    def heard(self, text: str | None) -> str | None:
        """Of a text beside a video, what goes into the question: all of it or, without ``reads_text``, nothing.

        A model that was never taught with texts would answer to one all the same, a few labels off at random.
        """
        return text if self.reads_text else None

    @property
    def questions(self) -> tuple[AttributeQuestion, ...]:
        """The attributes that it is asked about: those of its own or, of a model as published, zero-shot ones.

        None of a model that was taught the overall quality alone: it would answer that to any question.
        """
        return self.attributes or (() if self.fine_tuned else zero_shot_questions(self.scale))

    def to_dict(self) -> dict[str, Any]:
        values = {"format": FORMAT, **asdict(self)}
        if not self.attributes:
            del values["attributes"]
        if not self.attribute_weights:
            del values["attribute_weights"]
        # what a plain Qwen2.5-VL does not use is left out: its fingerprint must not change for it
        if not self.pixels.canvas:
            del values["sampling"]["window"], values["pixels"]["canvas"]
        if not self.sampling.fps:
            del values["sampling"]["fps"]
        if self.reads_text == _reads_text_unsaid(self.fine_tuned):
            del values["reads_text"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], folder: str | None = None) -> ModelSpec:
        """Raises ModelIncompatibleError for an unknown format, a missing or an unknown field; it names the
        ``folder`` that these words came from, or the model's name."""
        values = dict(values)
        name = folder or str(values.get("name", "?"))
        if values.pop("format", None) != FORMAT:
            raise ModelIncompatibleError(model=name, problem=Reason("spec_format", file=FILE_NAME, format=FORMAT))
        values.setdefault("reads_text", _reads_text_unsaid(values.get("fine_tuned") is True))
        try:
            return record(cls, values, said=_ALWAYS_SAID)
        except (ValueError, ScaleError) as error:
            raise ModelIncompatibleError(model=name, problem=_unreadable(error)) from error
        except ModelIncompatibleError as error:
            raise ModelIncompatibleError(model=name, problem=error.params["problem"]) from error

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> ModelSpec | None:
        """From a model folder; None where it has no xl_vqa.json.

        Raises ModelIncompatibleError for a broken one.
        """
        path = Path(folder) / FILE_NAME
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError(Reason("content_no_object"))
        except FileNotFoundError:
            return None
        except MALFORMED as error:
            raise ModelIncompatibleError(model=str(folder), problem=_unreadable(error)) from error
        return cls.from_dict(values, str(folder))

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes xl_vqa.json atomically."""
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"
        with write_atomically(Path(folder) / FILE_NAME) as file:
            file.write(text.encode("utf-8"))


def _unreadable(error: Exception) -> dict[str, Any]:
    return Reason("problem_file_unreadable", file=FILE_NAME, detail=why_malformed(error))


def _reads_text_unsaid(fine_tuned: bool) -> bool:
    """What holds where xl_vqa.json does not say: ``xl-vqa train`` teaches on videos without texts."""
    return not fine_tuned


def starter_folder() -> Path:
    """The starter model that ships: inside the installed package, or ``model/starter`` of a checkout.

    Raises ModelNotFoundError where neither is there.
    """
    return shipped_folder("starter")


def demo_clips_folder() -> Path:
    """The demo's clips that ship. Raises ModelNotFoundError where they are missing."""
    return shipped_folder("demo_clips")


def shipped_folder(name: str) -> Path:
    """A folder of ``model/``: in a checkout, or in ``xl_vqa/_shipped`` of an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_shipped" / name, package.parent / "model" / name):
        if folder.is_dir():
            return folder
    raise ModelNotFoundError(model=name, problem="problem_not_installed")


def settings_key(spec: ModelSpec, text: str | None) -> str:
    """The key of everything besides content and weights that changes a distribution.

    A text that the model does not hear changes nothing: the rating is that of the video alone, asked for once.
    """
    text = spec.heard(text)
    pixels, sampling = spec.pixels, spec.sampling
    facts: tuple[object, ...] = (
        sampling.frames,
        sampling.adjacent_pairs,
        pixels.min_pixels,
        pixels.max_pixels,
        pixels.total_pixels,
    )
    if sampling.fps:
        facts = (*facts, sampling.fps)
    digest = hashlib.blake2b(repr(facts).encode(), digest_size=16)
    if text is not None:
        digest.update(b"\0" + text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def attributes_key(spec: ModelSpec) -> str:
    """What the attributes of a video are stored under, in place of ``settings_key``: the text does not count."""
    return f"{settings_key(spec, None)}:{questions_digest(spec.questions, spec.attribute_weights)}"
