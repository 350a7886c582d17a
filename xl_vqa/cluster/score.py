"""``score_on_cluster``: every video one result, by the workers of a Ray cluster, into this machine's own store.

What the store has is not asked. The same content under several paths is one question. A result is stored as it
comes, so a run that was stopped goes on where it was.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import filelock

from xl_vqa import __version__
from xl_vqa.bridge.profiles import domain_profile, read_entries
from xl_vqa.bridge.videos import Result, Video
from xl_vqa.cluster.connect import Address, connected
from xl_vqa.cluster.errors import ClusterError, ClusterVideoError
from xl_vqa.cluster.nodes import Room, check_nodes
from xl_vqa.cluster.passes import Pass, Runner
from xl_vqa.cluster.rows import HASHED, RATED, REFUSED, Answer, Row, Work, seen, settings_for_workers
from xl_vqa.cluster.worker import ClusterRater, describe_model, hash_rows
from xl_vqa.host.files import FileFacts
from xl_vqa.host.ledger import Ledger
from xl_vqa.host.lifecycle import prepare_home
from xl_vqa.host.patience import Patience
from xl_vqa.host.remarks import SameScoreAlarm
from xl_vqa.host.shared_store import SharedStore
from xl_vqa.host.sharing import Sharing
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.stored_rows import NewRating, RatingKey
from xl_vqa.host.views import KnownModel, View, detail_json, summary_json
from xl_vqa.host.work import for_path
from xl_vqa.models.registry import name_of
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import HostDiskError, VideoNotFoundError, XlVqaError
from xl_vqa.words.model_spec import ModelSpec, settings_key
from xl_vqa.words.rating import Rating
from xl_vqa.words.reasons import Reason, why_unwritten
from xl_vqa.words.settings import Settings
from xl_vqa.words.video_names import existing_form

STALL_S: Final = 900.0
SHARE_OF_STALL: Final = 0.8
"""A worker that hangs ends itself before whoever waits for it gives up."""
LOCK_LOOK_S: Final = 1.0
SAMPLES: Final = 8
"""Videos that every machine is asked about before the work, spread over the list."""
CHUNK: Final = 500

Tell = Callable[..., None]
"""What a person is told on the way: a key of ``cli/texts.py`` with parameters."""


@dataclass(slots=True)
class ClusterRun:
    """What a run came to."""

    results: list[Result]
    """One for every video, in order."""
    stored: int = 0
    """Results that were in the store already."""
    info: dict[str, Any] = field(default_factory=dict)
    """What to know of store and scores, for ``bridge/remarks.py``."""
    workers: set[str] = field(default_factory=set)
    """Machine and process of each that rated."""


def score_on_cluster(
    videos: Sequence[Video],
    settings: Settings,
    address: str,
    *,
    workers: int | None = None,
    stall_s: float = STALL_S,
    refresh: bool = False,
    tell: Tell = lambda key, **params: None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> ClusterRun:
    """Rates ``videos`` on the cluster at ``address`` (``connect.Address``), with ``workers`` at the most.

    A second run with the same store waits until the first is done, and finds its results. ``on_progress(done,
    total)`` counts what was not stored. ``stall_s``: how long nothing may come before everything is begun anew.

    Raises ClusterError and its kinds, PackageMissingError, the errors of a model that cannot be used,
    HostDiskError, HostStartError for a newer version's store, ProfileMismatchError and the like where a domain
    profile does not fit.
    """
    place = Address(address)
    with _private_home(settings), only_run(settings, tell), contextlib.ExitStack() as stack:
        ledger = stack.enter_context(_opened_ledger(settings))
        run = _Run(videos, settings, ledger, place, workers, stall_s, refresh, tell, on_progress)
        run.look_at_files()
        if run.rows:
            tell("cluster_joins")
            ray = stack.enter_context(run.connection)
            run.identify(ray)
            run.rate(ray)
        return ClusterRun(run.results(), run.stored, run.info(), run.workers)


@contextlib.contextmanager
def _private_home(settings: Settings) -> Iterator[None]:
    """As the host has it; what is written elsewhere afterwards is the user's affair again."""
    before = os.umask(0o077)
    try:
        prepare_home(settings)
        yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def only_run(settings: Settings, tell: Tell) -> Iterator[None]:
    """Holds the lock of this store's cluster runs; waits for another, which is told once.

    Raises HostDiskError where the lock cannot be made.
    """
    path = settings.cluster_lock_file
    lock = filelock.FileLock(path, mode=0o600)
    told = False
    while True:
        try:
            lock.acquire(timeout=LOCK_LOOK_S)
            break
        except filelock.Timeout:
            if not told:
                tell("cluster_waits")
            told = True
        except OSError as error:
            raise HostDiskError(path=str(path), problem=why_unwritten(error)) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _opened_ledger(settings: Settings) -> Iterator[Ledger]:
    store = Store(settings.store_file)
    address = settings.shared_store
    ledger = Ledger(store, Sharing(store, SharedStore(address), address) if address else None)
    if ledger.sharing is not None:
        ledger.sharing.start()
    try:
        yield ledger
    finally:
        ledger.close()


class _Connection(contextlib.AbstractContextManager[Any]):
    """Ray, which may be begun anew within the context."""

    def __init__(self, address: Address, workers: int | None) -> None:
        self._address, self._workers = address, workers
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Any:
        return self.restart()

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def restart(self) -> Any:
        self._stack.close()
        return self._stack.enter_context(connected(self._address, self._workers))


class _Run:
    """One call of ``score_on_cluster``, step by step."""

    def __init__(
        self,
        videos: Sequence[Video],
        settings: Settings,
        ledger: Ledger,
        address: Address,
        workers: int | None,
        stall_s: float,
        refresh: bool,
        tell: Tell,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._settings, self._ledger, self._refresh = settings, ledger, refresh
        self._wanted_workers, self._stall_s = workers, stall_s
        self._tell, self._on_progress = tell, on_progress
        self._given = list(videos)
        self._videos: list[Video | None] = []
        self._found: list[RatingKey | XlVqaError | None] = []
        self._facts_of: dict[str, FileFacts] = {}
        self._same: dict[int, list[int]] = {}
        """The rows that ask the same as the one that is sent, itself among them."""
        self._progress = [0, 0]
        self._alarm = SameScoreAlarm()
        self.connection = _Connection(address, workers)
        self.rows: list[Row] = []
        self.stored = 0
        self.workers: set[str] = set()
        self._view = View.of(settings)
        self._room = Room(0, 1, 1, 0)
        self._spec = ModelSpec()
        self._fingerprint = ""
        self._loaded = False

    # -- this machine's part

    def look_at_files(self) -> None:
        """A row for each file that is there; what is known of its content from before goes with it."""
        for given in self._given:
            try:
                self._videos.append(given.absolute())
                self._found.append(None)
            except XlVqaError as error:
                self._videos.append(None)
                self._found.append(error)
        facts = self._facts([video.path for video in self._videos if video is not None])
        known = self._ledger.store.known_files(facts)
        for number, video in enumerate(self._videos):
            if video is None:
                continue
            path, found = video.path, facts[video.path]
            if isinstance(found, VideoNotFoundError) and (other := existing_form(path)) != path:
                path, found = other, self._facts([other])[other]
            if isinstance(found, XlVqaError):
                self._found[number] = found
                continue
            self._facts_of[path] = found
            before = known.get(path)
            same = before is not None and before.settled and before.stat_key == found.stat_key
            content = before.video if before is not None and same else ""
            self.rows.append(Row(number, path, video.text, content, seen(found)))

    def _facts(self, paths: Sequence[str]) -> dict[str, FileFacts | XlVqaError]:
        return Patience(self._settings.video_timeout_s).look_at_all(paths)

    # -- the model

    def identify(self, ray: Any) -> None:
        """Which model rates, alike on every machine; loads it where that cannot be known otherwise."""
        self._room = Room.of(ray.nodes(), self._settings, self._wanted_workers)
        every = max(1, len(self.rows) // SAMPLES)
        samples = {row.path: row.seen for row in self.rows[::every][:SAMPLES]}
        known = check_nodes(ray, self._settings, self._room, samples) or self._load_once(ray)
        self._fingerprint, self._spec = known["fingerprint"], ModelSpec.from_dict(known["spec"])
        profile = domain_profile(self._settings)
        if profile is not None:
            profile.check(self._fingerprint, self._model_name, self._settings)

    def _load_once(self, ray: Any) -> dict[str, Any]:
        """Where workers will run, so that a model that cannot be used is told before they try it for ever."""
        self._tell("cluster_model_loads")
        task = ray.remote(describe_model).options(max_retries=1, **self._share)
        reference = task.remote(self._values)
        try:
            found = dict(ray.get(reference, timeout=self._stall_s))
        except ray.exceptions.GetTimeoutError as error:
            problem = Reason("cluster_model_silent", minutes=round(self._stall_s / 60, 1))
            raise ClusterError(problem=problem) from error
        if "error" in found:
            raise from_dict(found["error"])
        self._loaded = True
        return found

    @property
    def _model_name(self) -> str:
        return name_of(self._settings) or self._spec.name

    @property
    def _values(self) -> dict[str, Any]:
        return settings_for_workers(self._settings, gpu=self._room.gpus > 0, threads=self._room.threads)

    @property
    def _share(self) -> dict[str, float]:
        return {"num_cpus": self._room.cpus, "num_gpus": self._room.gpus}

    # -- the cluster's part

    def rate(self, ray: Any) -> None:
        """Hashes what is not known, leaves out what is stored, and has the rest rated."""
        runner = Runner(ray, self.connection.restart, self._room.workers, self._stall_s)
        self._hash(runner)
        rows = self._not_stored()
        if not rows:
            return
        if not self._loaded:
            self._load_once(runner.ray)
        total = sum(len(self._same[row.number]) for row in rows)
        self._progress = [0, total]
        self._tell("cluster_begins", workers=self._room.workers, machines=self._room.machines, videos=total)
        work = Work(self._values, __version__, self._fingerprint, self._stall_s * SHARE_OF_STALL)
        for number, error in runner.run(rows, partial(self._rating, work=work), self._take).items():
            self._end(number, error)

    def _hash(self, runner: Runner) -> None:
        rows = {row.number: row for row in self.rows}
        unknown = [row for row in self.rows if not row.video]

        def take(answers: Sequence[tuple[Answer, Row]]) -> None:
            for answer, row in answers:
                if answer.kind != HASHED:
                    self._found[row.number] = from_dict(dict(answer.value))
                    continue
                rows[row.number] = replace(row, **answer.value)
                facts = self._facts_of[row.path]
                if answer.value["seen"] == seen(facts):
                    self._remember(row.path, KnownFile(facts.stat_key, answer.value["video"], facts.settled()))

        if unknown:
            self._tell("cluster_reads", videos=len(unknown))
            for number, error in runner.run(unknown, self._hashing, take).items():
                self._found[number] = error
        self.rows = [row for row in rows.values() if self._found[row.number] is None]

    def _remember(self, path: str, file: KnownFile) -> None:
        with contextlib.suppress(HostDiskError):  # it is hashed again the next time
            self._ledger.store.remember_file(path, file)

    def _not_stored(self) -> list[Row]:
        """One row for each question that the store does not answer."""
        keys = {row.number: self._key(row.video, row.text) for row in self.rows}
        stored = set() if self._refresh else set(self._ledger.find(keys.values()))
        asked: dict[RatingKey, Row] = {}
        for row in self.rows:
            key = keys[row.number]
            if key not in stored and not self._refresh and self._ledger.fetch(key, row.text):
                stored.add(key)
            if key in stored:
                self._found[row.number] = key
                self.stored += 1
                continue
            first = asked.setdefault(key, row)
            self._same.setdefault(first.number, []).append(row.number)
        return list(asked.values())

    def _key(self, video: str, text: str | None) -> RatingKey:
        return RatingKey(self._fingerprint, settings_key(self._spec, text), video)

    def _hashing(self, ray: Any, sent: Pass) -> Any:
        timeout_s = self._settings.video_timeout_s
        return sent.dataset(ray).map_batches(
            hash_rows,
            batch_size=None,
            fn_args=(timeout_s,),
            num_cpus=0.5,
        )

    def _rating(self, ray: Any, sent: Pass, *, work: Work) -> Any:
        # it grows from one worker to as many as there is room for, and shrinks towards the end
        pool = ray.data.ActorPoolStrategy(
            min_size=1,
            max_size=self._room.workers,
            initial_size=self._room.workers,
            max_tasks_in_flight_per_actor=1 if sent.alone else 3,
            # one call reads while another has the model
            max_concurrent_calls_per_actor=1 if sent.alone else 2,
            enable_true_multi_threading=True,
        )
        return sent.dataset(ray).map_batches(
            ClusterRater,
            batch_size=None,
            compute=pool,
            fn_constructor_args=(work,),
            ray_remote_args_fn=lambda: {"max_restarts": -1, "max_task_retries": sent.retries},
            **self._share,
        )

    def _take(self, answers: Sequence[tuple[Answer, Row]]) -> None:
        outcomes: list[tuple[int, RatingKey | XlVqaError]] = []
        new: list[NewRating] = []
        for answer, row in answers:
            self.workers.add(answer.worker)
            if answer.kind == REFUSED:
                raise from_dict(dict(answer.value))
            if answer.kind == RATED:
                rating = Rating.from_dict(answer.value)
                new.append(NewRating(rating, self._view.key, summary_json(rating, self._view)))
                # the file may have been replaced since it was hashed
                outcomes.append((row.number, self._key(rating.video_fingerprint, row.text)))
            else:
                outcomes.append((row.number, from_dict(dict(answer.value))))
        # what is counted as done is stored
        self._ledger.save(new)
        for one in new:
            self._alarm.add(one.rating)
        for number, outcome in outcomes:
            self._end(number, outcome)

    def _end(self, number: int, outcome: RatingKey | XlVqaError) -> None:
        """What one row came to, for all rows that ask the same."""
        for same in self._same[number]:
            video = self._videos[same]
            self._found[same] = for_path(outcome, video.path if video is not None else "")
            self._progress[0] += 1
        self._on_progress(self._progress[0], self._progress[1])

    # -- the answers

    def results(self) -> list[Result]:
        """One for each video given, in order, as the host gives them in detail."""
        results: list[Result] = []
        for start in range(0, len(self._given), CHUNK):
            found = self._found[start : start + CHUNK]
            loaded = self._ledger.load([key for key in found if isinstance(key, RatingKey)])
            entries = [
                self._entry(one, loaded, video)
                for one, video in zip(found, self._videos[start : start + CHUNK], strict=True)
            ]
            results += [
                entry["rating"] if entry["status"] == "done" else from_dict(entry["error"])
                for entry in read_entries(entries, self._settings)
            ]
        return results

    def _entry(
        self, found: RatingKey | XlVqaError | None, loaded: Mapping[RatingKey, Rating], video: Video | None
    ) -> dict[str, Any]:
        if isinstance(found, RatingKey) and found in loaded and video is not None:
            model = KnownModel(self._model_name, self._spec.reads_text)
            text = detail_json(loaded[found], self._view, video.path, video.text, model)
            return {"status": "done", "rating": json.loads(text)}
        path = video.path if video is not None else ""
        error = found if isinstance(found, XlVqaError) else ClusterVideoError(path=path, problem="cluster_lost")
        return {"status": "error", "error": error.to_dict()}

    def info(self) -> dict[str, Any]:
        """What people should know of store and scores, as the host's ``info``."""
        alarm = self._alarm.warning()
        warnings = [*self._ledger.warnings(), *([] if alarm is None else [alarm])]
        return {"warnings": warnings, **self._ledger.trouble()}
