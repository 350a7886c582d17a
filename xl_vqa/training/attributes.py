"""Attributes that a recipe teaches beside the overall quality: one adapter, a question and a manifest for each.

Every video that people rated for an attribute is one more example, with that attribute's question in the place of
the overall one and the same target mask: the loss sees the digits of its label and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xl_vqa.datasets.errors import ManifestError
from xl_vqa.datasets.manifest import Manifest, ManifestRow, read_manifest
from xl_vqa.training.schemes import Scheme
from xl_vqa.video.sequence import place_of
from xl_vqa.words.attributes import KNOWN, AttributeQuestion, zero_shot_questions
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Problem, Reason

if TYPE_CHECKING:
    from xl_vqa.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class TaughtAttribute:
    """One attribute with the manifest of its labels (``xl-vqa labels prepare SHEET --dimension NAME``)."""

    question: AttributeQuestion
    manifest: Manifest

    def part(self, name: str, overall: Manifest) -> list[ManifestRow]:
        """Its usable rows of train, val or test.

        Without videos that the overall manifest has in another part: what is taught of a video, by whatever
        question, is no longer unseen in a test.
        """
        elsewhere = {row.video: row.split for row in overall if row.usable}
        return [row for row in self.manifest.part(name) if elsewhere.get(row.video, name) == name]


def read_attributes(
    recipe: Recipe, overall: Manifest | None, scheme: Scheme, problems: list[Problem]
) -> tuple[TaughtAttribute, ...]:
    """Those of a recipe; everything that is wrong with them goes to ``problems``."""
    found: list[TaughtAttribute] = []
    for name, path in (recipe.attributes or {}).items():
        what = f"attributes.{name}"
        try:
            manifest = read_manifest(recipe.resolve(path))
            manifest.check_scale(scheme.scale)
        except ManifestError as error:
            problems.append(Reason("says", what=what, why=Reason.of(error)))
            continue
        one = TaughtAttribute(question_for(name, scheme.scale, scheme.question), manifest)
        found.append(one)
        if overall is None:
            continue
        rows = one.part("train", overall)
        if not rows:
            problems.append(Reason("says", what=what, why=Reason("split_empty", split=repr("train"))))
        elif len({row.label for row in rows}) < 2:
            why = Reason("split_one_label", count=len(rows), label=rows[0].label)
            problems.append(Reason("says", what=what, why=why))
        missing = [row.video for row in rows if not os.path.exists(place_of(row.video))]
        if missing:
            shown = ", ".join(missing[:3]) + (" ..." if len(missing) > 3 else "")
            why = Reason("split_missing", count=len(missing), total=len(rows), split=repr("train"), videos=shown)
            problems.append(Reason("says", what=what, why=why))
    return tuple(found)


def question_for(name: str, scale: Scale, ending: str) -> AttributeQuestion:
    """What a model is taught to be asked for an attribute; one that the product knows in its own words.

    ``ending`` says what kind of answer is wanted (``Scheme.question``).
    """
    known = dict(zip((one.key for one in KNOWN), zero_shot_questions(scale), strict=True))
    key = name.strip()
    plain = key.casefold().replace(" ", "_")
    if plain in known:
        asked = known[plain]
        head = asked.question.rpartition("Answer with")[0]
        return AttributeQuestion(plain, head + ending, needs_motion=asked.needs_motion)
    return AttributeQuestion(key, f"Rate only the quality of this video called {key}. {ending}")


def fingerprints(attributes: Sequence[TaughtAttribute]) -> Mapping[str, str]:
    """Of their labels, by name: what a resumed run may not change."""
    return {one.question.name: one.manifest.fingerprint for one in attributes}
