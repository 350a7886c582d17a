"""Answers requests: what is stored at once, what is not through the queue. Knows nothing of HTTP."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from xl_vqa import __version__
from xl_vqa.bridge.protocol import EARLIER_VERSION
from xl_vqa.host.chunks import chunks
from xl_vqa.host.crash_marks import CrashMarks
from xl_vqa.host.explainer import Explainer, Explaining
from xl_vqa.host.files import FileFacts
from xl_vqa.host.ledger import Ledger
from xl_vqa.host.models import ModelKeeper
from xl_vqa.host.pipeline import Pipeline, ready_room
from xl_vqa.host.queue import WorkQueue
from xl_vqa.host.request_body import check_rows, keys_of, number_of, object_of, video_of
from xl_vqa.host.shared_store import SharedStore
from xl_vqa.host.sharing import Sharing
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import RatingKey, Summary
from xl_vqa.host.views import KnownModel, SummaryCache, View, attributes_json, detail_json, summary_json, with_path
from xl_vqa.host.work import Ticket, Wanted, Watch, error_for
from xl_vqa.words.errors import (
    HostRequestError,
    NoAttributesError,
    VideoNotFoundError,
    XlVqaError,
)
from xl_vqa.words.model_spec import attributes_key, settings_key
from xl_vqa.words.settings import Settings
from xl_vqa.words.video_names import existing_form

log = logging.getLogger("xl_vqa.host.service")

STOP_PATIENCE_S: Final = 60.0


@dataclass(slots=True)
class Slot:
    """One entry of a request on its way to an answer: a ticket, a rating's key, an error, or an unknown key."""

    path: str
    text: str | None
    found: Ticket | RatingKey | XlVqaError | str
    summary: Summary | None = None
    """Of a stored rating, where it was read already."""
    attributes: bool = False
    """Whether they are asked for as well."""
    model: str = ""
    """The model that cells asked for where an earlier version's score may stand; empty for all others."""
    place: str = ""
    """Where the file lies, whose name may be another form of ``path``."""

    @property
    def pending(self) -> bool:
        return isinstance(self.found, Ticket) and self.found.outcome is None


@dataclass(frozen=True, slots=True)
class Question:
    """A validated rating request."""

    videos: Sequence[tuple[str, str | None] | XlVqaError]
    model: str
    view: View
    wait: float
    refresh: bool
    detail: bool
    priority: int
    owner: str
    attributes: bool = False
    standing: bool = False
    """Whether a score of an earlier version of the model stands where there is one (cells with formulas)."""


class RatingService:
    """Everything of a host but its HTTP and its life cycle. Thread-safe."""

    def __init__(self, settings: Settings, *, keeper: ModelKeeper | None = None, crashed: bool = True) -> None:
        """Opens the store; ``crashed`` as in CrashMarks.

        Raises HostDiskError, or HostStartError for a newer version's store.
        """
        self.settings = settings
        self.started_at = time.time()
        store = Store(settings.store_file)
        address = settings.shared_store
        self.ledger = Ledger(store, Sharing(store, SharedStore(address), address) if address else None)
        self.marks = CrashMarks(store, crashed=crashed)
        self.keeper = keeper or ModelKeeper(settings)
        self.queue = WorkQueue(ready_items=ready_room(settings), crashed=self.marks.times)
        self.pipeline = Pipeline(settings, self.queue, self.ledger, self.keeper, self.marks)
        self.explainer = Explainer(self.queue, self.pipeline, self.ledger, self.marks)
        self._view = View.of(settings)
        self._summaries = SummaryCache()

    def start(self) -> None:
        if self.ledger.sharing is not None:
            self.ledger.sharing.start()
        else:
            self.ledger.store.outbox.share_with(None)
        self.pipeline.start()
        self.explainer.start()

    def stop(self) -> None:
        """Ends after the batch at hand; nobody is kept waiting meanwhile."""
        self.explainer.stop()
        ended = self.pipeline.stop(STOP_PATIENCE_S)
        if not ended:
            log.warning("the batch at hand did not end within %.0f s", STOP_PATIENCE_S)
        self.marks.stop()
        self.ledger.close()
        if ended:
            # one that is not in this process would stay
            self.keeper.unload()
        self.keeper.close()

    # -- rating

    def question(self, body: Any) -> Question:
        """A request's JSON, checked. Raises HostRequestError for the request, never for one of its videos."""
        values = object_of(body)
        videos = values.get("videos")
        if not isinstance(videos, list):
            raise HostRequestError(problem="host_videos_list")
        check_rows(videos)
        return Question(
            videos=[video_of(entry) for entry in videos],
            model=self.keeper.resolve(values.get("profile")),
            view=View.from_request(values.get("view"), self._view),
            wait=number_of(values, "wait"),
            refresh=bool(values.get("refresh", False)),
            detail=bool(values.get("detail", False)),
            priority=int(number_of(values, "priority")),
            owner=str(values.get("client", "")),
            attributes=bool(values.get("attributes", False)),
            standing=bool(values.get("standing", False)),
        )

    def look_up(self, question: Question) -> list[Slot]:
        """A slot for every video: stored, wrong, or in the queue from now on."""
        slots: list[Slot] = []
        wanted: dict[int, Wanted] = {}
        kept = question.standing and not question.refresh and bool(self.keeper.standing(question.model))
        facts = self._facts([video[0] for video in question.videos if not isinstance(video, XlVqaError)])
        for index, video in enumerate(question.videos):
            if isinstance(video, XlVqaError):
                slots.append(Slot("", None, video))
                continue
            path, text = video
            found, place = facts[path], path
            if isinstance(found, VideoNotFoundError) and (other := existing_form(path)) != path:
                # Excel shows a name that another program stored without its escape as other characters
                found, place = self._facts([other])[other], other
            if isinstance(found, FileFacts):
                item = Wanted(place, found.stat_key, text, question.model, question.attributes, kept)
                wanted[index] = item
                slots.append(Slot(path, text, item.key, None, question.attributes, item.stands_for, place))
            else:
                slots.append(Slot(path, text, found))
        contents = {} if question.refresh else self._known_contents({w.path: w.stat_key for w in wanted.values()})
        stored = self._stored(question, wanted, contents)
        if kept:
            stored |= self._standing(wanted, contents)
        open_questions: list[int] = []
        for index, item in wanted.items():
            hit = stored.get(index)
            # a refresh that is under way will replace what is stored
            if hit is not None and not self.queue.is_open(item.key):
                slots[index].found, slots[index].summary = hit
            else:
                open_questions.append(index)
        if open_questions:
            tickets = self.queue.submit(
                [(wanted[index], contents.get(wanted[index].path)) for index in open_questions],
                owner=question.owner,
                priority=question.priority,
                refresh=question.refresh,
            )
            for index, ticket in zip(open_questions, tickets, strict=True):
                slots[index].found = ticket
        return slots

    def poll(self, keys: Sequence[str]) -> list[Slot]:
        """A slot for every key of an earlier answer."""
        slots = []
        for key in keys:
            ticket = self.queue.get(key)
            if ticket is None:
                slots.append(Slot("", None, key))
            else:
                wanted = ticket.wanted
                slots.append(Slot(ticket.path, wanted.text, ticket, None, wanted.attributes, wanted.stands_for))
        return slots

    def watch(self, slots: Sequence[Slot], notify: Callable[[], None], *, every: bool = True) -> Watch:
        """See WorkQueue.watch; where any will do, a slot that is finished already counts."""
        tickets = _tickets(slots)
        if not every and len([t for t in tickets if t.outcome is None]) < len(slots):
            watch = Watch(0, notify)
            watch.fire()
            return watch
        return self.queue.watch(tickets, notify, every=every)

    def unwatch(self, slots: Sequence[Slot], watch: Watch) -> None:
        self.queue.unwatch(_tickets(slots), watch)

    def render(self, slots: Sequence[Slot], view: View, detail: bool) -> str:
        """The answer's JSON: {"ratings": [one entry per slot], "host": {...}}."""
        keys: dict[int, RatingKey] = {}
        for index, slot in enumerate(slots):
            outcome = slot.found.outcome if isinstance(slot.found, Ticket) else slot.found
            if isinstance(outcome, RatingKey):
                keys[index] = outcome
        texts = self._details(slots, keys, view) if detail else self._shorts(slots, keys, view)
        self._mark_earlier(texts, slots, keys)
        self._add_attributes(texts, slots, keys, view)
        # one join, for a large answer is tens of megabytes and every further step would copy it
        pieces = ['{"ratings": [']
        for index, slot in enumerate(slots):
            pieces += (texts.pop(index) if index in texts else self._entry(slot, keys.get(index)), ", ")
        if slots:
            pieces.pop()
        pieces += ('], "host": ', json.dumps(self.info()), "}")
        return "".join(pieces)

    # -- explaining

    def explain(self, question: Question) -> Explaining | XlVqaError:
        """The one video of a question: its explanation, made or being made, or the error of the video."""
        # its attributes come from the same reading
        (slot,) = self.look_up(replace(question, attributes=True, standing=False))
        found = slot.found
        if isinstance(found, (XlVqaError, str)):
            return found if isinstance(found, XlVqaError) else HostRequestError(problem="host_video_object")
        path = found.path if isinstance(found, Ticket) else slot.place
        return self.explainer.ask(path, slot.text, question.model, found, question.owner, refresh=question.refresh)

    def render_explanation(self, found: Explaining | XlVqaError, question: Question) -> str:
        """The answer's JSON: {"explanation": entry, "host": {...}}; with ``detail`` it has its pictures."""
        outcome = found if isinstance(found, XlVqaError) else found.outcome
        if isinstance(outcome, XlVqaError):
            entry: dict[str, Any] = {"status": "error", "error": outcome.to_dict()}
        elif outcome is None:
            assert isinstance(found, Explaining)
            entry = {"status": "pending", "key": found.key, "progress": found.progress.to_dict()}
        else:
            assert isinstance(found, Explaining)
            made = replace(outcome, rating=replace(outcome.rating, path=found.path))
            made = self.explainer.shown(made) if question.detail else made.without_pictures()
            known = self._models([outcome.rating.model_fingerprint])[outcome.rating.model_fingerprint]
            rating = json.loads(detail_json(made.rating, question.view, found.path, found.text, known))
            entry = {"status": "done", "explanation": {**made.to_dict(), "rating": rating}}
        return json.dumps({"explanation": entry, "host": self.info()})

    @property
    def idle(self) -> bool:
        """Whether nobody waits for anything."""
        return self.queue.idle and self.explainer.idle

    def cancel(self, body: Any) -> int:
        """How many tickets ended. Raises HostRequestError."""
        values = object_of(body)
        owner = values.get("client")
        if not (owner is None or isinstance(owner, str)):
            raise HostRequestError(problem="host_client_text")
        keys = None if values.get("all") is True else keys_of(values)
        return self.queue.cancel(keys, owner) + self.explainer.cancel(keys, owner)

    def view(self, body: Mapping[str, Any]) -> View:
        return View.from_request(body.get("view"), self._view)

    # -- about the host

    def info(self) -> dict[str, Any]:
        """The few facts that go with every answer."""
        info: dict[str, Any] = {"version": __version__, "model_state": self.keeper.state()}
        warnings = self.warnings()
        if warnings:
            info["warnings"] = warnings
        return info | self.ledger.trouble()

    def warnings(self) -> list[dict[str, Any]]:
        """What people should know beyond single ratings: message codes with parameters."""
        alarm = self.pipeline.alarm.warning()
        return [*self.ledger.warnings(), *([] if alarm is None else [alarm])]

    def progress(self, profile: Any = None) -> dict[str, Any]:
        """What the host does, and the state of the model of a profile (None: of the host's own settings).

        Raises HostRequestError.
        """
        model, loaded = self.keeper.resolve(profile), self.keeper.loaded
        counts = self.queue.counts()
        now = time.monotonic()
        left = counts.queued + counts.decoding + counts.rating
        pace, eta = self.pipeline.pace.per_minute(now), self.pipeline.pace.eta_s(left, now)
        return {
            "queued": counts.queued,
            "decoding": counts.decoding,
            "rating": counts.rating,
            "done": counts.done,
            "failed": counts.failed,
            "per_minute": None if pace is None else round(pace, 2),
            "eta_s": None if eta is None or not left else round(eta, 1),
            "load_seconds": self.keeper.load_seconds,
            "uptime_s": round(time.time() - self.started_at, 1),
            "unsaved": 0,
            **self.info(),
            "model": self.keeper.name(model),
            "model_state": self.keeper.state(model),
            "loaded": None if loaded is None else self.keeper.name(loaded),
            "other_loaded": loaded is not None and loaded != model,
        }

    def model(self, profile: Any) -> dict[str, Any]:
        """Facts about the model of a profile. Raises HostRequestError."""
        return self.keeper.describe(self.keeper.resolve(profile))

    # -- inside

    def _facts(self, paths: Sequence[str]) -> dict[str, FileFacts | XlVqaError]:
        """What the file system says of each; an error names the path as it was asked for."""
        found = self.pipeline.patience.look_at_all(paths)
        return {path: error_for(one, path) if isinstance(one, XlVqaError) else one for path, one in found.items()}

    def _known_contents(self, files: Mapping[str, str]) -> dict[str, str]:
        """The fingerprints of those files whose stat keys still are what they were when they were hashed."""
        try:
            known = self.ledger.store.known_files(files)
        except XlVqaError as error:
            log.warning("%s", error)
            return {}
        return {path: file.video for path, file in known.items() if file.settled and file.stat_key == files[path]}

    def _stored(
        self, question: Question, wanted: Mapping[int, Wanted], contents: Mapping[str, str]
    ) -> dict[int, tuple[RatingKey, Summary]]:
        identity = self.keeper.identity(question.model)
        if identity is None or question.refresh or not contents:
            return {}
        settings: dict[str | None, str] = {}
        keys: dict[int, RatingKey] = {}
        for index, item in wanted.items():
            video = contents.get(item.path)
            if video is not None:
                if item.text not in settings:
                    settings[item.text] = settings_key(identity.spec, item.text)
                keys[index] = RatingKey(identity.fingerprint, settings[item.text], video)
        stored = self.ledger.find(keys.values())
        if question.attributes and identity.spec.questions:
            further = {key: key._replace(settings=attributes_key(identity.spec)) for key in stored}
            known = self.ledger.find_attributes(further.values())
            stored = {key: summary for key, summary in stored.items() if further[key] in known}
        return {index: (key, stored[key]) for index, key in keys.items() if key in stored}

    def _standing(
        self, wanted: Mapping[int, Wanted], contents: Mapping[str, str]
    ) -> dict[int, tuple[RatingKey, Summary]]:
        """What stands in cells, by the first version of each line that has it."""
        choices = {
            index: self.pipeline.standing_keys(item, contents[item.path])
            for index, item in wanted.items()
            if item.path in contents
        }
        known = self.ledger.find([key for keys in choices.values() for key in keys])
        first = {index: next((key for key in keys if key in known), None) for index, keys in choices.items()}
        return {index: (key, known[key]) for index, key in first.items() if key is not None}

    def _mark_earlier(self, texts: dict[int, str], slots: Sequence[Slot], keys: Mapping[int, RatingKey]) -> None:
        """A score that stands is remarked where its version no longer serves."""
        for index in texts:
            model = slots[index].model
            if model and self.keeper.standing(model).get(keys[index].model):
                entry = json.loads(texts[index])
                entry["rating"]["warnings"].append(EARLIER_VERSION)
                texts[index] = json.dumps(entry)

    def _shorts(self, slots: Sequence[Slot], keys: Mapping[int, RatingKey], view: View) -> dict[int, str]:
        found = {key: summary for index, key in keys.items() if (summary := slots[index].summary) is not None}
        found.update(self.ledger.find([key for key in keys.values() if key not in found]))
        texts: dict[RatingKey, str] = {}
        to_read = []
        for key, summary in found.items():
            text = self._summaries.get(key, summary, view)
            if text is None:
                to_read.append(key)
            else:
                texts[key] = text
        for chunk in chunks(to_read):
            for key, rating in self.ledger.load(chunk).items():
                texts[key] = summary_json(rating, view)
                self._summaries.put(key, found[key], view, texts[key])
        models = self._models(key.model for key in keys.values())
        return {
            index: '{"status": "done", "rating": '
            + with_path(texts[key], slots[index].path, slots[index].text, models[key.model])
            + "}"
            for index, key in keys.items()
            if key in texts
        }

    def _add_attributes(
        self, texts: dict[int, str], slots: Sequence[Slot], keys: Mapping[int, RatingKey], view: View
    ) -> None:
        """Into the finished entries of those who asked for them. An entry whose attributes are still to be
        computed (its ticket hung on a job that was at work already) is taken out: it is asked for again."""
        for index in [index for index in texts if slots[index].attributes]:
            key = keys[index]
            # of a version that does not serve the line's own spec is known
            asked = self.keeper.identity(slots[index].model) if slots[index].model else None
            spec = self.keeper.spec_of(key.model) or (asked.spec if asked else None)
            own = key._replace(settings=attributes_key(spec)) if spec is not None and spec.questions else None
            if own is None:
                told = json.dumps(
                    {"error": NoAttributesError(model=self._models([key.model])[key.model].name or "?").to_dict()}
                )
            elif (found := self.ledger.find_attributes([own]).get(own)) is not None:
                told = attributes_json(found, view)
            else:
                del texts[index]
                continue
            texts[index] = f'{texts[index][:-1]}, "attributes": {told}}}'

    def _models(self, fingerprints: Iterable[str]) -> dict[str, KnownModel]:
        """What is known now of the models of ratings."""
        found = {model: self.keeper.known_as(model) for model in set(fingerprints)}
        return {model: KnownModel() if known is None else KnownModel(*known) for model, known in found.items()}

    def _details(self, slots: Sequence[Slot], keys: Mapping[int, RatingKey], view: View) -> dict[int, str]:
        texts: dict[int, str] = {}
        models = self._models(key.model for key in keys.values())
        for chunk in chunks(list(keys)):
            ratings = self.ledger.load([keys[index] for index in chunk])
            for index in chunk:
                if keys[index] in ratings:
                    slot = slots[index]
                    model = models[keys[index].model]
                    text = detail_json(ratings[keys[index]], view, slot.path, slot.text, model)
                    texts[index] = '{"status": "done", "rating": ' + text + "}"
        return texts

    def _entry(self, slot: Slot, lost: RatingKey | None) -> str:
        """An entry without a rating."""
        found = slot.found.outcome if isinstance(slot.found, Ticket) else slot.found
        if isinstance(found, XlVqaError):
            return json.dumps({"status": "error", "error": found.to_dict()})
        if isinstance(slot.found, Ticket) and lost is None:
            position = self.queue.position(slot.found)
            return json.dumps({"status": "pending", "key": slot.found.key, "position": position})
        # stored, and gone since: the store was replaced meanwhile
        key = slot.found.key if isinstance(slot.found, Ticket) else str(slot.found)
        return json.dumps({"status": "unknown", "key": key})


def _tickets(slots: Sequence[Slot]) -> list[Ticket]:
    return [slot.found for slot in slots if isinstance(slot.found, Ticket)]
