"""What the clips show: shots of films and moving views of photographs, split by content.

Everything is drawn from a generator seeded by the content's own name, so a content looks the same in every
run, whatever else is made.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps

from starter.clips import encoder, purpose
from starter.clips.camera import long_view, moving_view, shallow_focus
from starter.pictures import drawn_pictures, live_films, more_photos, sources, taught_photos
from xl_vqa.training.cache import read_json, write_json

FRAMES: Final = 32
LONG: Final = "long"
ASKED: Final = "asked"
PURPOSE: Final = "purpose"
ASKED_MARK: Final = "#asked"
LOOK_MARK: Final = "#look-"
"""In the name of a content of what people were asked about, and of a look; the look's own name follows."""
SPLITS: Final = ("train", "validation", "test", "unseen", LONG, ASKED, PURPOSE, "demo")
"""``test``: unseen contents of the kinds that were trained; ``unseen``: sources that gave nothing to training;
of the pictures of both, ``long``: long views; ``asked``: defects that people were asked about; ``purpose``:
what film-makers do on purpose."""
# two whole packages and a whole photographer; and all live action (see _live_contents)
UNSEEN: Final = ("lomiri-wallpapers-20.04/", "-harro", f"{more_photos.FORENSICS}/")
# drawn art and gradients, unlike all other sources: training needs some of it, and so does the test
DRAWN: Final = "ukui-wallpapers"
# packages that joined later; their pictures lie as the camera was held and are shown larger
LATER: Final = (*more_photos.VERSIONS, *taught_photos.SOURCES)
# packages whose pictures are learned from and validated on alone
TAUGHT: Final = tuple(f"{package.name}/" for package in taught_photos.PACKAGES)
# shown in the demo, so neither trained nor tested on
DEMO_PHOTOS: Final = (
    "lomiri-wallpapers-16.04/seeding_by_Clements_Engelhardt",
    "lomiri-wallpapers-16.04/picosdeeuropa_by_Aitzol_Berasategi",
)
DEMO_FILM_S: Final = (475.0, 500.0)
# the film is split by time, because neighbouring shots show the same scene
FILM_SPLITS_S: Final = ((0.0, 390.0, "train"), (390.0, 435.0, "validation"), (435.0, 580.0, "test"))

# as KADID's pictures are: on drawn wallpapers half of what people were asked about cannot be seen
PHOTOGRAPHS: Final = (
    "gcompris-qt-data",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "enlightenment-data",
    more_photos.FORENSICS,
    more_photos.HIGH_DPI,
)

Sizes = tuple[tuple[tuple[int, int], int], ...]
"""((width, height), weight) of what may be drawn."""

LARGE_SIZES: Final = (
    ((640, 360), 6),
    ((854, 480), 5),
    ((960, 540), 2),
    ((1280, 720), 3),
    ((480, 270), 2),
    ((360, 640), 2),
    ((480, 854), 1),
    ((480, 480), 1),
    ((640, 480), 2),
)
LONG_SIZES: Final = (
    ((640, 360), 2),
    ((854, 480), 3),
    ((1280, 720), 4),
    ((1920, 1080), 4),
    ((720, 1280), 1),
    ((640, 480), 1),
)
"""Of long views, where a picture is that large: what telephones and cameras give."""
MEDIUM_SIZES: Final = (((640, 360), 5), ((480, 270), 3), ((480, 480), 2), ((360, 640), 2), ((640, 480), 2))
ASKED_SIZES: Final = (
    ((512, 384), 5),
    ((640, 360), 3),
    ((384, 288), 2),
    ((480, 480), 1),
    ((360, 640), 1),
    ((640, 480), 2),
    ((720, 480), 1),
    ((854, 480), 1),
)
"""Of what people were asked about, and of what is done on purpose; the first is that of their pictures."""
ASKED_FRAMES: Final = 12
LOOK_FRAMES: Final = 24
FEW_PAIRS: Final = 3
"""Of clips in which nothing happens in time: half the work, and the model learns that their number tells
nothing."""
SMALL_SIZES: Final = (((480, 270), 4), ((426, 240), 2), ((320, 240), 2), ((202, 360), 1), ((270, 270), 1))


@dataclass(frozen=True, slots=True)
class Content:
    """One scene. ``group`` names what must not straddle the splits: the photograph or the part of the film."""

    name: str
    group: str
    source: str
    split: str
    author: str
    license: str
    path: str
    width: int
    height: int
    fps: float
    start_s: float | None = None
    """Where a shot of the film begins; None for a photograph."""
    seconds: float | None = None
    """The clip holds what is looked at of a video of this length (camera.long_view); None: its frames are all."""
    look: str = ""
    """What is done on purpose (purpose.LOOKS); empty: a camera's slow way over the picture, or the film's own."""
    frames: int = FRAMES
    pairs: int = 0
    """How many frame pairs the starter looks at; 0: as many as of any video. Fewer where nothing happens in
    time."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def generator(*words: object) -> np.random.Generator:
    """A random generator that depends on nothing but ``words``."""
    digest = hashlib.blake2b("|".join(map(str, words)).encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def catalogue(work: Path, *, views: int = 2) -> list[Content]:
    """All contents of the downloaded sources; ``views`` per large photograph."""
    contents = _film_contents(work) + _live_contents(work)
    for photo in sources.photos(work):
        contents += _photo_contents(photo, views)
    # an order that mixes sources, so that a shortened run still sees all of them
    return sorted(contents, key=lambda c: hashlib.blake2b(c.name.encode()).digest())


def is_older(name: str) -> bool:
    """Whether the content ``name`` shows neither what people were asked about nor what is done on purpose."""
    return ASKED_MARK not in name and LOOK_MARK not in name


def split_of_photo(name: str) -> str:
    """The split of a photograph, by its name alone."""
    if name in DEMO_PHOTOS:
        return "demo"
    if any(part in name for part in UNSEEN):
        return "unseen"
    if name.startswith(f"{drawn_pictures.FOLDER}/"):
        # to learn from; a test on pictures of our own making would say little
        return "validation" if name.endswith("7") else "train"
    draw = generator("split", name).random()
    if name.startswith(TAUGHT):
        # so that the tests show the same pictures as before they came
        return "train" if draw < 0.9 else "validation"
    if name.startswith(f"{DRAWN}/"):
        # half of them each
        return "train" if draw < 0.6 else "test"
    return "train" if draw < 0.80 else "validation" if draw < 0.90 else "test"


def split_of_film(second: float, end_s: float) -> str | None:
    """The split of a shot of the film; None where it touches a border or the demo's excerpt."""
    if second < DEMO_FILM_S[1] and end_s > DEMO_FILM_S[0]:
        return None
    for start, end, split in FILM_SPLITS_S:
        if start <= second and end_s <= end:
            return split
    return None


def render(content: Content, frames: int | None = None) -> encoder.Frames:
    """The pristine frames, (frames, height, width, 3), RGB; ``frames``: of a shot or a photograph only so many."""
    size, frames = (content.width, content.height), frames or content.frames
    if content.start_s is not None:
        film = _live_film(content.source)
        if film is None:
            filters = _fill(size, (1280, 720))
        else:
            # by count, not by time: a telephone's clock is uneven, and a frame shown twice would be a defect
            filters = f"setpts=N/({film.fps:g}*TB),fps={film.fps:g},{_fill(size, (film.width, film.height))}"
        return encoder.read_segment(Path(content.path), content.start_s, frames, size, filters)
    with Image.open(content.path) as image:
        upright = _upright(image, content.source).convert("RGB")
        if content.look:
            return purpose.film(content.look, upright, size, frames, generator("motion", content.name))
        if shallow(content):
            upright = shallow_focus(upright, generator("focus", content.name))
        if content.seconds is not None:
            return long_view(upright, size, generator("motion", content.name), content.fps, content.seconds)
        return moving_view(upright, size, frames, generator("motion", content.name), content.fps)


def shallow(content: Content) -> bool:
    """Whether the scene is shown in shallow focus.

    Half of the larger copies, which would otherwise show nothing new: a background out of focus is no blur, and
    few pictures in the packages have one.
    """
    return content.source == more_photos.HIGH_DPI and generator("shallow", content.name).random() < 0.5


def _photo_contents(photo: sources.Photo, views: int) -> list[Content]:
    with Image.open(photo.path) as image:
        available = _upright(image, photo.source).size
    group = photo.scene or photo.name
    split = split_of_photo(group)
    learned = split in ("train", "validation")
    if photo.scene and not learned:
        return []
    large = min(available) >= 1000
    count = views if large and photo.source != drawn_pictures.SOURCE else 1
    if learned and (photo.source == DRAWN or (min(available) >= 2000 and photo.source in LATER)):
        # much to see, or too little of its kind
        count = 2 * views
    contents = []
    for view in range(count):
        name = f"{photo.name}#{view}"
        rng = generator("size", name)
        width, height = _drawn_size(_fitting(_photo_sizes(photo, available), available), rng)
        fps = float(rng.choice([24.0, 25.0, 30.0, 60.0], p=[0.2, 0.3, 0.4, 0.1]))
        details = photo.source, split, photo.author, photo.license, str(photo.path), width, height, fps
        contents.append(Content(name, group, *details))
    if photo.source != drawn_pictures.SOURCE and split != "demo":
        contents += _long_contents(photo, group, split, available, views)
    if split != "demo" and min(available) >= more_photos.SMALLEST:
        contents += _asked_contents(photo, group, split, available)
    return contents


def _asked_contents(photo: sources.Photo, group: str, split: str, available: tuple[int, int]) -> list[Content]:
    """One view for what people were asked about, and looks that are done on purpose: two, or all where it is held
    out. Held out, both are as large as people's pictures, so that nothing but content is new, and what people were
    asked about is shown in photographs alone.
    """
    learned = split in ("train", "validation")
    place = photo.author, photo.license, str(photo.path)
    fitting = _fitting(ASKED_SIZES, available) or ASKED_SIZES[2:3]
    looks = list(purpose.LOOKS)
    if learned:
        rng = generator("looks", photo.name)
        looks = [str(rng.choice(purpose.MOVING)), str(rng.choice(purpose.STILL[1:]))]
    contents = []
    for name, look in (("asked", purpose.PLAIN), *((f"look-{look}", look) for look in looks)):
        if name == "asked" and not learned and photo.source not in PHOTOGRAPHS:
            continue
        whole = f"{photo.name}#{name}"
        rng = generator("size", whole)
        size = _drawn_size(fitting if learned else fitting[:1], rng)
        fps = float(rng.choice([16.0, 24.0, 25.0, 30.0, 60.0], p=[0.1, 0.25, 0.25, 0.3, 0.1]))
        shown = split if learned else ASKED if name == "asked" else PURPOSE
        moves = purpose.LOOKS[look].moves
        frames = ASKED_FRAMES if name == "asked" or (learned and not moves) else LOOK_FRAMES
        pairs = 0 if not learned else FEW_PAIRS + 1 if moves else FEW_PAIRS
        details = photo.source, shown, *place, *size, fps
        contents.append(Content(whole, group, *details, look=look, frames=frames, pairs=pairs))
    return contents


def _long_contents(
    photo: sources.Photo, group: str, split: str, available: tuple[int, int], views: int
) -> list[Content]:
    """Views as long as people's videos are, of pictures with room for a camera's way; one where it is held out."""
    learned = split in ("train", "validation")
    fitting = _fitting(LONG_SIZES, available, room=1.3)
    contents = []
    for view in range(views if learned and min(available) >= 1000 else 1 if fitting else 0):
        name = f"{photo.name}#long{view}"
        rng = generator("size", name)
        width, height = _drawn_size(fitting, rng)
        fps = float(rng.choice([16.0, 24.0, 25.0, 30.0, 60.0], p=[0.1, 0.2, 0.25, 0.35, 0.1]))
        # from four seconds, as generated videos are, to a minute
        seconds = round(float(np.exp(rng.uniform(np.log(4), np.log(60)))), 1)
        place = photo.source, split if learned else LONG, photo.author, photo.license, str(photo.path)
        contents.append(Content(name, group, *place, width, height, fps, seconds=seconds))
    return contents


def _fitting(sizes: Sizes, available: tuple[int, int], room: float = 1.0) -> Sizes:
    """Those of ``sizes`` that lie ``room`` times within a picture of ``available`` pixels."""
    return tuple((s, w) for s, w in sizes if room * s[0] <= available[0] and room * s[1] <= available[1])


def _drawn_size(sizes: Sizes, rng: np.random.Generator) -> tuple[int, int]:
    """One of ``sizes`` by their weights."""
    weights = np.array([weight for _, weight in sizes], float)
    return sizes[int(rng.choice(len(sizes), p=weights / weights.sum()))][0]


def _upright(image: Image.Image, source: str) -> Image.Image:
    """The picture as the camera was held; the first sources' pictures as they have been seen so far."""
    return ImageOps.exif_transpose(image) if source in LATER else image


def _photo_sizes(photo: sources.Photo, available: tuple[int, int]) -> Sizes:
    """Sizes of a view with their weights."""
    if min(available) >= 1000:
        return LARGE_SIZES
    # the first sources' own sizes stay as they were: their clips and stored features are used again
    return MEDIUM_SIZES if photo.source in LATER else SMALL_SIZES


def _film_contents(work: Path) -> list[Content]:
    film = sources.film_path(work)
    cuts = _cuts(film, work / "sources" / "film" / "cuts.json")
    title, author, license = sources.FILM_CREDIT
    contents = []
    for start, end in zip([0.0, *cuts], [*cuts, 596.0], strict=True):
        if end - start < (FRAMES + 8) / 24:
            continue
        split = split_of_film(start, end)
        if split is None:
            continue
        # long shots give a second scene
        begins = [start + 0.1] if end - start < 6 else [start + 0.1, end - (FRAMES + 6) / 24]
        for begin in begins:
            name = f"film/{begin:.1f}"
            rng = generator("size", name)
            # the film itself is a 1280x720 stream of 0.5 Mbit/s: at half its size that damage is no longer seen,
            # and a clean copy may be called clean
            sizes = [s for s, _ in LARGE_SIZES if max(s) <= 640]
            width, height = sizes[int(rng.integers(len(sizes)))]
            details = title, split, author, license, str(film), width, height, 24.0, begin
            contents.append(Content(name, f"film/{split}", *details))
    return contents


def _live_contents(work: Path) -> list[Content]:
    """Shots of the live action films, which nothing is trained on."""
    contents = []
    for film in live_films.FILMS:
        path = live_films.path_of(film, work)
        cuts = _cuts(path, work / "sources" / "film" / f"{film.name}.cuts.json")
        for start, end in zip([0.0, *cuts], [*cuts, film.duration_s], strict=True):
            # a tenth of a second off either end, where two shots may touch
            begin = max(start, film.steady_s) + 0.1
            if end - begin < FRAMES / film.fps + 0.1:
                continue
            name = f"{film.name}/{begin:.1f}"
            widest, highest = film.largest
            sizes = [s for s, _ in LARGE_SIZES if s[0] <= widest and s[1] <= highest]
            width, height = sizes[int(generator("size", name).integers(len(sizes)))]
            details = film.title, "unseen", film.author, film.license, str(path), width, height, film.fps, begin
            contents.append(Content(name, f"film/{film.name}", *details))
    return contents


def _cuts(film: Path, cached: Path) -> list[float]:
    cuts: list[float] | None = read_json(cached)
    if cuts is None:
        cuts = encoder.scene_cuts(film)
        write_json(cached, cuts)
    return cuts


def _live_film(title: str) -> live_films.Film | None:
    return next((film for film in live_films.FILMS if film.title == title), None)


def _fill(size: tuple[int, int], source: tuple[int, int]) -> str:
    """Crops the middle of ``source`` to the shape of ``size``."""
    width, height = size
    if width * source[1] <= height * source[0]:
        return f"crop={round(source[1] * width / height / 2) * 2}:{source[1]}"
    return f"crop={source[0]}:{round(source[0] * height / width / 2) * 2}"
