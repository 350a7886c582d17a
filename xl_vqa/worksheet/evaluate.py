"""Worksheet functions over ranges: one call, one answer per cell, and never a wait for the model.

A cell of the answer is a number or a text (finished), ``Pending`` (it comes later), or an ``XlVqaError``.
What is pending must never be computed with as if it were a score: both spreadsheets show an error value for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from xl_vqa.bridge.cells import CellRatings, Question, Want
from xl_vqa.bridge.readings import decision_name, remarks_of
from xl_vqa.bridge.remarks import sentences
from xl_vqa.bridge.texts import tr
from xl_vqa.bridge.videos import Answer
from xl_vqa.explaining.in_words import sentence
from xl_vqa.sheets.locations import Locations
from xl_vqa.words.domain_profile import Reading
from xl_vqa.words.errors import (
    HostError,
    InputError,
    NoReadingError,
    ScaleError,
    WorksheetArgumentError,
    WorksheetMissingArgumentError,
    XlVqaError,
)
from xl_vqa.words.labels import Scale, band_by_key
from xl_vqa.words.messages import warning_sentences
from xl_vqa.words.numbers import written_number
from xl_vqa.words.reasons import Reason
from xl_vqa.worksheet.functions import ATTRIBUTE, BY_NAME, PROFILE, TEXT, VIDEO
from xl_vqa.worksheet.ranges import Rows, is_blank, over, reshape, rows_of, spread, typed

BLANK: Final = ""
_READINGS: Final = {
    "VQA_DECISION": "decision",
    "VQA_RANK": "rank",
    "VQA_LOW": "mos_low",
    "VQA_HIGH": "mos_high",
}


@dataclass(frozen=True, slots=True)
class Pending:
    """The cell comes later. ``text`` is what it shows until then; None, an error value: a text would be larger
    than every number (``=IF(B1>=30,"PASS","FAIL")``), and averages would leave it out without a word."""

    text: str | None = None


Cell = float | int | str | Pending | XlVqaError


@dataclass(frozen=True, slots=True)
class Context:
    """Where a formula stands: ``folder`` of its workbook (a path or an https address, None while unsaved),
    ``caller`` (any name of the calling cells, handed back by ``CellRatings.finished``) and the language.

    ``asked`` holds what the formulas of the workbook ask for: every evaluation adds to it, ``VQA_STATUS()``
    counts it. None: no workbook is told from another.
    """

    ratings: CellRatings
    folder: str | None = None
    caller: str | None = None
    language: str = "en"
    locations: Locations = field(default_factory=Locations)
    asked: set[Question] | None = None


def evaluate(name: str, arguments: Sequence[Any], context: Context) -> list[list[Cell]]:
    """The cells of ``name(*arguments)``, in the common shape of the arguments.

    An argument is a scalar, a row, or rows of cells. None is a missing one; a blank cell is a blank text, or
    None within rows. Returns rows of cells; whatever is wrong with one cell is an error in that cell alone.
    Never raises but for a programming mistake.
    """
    function = BY_NAME[name]
    given = [rows_of(argument) for argument in arguments]
    given += [[[None]]] * (len(function.arguments) - len(given))
    missing = not arguments or arguments[0] is None
    if missing and not function.required:
        return [[_overall(context)]]
    try:
        if missing:
            raise WorksheetMissingArgumentError(name=name, source=function.arguments[0].name)
        if name == "VQA_LABEL":
            return over(_label, given)
        return _of_videos(name, given, context)
    except XlVqaError as error:
        return _filled(given, _show(_Call(name), error, context.language))


def error_kind(error: XlVqaError) -> Literal["value", "not_available"]:
    """Which error value a spreadsheet shows: ``value`` (#VALUE!) where the formula must be changed,
    ``not_available`` (#N/A) where it is right and the video, the model or the host is not."""
    return "value" if isinstance(error, InputError) else "not_available"


def _filled(given: Sequence[Rows], cell: Cell) -> list[list[Cell]]:
    height, width = len(given[0]), len(given[0][0])
    return [[cell] * width for _ in range(height)]


# -- a MOS to its label


def _label(mos: Any, lowest: Any, highest: Any) -> Cell:
    if any(isinstance(cell, Pending) for cell in (mos, lowest, highest)):
        return Pending()
    if is_blank(mos):
        return BLANK
    try:
        values = [_number(mos), _number(1 if is_blank(lowest) else lowest)]
        values.append(_number(5 if is_blank(highest) else highest))
        return Scale(mos_min=values[1], mos_max=values[2]).to_label(values[0])
    except XlVqaError as error:
        return error


def _number(value: Any) -> float:
    if isinstance(value, XlVqaError):
        raise value
    if (number := written_number(value)) is not None:
        return number
    raise ScaleError(problem=Reason("value_no_number", value=typed(value)))


# -- a video


@dataclass(frozen=True, slots=True)
class _Call:
    """One cell of a function: its name, and the attribute that it names, if it does."""

    name: str
    attribute: str | None = None

    @property
    def want(self) -> Want:
        if self.name == "VQA_WHY":
            return "why"
        return "score" if self.attribute is None else "attributes"


def _of_videos(name: str, given: Sequence[Rows], context: Context) -> list[list[Cell]]:
    by_name = dict(zip((argument.name for argument in BY_NAME[name].arguments), spread(given), strict=True))
    videos, texts, profiles = (by_name[argument.name] for argument in (VIDEO, TEXT, PROFILE))
    shape = (len(videos), len(videos[0]))
    attributes = by_name.get(ATTRIBUTE.name, [[None] * shape[1]] * shape[0])
    cells: list[Cell | None] = [None] * (shape[0] * shape[1])
    asked: list[int] = []
    questions: list[Question] = []
    calls: list[_Call] = []
    index = 0
    for rows in zip(videos, texts, profiles, attributes, strict=True):
        for video, text, profile, attribute in zip(*rows, strict=True):
            call = _Call(name, None if is_blank(attribute) else typed(attribute))
            question = _question(video, text, profile, attribute, call, context)
            if isinstance(question, Question):
                asked.append(index)
                questions.append(question)
                calls.append(call)
            elif question is None:
                cells[index] = BLANK
            else:
                cells[index] = _show(call, question, context.language)
            index += 1
    if context.asked is not None:
        context.asked.update(questions)
    answers = context.ratings.ask(questions, caller=context.caller)
    for place, call, answer in zip(asked, calls, answers, strict=True):
        cells[place] = _show(call, answer, context.language)
    return reshape([BLANK if cell is None else cell for cell in cells], shape)


def _question(
    video: Any, text: Any, profile: Any, attribute: Any, call: _Call, context: Context
) -> Question | Pending | XlVqaError | None:
    """What to ask for one cell; None for a blank one."""
    for cell in (video, text, profile, attribute):
        if isinstance(cell, (XlVqaError, Pending)):
            return cell
    if is_blank(video):
        return None
    if not isinstance(video, str):
        return WorksheetArgumentError(value=typed(video))
    if call.name == "VQA_ATTRIBUTE" and call.attribute is None:
        return WorksheetMissingArgumentError(name=call.name, source=ATTRIBUTE.name)
    try:
        path = context.locations.resolve(video, context.folder)
    except XlVqaError as error:
        return error
    told = None if is_blank(text) else typed(text)
    return Question(path, told, None if is_blank(profile) else typed(profile), call.want)


def _show(call: _Call, answer: Answer | Pending | XlVqaError, language: str) -> Cell:
    says_why = call.name in ("VQA_ERROR", "VQA_STATUS")
    if isinstance(answer, Pending):
        return Pending(tr("pending", language) if says_why else None)
    if isinstance(answer, XlVqaError):
        error: XlVqaError | None = answer
    else:
        error = answer.error
        if answer.status == "done":
            try:
                return _of_answer(call, answer, language)
            except XlVqaError as found:
                error = found
    if error is not None:
        return error.message(language) if says_why else error
    if not says_why:
        return Pending()
    position = answer.position if isinstance(answer, Answer) else None
    if position:
        return Pending(tr("pending_at", language, position=position))
    return Pending(tr("pending", language))


def _of_answer(call: _Call, answer: Answer, language: str) -> Cell:
    """Raises the error of an attribute that there is not."""
    if answer.explanation is not None:
        return sentence(answer.explanation, language)
    if call.attribute is not None:
        if isinstance(answer.attributes, XlVqaError):
            raise answer.attributes
        if answer.attributes is None:  # a host of another version does not know them
            raise HostError(problem="host_answer_kind")
        label = answer.attributes.of(call.attribute).label
        return label if call.name == "VQA_ATTRIBUTE" else BLANK
    return _of_rating(call.name, answer.rating or {}, language)


def _of_rating(name: str, rating: dict[str, Any], language: str) -> Cell:
    if name == "VQA_SCORE":
        return int(rating["label"])
    if name == "VQA_MOS":
        return float(rating["mos"])
    if name == "VQA_BAND":
        return band_by_key(rating["band"]).name(language)
    if name == "VQA_CONFIDENCE":
        return float(rating["band_probability"])
    if name in _READINGS:
        return _of_reading(name, rating, language)
    if name == "VQA_STATUS":
        told = remarks_of(rating, warning_sentences(rating, language), language)
        return f"{tr('status_done', language)}: {told}" if told else tr("status_done", language)
    return BLANK  # VQA_ERROR


def _of_reading(name: str, rating: dict[str, Any], language: str) -> Cell:
    """What only a domain profile says."""
    reading = Reading.from_dict(rating)
    if reading is None:
        return NoReadingError(name=name, problem="reading_needs_profile")
    found = getattr(reading, _READINGS[name])
    if found is None:
        return NoReadingError(name=name, problem=Reason("reading_not_told", profile=reading.profile))
    return decision_name(found, language) if name == "VQA_DECISION" else float(found)


def _overall(context: Context) -> Cell:
    counts = context.ratings.counts(context.asked)
    if counts.trouble is not None:
        return counts.trouble.message(context.language)
    overall = tr(
        "status_overall", context.language, done=counts.done, pending=counts.pending, failed=counts.failed
    )
    earlier = [tr("status_earlier", context.language, count=counts.earlier)] if counts.earlier else []
    return " ".join([overall, *earlier, *sentences(counts.host, context.language)])
