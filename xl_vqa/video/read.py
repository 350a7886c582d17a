"""From a path to the frames a model looks at: through PyAV, or decord where that is asked for and proven exact.

The same file gives the same frames, bit for bit, in every run, thread and process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal

import av
import numpy as np
from numpy.typing import NDArray

from xl_vqa.video import decoder_log, decord_decoder, pyav_decoder
from xl_vqa.video.clip import Clip
from xl_vqa.video.container import Source, open_video
from xl_vqa.video.files import PathLike, shown_path
from xl_vqa.video.fingerprint import stat_key
from xl_vqa.video.growing import has_writer, is_open_ended, is_written
from xl_vqa.video.inspection import Inspection
from xl_vqa.video.picture_sequence import NUMBERS_MISSING, PictureSequence, open_pictures
from xl_vqa.video.pictures import Picture, fit_within, is_black, is_frozen
from xl_vqa.video.plugged import PluggedVideo
from xl_vqa.video.point_samples import point_samples
from xl_vqa.video.probe import inspect
from xl_vqa.video.sample import plan_frames, plan_pairs_at, plan_window
from xl_vqa.video.sampled_pixels import SampledPixels
from xl_vqa.video.stills import PictureFile
from xl_vqa.words.errors import VideoChangingError, VideoTooLargeError, VideoTruncatedError, VideoUnreadableError
from xl_vqa.words.model_spec import Sampling
from xl_vqa.words.rating import FramesUsed, Note
from xl_vqa.words.reasons import Reason, because

Decoder = Literal["pyav", "decord"]

CLIP_BYTES_LIMIT: Final = 2 << 30
"""The pictures of one clip may take so much memory; ``max_side`` makes them smaller."""
_RECOUNT_LIMIT: Final = 20_000
"""A damaged video with up to so many frames is decoded whole once, to learn which of them can be read."""


def read_frames(
    path: PathLike,
    sampling: Sampling,
    *,
    max_side: int | None = None,
    decoder: Decoder = "pyav",
    threads: int = 2,
    should_stop: Callable[[], None] = lambda: None,
    at_s: Sequence[float] = (),
) -> Clip:
    """Reads the frames that ``sample.plan_frames`` chooses; safe to call from many threads.

    With ``at_s`` instead a pair of neighbours at each of these times (``sample.plan_pairs_at``), however many
    ``sampling`` wants.

    ``max_side`` scales pictures whose longer side is greater down to it while decoding. ``decoder``
    ``decord`` still leaves to PyAV what decord is not proven to read exactly; ``pyav`` never loads it. The
    pictures are the same bit for bit. ``threads`` are PyAV's; decord gets one, because it hides damage and with
    more would show it differently each time.
    ``should_stop`` is called now and then and may raise to give up.

    A video that is cut off or damaged is read as far as it can be, with ``warning_truncated`` or
    ``warning_damaged``.

    Raises VideoNotFoundError, VideoAccessError, VideoEmptyError, NotAVideoError, NoVideoStreamError,
    VideoTruncatedError (nothing readable), VideoUnreadableError, VideoTooLargeError, VideoChangingError.
    """
    before = stat_key(path)
    pictures = open_pictures(path)
    if pictures is not None:
        with pictures:
            reading = _PictureReading(pictures.shown, pictures.inspection, sampling, max_side, should_stop, at_s)
            clip = reading.clip_of(pictures)
    else:
        open_ended = is_open_ended(path)
        if open_ended and has_writer(path):
            raise VideoChangingError(path=shown_path(path))
        with open_video(path, threads=threads) as source:
            inspection = inspect(source, should_stop=should_stop)
            clip = _VideoReading(source.shown, inspection, sampling, max_side, should_stop, at_s).clip_of(
                source, decoder
            )
        if open_ended and is_written(path, should_stop):
            raise VideoChangingError(path=shown_path(path))
    # the last access may have changed, but neither size nor times of writing
    if stat_key(path) != before:
        raise VideoChangingError(path=shown_path(path))
    return clip


@dataclass(frozen=True, slots=True)
class Whole:
    """What decoding every frame of a video came to."""

    expected: int
    decoded: int
    damaged_at_s: float | None
    """When the first damaged picture is shown, in seconds from the start; None where none is."""


def decode_whole(path: PathLike, *, should_stop: Callable[[], None] = lambda: None) -> Whole:
    """Decodes every frame once and keeps none of them. Errors as ``read_frames``."""
    pictures = open_pictures(path)
    if pictures is not None:
        with pictures:
            count = pictures.inspection.index.count
            return Whole(count, sum(1 for _ in pictures.read(range(count), should_stop)), None)
    with open_video(path) as source:
        inspection = inspect(source, should_stop=should_stop)
        index, each = inspection.index, 1 if inspection.halves is None else 2
        decoded, damaged = pyav_decoder.decode_all(source, should_stop=should_stop)
        damaged_at = None if damaged is None or index.undecodable else damaged / each / index.fps
        return Whole(index.count, decoded // each, damaged_at)


@dataclass(slots=True)
class _Reading:
    """One call of ``read_frames``: what is the same whoever decodes."""

    shown: str
    inspection: Inspection
    sampling: Sampling
    max_side: int | None
    should_stop: Callable[[], None]
    at_s: Sequence[float] = ()
    samples: dict[int, NDArray[np.uint8]] = field(default_factory=dict)
    interlaced: bool = False
    patched: bool = False
    """Whether parts of pictures on the way were damaged, and filled in by the decoder."""

    def _checked_plan(self) -> tuple[int, ...]:
        """Raises VideoTooLargeError where the pictures of the plan would burst the budget."""
        info, plan = self.inspection.info, self._plan()
        self._check_memory(len(set(plan)), *fit_within(info.width, info.height, self.max_side))
        return plan

    def _plan(self) -> tuple[int, ...]:
        index = self.inspection.index
        if self.at_s:
            return plan_pairs_at(index.count, self.at_s, index.time_s)
        sampling = replace(self.sampling, frames=self.sampling.frames_of(index.duration_s))
        return plan_frames(index.count, sampling, index.bounds_s)

    def _around(self, plan: Sequence[int]) -> list[int]:
        """The frames of the plan and of the windows around its pairs, rising."""
        return sorted({*plan, *(number for window in self._windows(plan) for number in window)})

    def _windows(self, plan: Sequence[int]) -> list[tuple[int, ...]]:
        count, size = self.inspection.index.count, self.sampling.window
        return [plan_window(count, start, size) for start in plan[::2]] if size else []

    def _take(self, number: int, rgb: NDArray[Any], pictures: dict[int, Picture] | None) -> None:
        """Keeps the point samples of a frame, and the whole of it among ``pictures`` where it is wanted."""
        colour, framing = self.inspection.colour, self.inspection.framing
        if self.sampling.window:
            self.samples[number] = colour.shown(point_samples(framing.upright(rgb)))
        if pictures is not None:
            pictures[number] = framing.shown(colour.shown(rgb), self.max_side)

    def _check_memory(self, count: int, width: int, height: int) -> None:
        needed = count * width * height * 3
        if needed > CLIP_BYTES_LIMIT:
            raise VideoTooLargeError(
                path=self.shown,
                problem="problem_frames_memory",
                count=count,
                width=width,
                height=height,
                needed=needed >> 20,
                limit=CLIP_BYTES_LIMIT >> 20,
            )

    def _finish(
        self, plan: tuple[int, ...], pictures: dict[int, Picture], decoder: str, notes: Sequence[Note] = ()
    ) -> Clip:
        info, index = self.inspection.info, self.inspection.index
        distinct = [pictures[number] for number in sorted(set(plan))]
        used = FramesUsed(
            indices=plan,
            timestamps_s=tuple(index.time_s(number) for number in plan),
            width=info.width,
            height=info.height,
            frame_count=index.count,
            duration_s=index.duration_s,
            fps=index.fps,
            decoder=decoder,
            codec=info.codec,
            notes=(*notes, *self._notes(distinct[0])),
        )
        frames = tuple(pictures[number] for number in plan)
        return Clip(frames, used, self._warnings(plan, distinct, notes), self._sampled(plan))

    def _sampled(self, plan: Sequence[int]) -> tuple[NDArray[np.uint8], ...]:
        known = np.array(sorted(self.samples))

        def nearest(number: int) -> NDArray[np.uint8]:
            return self.samples[int(known[np.abs(known - number).argmin()])]

        return tuple(np.stack([nearest(number) for number in window]) for window in self._windows(plan))

    def _warnings(
        self, plan: tuple[int, ...], distinct: Sequence[Picture], notes: Sequence[Note]
    ) -> tuple[str, ...]:
        index = self.inspection.index
        warnings = []
        if index.cut_off:
            warnings.append("warning_truncated")
        elif (
            index.damaged
            or self.patched
            or index.count < self.inspection.info.frame_count
            or set(plan) != set(self._plan())
        ):
            warnings.append("warning_damaged")
        if is_black(distinct):
            warnings.append("warning_black")
        if index.count == 1:
            warnings.append("warning_single_frame")
        elif len(distinct) > 1 and "warning_black" not in warnings and is_frozen(distinct):
            warnings.append("warning_frozen")
        if any(isinstance(note, Mapping) and note.get("key") == NUMBERS_MISSING for note in notes):
            warnings.append("warning_numbers_missing")
        if self._is_interlaced:
            warnings.append("warning_interlaced")
        if self.inspection.info.hdr:
            warnings.append("warning_hdr")
        return tuple(warnings)

    @property
    def _is_interlaced(self) -> bool:
        return self.interlaced or self.inspection.info.interlaced

    def _notes(self, picture: Picture) -> list[Note]:
        info, index = self.inspection.info, self.inspection.index
        cropping = self.inspection.framing.cropping
        height, width = picture.shape[:2]
        facts = (
            ((width, height) != (info.width, info.height), Reason("note_read_at", width=width, height=height)),
            (bool(cropping), Reason("note_cropped", **asdict(cropping))),
            (info.rotation != 0, Reason("note_rotated", degrees=info.rotation)),
            (info.mirrored, Reason("note_mirrored")),
            (info.variable_frame_rate, Reason("note_variable_rate")),
            (index.hidden > 0, Reason("note_hidden", count=index.hidden)),
            (index.undecodable > 0, Reason("note_undecodable", count=index.undecodable)),
            (index.lost > 0, Reason("note_lost", count=index.lost)),
            (index.fields, Reason("note_fields")),
            (bool(index.restarts), Reason("note_clock_restarts")),
            (info.pixel_aspect != 1, Reason("note_pixel_aspect", aspect=f"{info.pixel_aspect:.3f}")),
            (self._is_interlaced, Reason("note_woven")),
            (info.hdr, Reason("note_tone_mapped")),
            (self.sampling.window > 0, Reason("note_point_samples", count=self.sampling.window)),
        )
        notes: list[Note] = [note for applies, note in facts if applies]
        colour = self.inspection.colour.note
        return notes if colour is None else [*notes, colour]


@dataclass(slots=True)
class _VideoReading(_Reading):
    def clip_of(self, source: Source, decoder: Decoder) -> Clip:
        plan = self._checked_plan()
        notes: list[Note] = [Reason("note_alpha_ignored")] if self.inspection.info.has_alpha else []
        if decoder == "decord":
            try:
                return self._finish(plan, self._with_decord(source, plan), "decord", notes)
            except decord_decoder.DecordRefusedError as error:
                notes.append(Reason("note_not_decord", why=because(error)))
        plan, pictures = self._with_pyav(source, plan)
        return self._finish(plan, pictures, "PyAV", notes)

    def _with_decord(self, source: Source, plan: Sequence[int]) -> dict[int, Picture]:
        refusal = decord_decoder.refusal(source, self.inspection)
        if refusal is not None:
            raise decord_decoder.DecordRefusedError(refusal)
        wanted = set(plan)
        pictures: dict[int, Picture] = {}
        for number, picture in decord_decoder.decode_frames(source, self.inspection, self._around(plan)):
            self._take(number, picture, pictures if number in wanted else None)
        return pictures

    def _with_pyav(self, source: Source, plan: tuple[int, ...]) -> tuple[tuple[int, ...], dict[int, Picture]]:
        try:
            pictures = self._decode(source, plan)
        except pyav_decoder.DamagedError:
            source.reopen(lenient=True)
            with decoder_log.listening() as patched_up:
                pictures = self._decode(source, plan)
                self.patched = patched_up()
        index = self.inspection.index
        if len(pictures) < len(set(plan)) and index.count <= _RECOUNT_LIMIT:
            # Some frames did not come. Which ones do is known only after decoding everything; then the plan
            # is made anew over those, so that a damaged video is still looked at over its whole length.
            source.reopen(lenient=True)
            count = pyav_decoder.count_frames(source, should_stop=self.should_stop)
            if count:
                halves = self.inspection.halves
                if halves is not None:
                    halves = halves.recounted(count)
                index = replace(index, count=count, pts=(), keyframes=()) if halves is None else halves.frames
                self.inspection = replace(self.inspection, index=index, halves=halves)
                plan = self._plan()
                pictures = self._decode(source, plan)
        if not pictures:
            kind = VideoTruncatedError if index.cut_off else VideoUnreadableError
            raise kind(path=self.shown, problem="problem_no_pictures")
        return _without_gaps(plan, pictures), pictures

    def _decode(self, source: Source, plan: Sequence[int], *, whole: bool = False) -> dict[int, Picture]:
        """``whole``: every frame becomes RGB as a whole, the sampled ones too."""
        info, colour, halves = self.inspection.info, self.inspection.colour, self.inspection.halves
        pictures: dict[int, Picture] = {}
        wanted, around = set(plan), self._around(plan)
        height = info.coded_height if halves is None else info.coded_height // 2
        self.samples.clear()

        def take(number: int, rgb: NDArray[Any]) -> None:
            self._take(number, rgb, pictures if number in wanted else None)

        put = take if halves is None else halves.weaver(take)
        sampled = None if whole or halves is not None else self._sampled_pixels()

        def keep(number: int, frame: av.VideoFrame) -> None:
            self.interlaced = self.interlaced or frame.interlaced_frame
            pixels = None if sampled is None else sampled.of(frame)
            if sampled is not None and pixels is not None and sampled.proven and number not in wanted:
                self.samples[number] = pixels
                return
            # of the size of the first picture: some streams change theirs on the way
            put(number, colour.rgb(frame, info.coded_width, height))
            if sampled is not None and pixels is not None:
                sampled.compare(pixels, self.samples[number])

        index = self.inspection.index
        if halves is not None:
            index, around = halves.index, halves.wanted(around)
        pyav_decoder.decode_frames(source, index, around, keep, should_stop=self.should_stop)
        if sampled is not None and sampled.wrong:
            return self._decode(source, plan, whole=True)
        return pictures

    def _sampled_pixels(self) -> SampledPixels | None:
        info, colour = self.inspection.info, self.inspection.colour
        if not self.sampling.window or colour.is_unusual or colour.tone_map is not None:
            return None
        return SampledPixels(self.inspection.framing, info.coded_width, info.coded_height)


@dataclass(slots=True)
class _PictureReading(_Reading):
    def clip_of(self, file: PictureFile | PictureSequence | PluggedVideo) -> Clip:
        plan = self._checked_plan()
        wanted = set(plan)
        pictures: dict[int, Picture] = {}
        for number, picture in file.read(self._around(plan), self.should_stop):
            self._take(number, picture, pictures if number in wanted else None)
        return self._finish(plan, pictures, file.decoder, file.notes)


def _without_gaps(plan: Sequence[int], pictures: dict[int, Picture]) -> tuple[int, ...]:
    """The plan with what could not be read replaced by the nearest that could, pair by pair."""
    pairs = [(plan[i], plan[i + 1]) for i in range(0, len(plan), 2)]
    whole = [pair for pair in pairs if pair[0] in pictures and pair[1] in pictures]
    filled: list[int] = []
    for pair in pairs:
        if pair not in whole and whole:
            middle = pair[0]
            pair = min(whole, key=lambda other: (abs(other[0] - middle), other))
        elif pair not in whole:
            first, second = (min(pictures, key=lambda n, want=want: (abs(n - want), n)) for want in pair)  # type: ignore[misc]
            pair = (first, second)
        filled.extend(pair)
    return tuple(filled)
