"""What the starter is asked, and how much of a video it sees: the content of its xl_vqa.json."""

from __future__ import annotations

from typing import Final

from xl_vqa.model_spec import ModelSpec, Normalization, Pixels, Prompt, Sampling

NAME: Final = "starter"
CELL: Final = 28 * 28

# short, because every token of it is read for every video; the model was trained with exactly these words
PROMPT: Final = Prompt(
    system=None,
    question="Quality, 10 to 50?",
    question_with_text='Made from "{text}". Quality, 10 to 50?',
)


def starter_spec() -> ModelSpec:
    """Eight frames of at most 192 cells: the most that stays under 0.6 s on two CPU threads."""
    return ModelSpec(
        name=NAME,
        prompt=PROMPT,
        sampling=Sampling(frames=8, adjacent_pairs=True),
        pixels=Pixels(min_pixels=32 * CELL, max_pixels=192 * CELL, total_pixels=8 * 192 * CELL),
        normalization=Normalization(),
        fine_tuned=True,
    )
