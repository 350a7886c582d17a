"""Errors of scores in sheets.

InputError
└── EarlierVersionError    no fault: the score that stands is of an earlier version of the model, and stays
"""

from __future__ import annotations

from xl_vqa.words.errors import InputError


class EarlierVersionError(InputError):
    code = "score_of_earlier_version"
