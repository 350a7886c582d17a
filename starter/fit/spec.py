"""What the starter is asked, and how much of a video it sees: the content of its xl_vqa.json."""

from __future__ import annotations

from typing import Final

from xl_vqa.vlm.canvas import WINDOW
from xl_vqa.words.model_spec import ModelSpec, Normalization, Pixels, Prompt, Sampling

NAME: Final = "starter"
CELL: Final = 28 * 28

# short, because every token of it is read for every video; the model was trained with exactly these words
PROMPT: Final = Prompt(
    system=None,
    question="Quality, 10 to 50?",
    question_with_text='Made from "{text}". Quality, 10 to 50?',
)


def starter_spec() -> ModelSpec:
    """Six pairs, a whole view of at most 96 cells: the most that stays under 0.6 s on two CPU threads."""
    return ModelSpec(
        name=NAME,
        prompt=PROMPT,
        sampling=Sampling(frames=12, adjacent_pairs=True, window=WINDOW),
        pixels=Pixels(24 * CELL, 96 * CELL, 12 * 96 * CELL, canvas=True),
        normalization=Normalization(),
        fine_tuned=True,
        # fit/training.py puts random texts into the question, so that no text moves the score
        reads_text=False,
    )
