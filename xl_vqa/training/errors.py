"""Errors of training, and of comparisons and searches that train.

XlVqaError
└── TrainingError
    ├── RecipeError            every problem of a recipe, at once
    ├── TrainingDataError      a manifest that nothing can be learned from
    ├── TrainingVideosError    videos that cannot be read
    ├── TrainingMemoryError    more memory than there is, said before the first step
    └── TrainingDivergedError  a step whose loss or gradient is no number

EvaluationError
├── ComparisonSpecError       what is to be compared
│   └── ComparisonTaskError   a task that only the repository has
└── ComparisonFailedError     no training run finished
"""

from __future__ import annotations

from xl_vqa.evaluation.errors import EvaluationError
from xl_vqa.words.errors import XlVqaError


class TrainingError(XlVqaError):
    code = "training_error"


class RecipeError(TrainingError):
    code = "recipe_error"


class TrainingDataError(TrainingError):
    code = "training_data"


class TrainingVideosError(TrainingError):
    code = "training_videos"


class TrainingMemoryError(TrainingError):
    code = "training_memory"


class TrainingDivergedError(TrainingError):
    code = "training_diverged"


class ComparisonSpecError(EvaluationError):
    code = "comparison_spec"


class ComparisonTaskError(ComparisonSpecError):
    code = "comparison_task"


class ComparisonFailedError(EvaluationError):
    code = "comparison_failed"
