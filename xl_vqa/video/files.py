"""From a path to a file that may be opened: what is wrong with it, in words, before any decoder sees it.

Everything here is decided from the file system and the file's own first bytes, so it works the same whatever
decoder is installed. Standard library only.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from typing import BinaryIO, Final

from xl_vqa.words.errors import (
    NotAVideoError,
    VideoAccessError,
    VideoEmptyError,
    VideoError,
    VideoTruncatedError,
)
from xl_vqa.words.picture_folders import folder_error, unfound_error
from xl_vqa.words.reasons import Key, why_unread
from xl_vqa.words.video_names import RAW_SUFFIXES, suffix_of

PathLike = str | os.PathLike[str]
HEAD_BYTES: Final = 4096
_ASF_FILE_PROPERTIES: Final = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")

_WINDOWS_PATH_LIMIT: Final = 248  # folders are limited to 12 characters less than MAX_PATH


def shown_path(path: PathLike) -> str:
    """The path as text that can be printed and sent as JSON, whatever bytes a file name holds."""
    if sys.platform == "win32":
        return os.fspath(path)
    try:
        return os.fsencode(path).decode("utf-8", "replace")
    except UnicodeEncodeError:
        # half a character out of a spreadsheet cell: no file of this system has such a name
        return os.fspath(path).encode("utf-8", "replace").decode()


def system_path(path: PathLike) -> str:
    r"""The absolute path, in the form that reaches long ones: ``\\?\`` in front on Windows."""
    absolute = os.path.abspath(os.fspath(path))
    if sys.platform == "win32":
        return extended_windows_path(absolute)
    return absolute


def extended_windows_path(absolute: str) -> str:
    r"""``\\?\C:\...`` or ``\\?\UNC\server\share\...`` for a path beyond what plain Windows calls take."""
    if len(absolute) < _WINDOWS_PATH_LIMIT or absolute.startswith("\\\\?\\"):
        return absolute
    if absolute.startswith("\\\\"):
        return "\\\\?\\UNC\\" + absolute[2:]
    return "\\\\?\\" + absolute


def open_file(path: PathLike) -> BinaryIO:
    """Opens an ordinary, non-empty file for reading.

    Raises VideoNotFoundError, VideoAccessError, VideoEmptyError or, for a folder or a device, NotAVideoError or
    FolderOfPicturesError.
    """
    shown = shown_path(path)
    try:
        status = os.stat(system_path(path))
        # a pipe or a terminal would block for ever on opening
        if stat.S_ISDIR(status.st_mode):
            raise folder_error(system_path(path), shown=shown)
        if not stat.S_ISREG(status.st_mode):
            raise NotAVideoError(path=shown, problem="problem_not_a_file")
        file = open(system_path(path), "rb")  # noqa: SIM115 - the caller closes it
    except (OSError, ValueError) as error:
        raise access_error(path, error) from error
    if status.st_size == 0:
        file.close()
        raise VideoEmptyError(path=shown)
    return file


_NOT_THERE: Final = ("problem_no_such_file", "problem_file_for_folder", "problem_link_circle")
"""A folder above that is a file, or a link to itself, means the same: there is no video."""


def access_error(path: PathLike, error: OSError | ValueError) -> VideoError:
    """The named error for a failed system call, also where numbered pictures are named wrongly.

    A ValueError means a path with a null character.
    """
    shown = shown_path(path)
    problem = "problem_no_such_file" if isinstance(error, ValueError) else why_unread(error)
    if problem in _NOT_THERE:
        return unfound_error(os.fspath(path), shown=shown)
    return VideoAccessError(path=shown, problem=problem)


def unopened_error(path: PathLike, head: bytes) -> VideoError:
    """Why a file that is there could not be opened as a video, judged by its first bytes ``head``."""
    shown = shown_path(path)
    problem = not_a_video_problem(head)
    if problem is not None:
        return NotAVideoError(path=shown, problem=problem)
    if not head.strip(b"\0"):
        return VideoTruncatedError(path=shown, problem="problem_zeros")
    kind = container_kind(head)
    if kind == "mp4":
        return VideoTruncatedError(path=shown, problem="problem_no_index")
    if kind is not None:
        return VideoTruncatedError(path=shown, problem="problem_header")
    return NotAVideoError(path=shown, problem="problem_unknown_format")


def container_kind(head: bytes) -> str | None:
    """Which video container the first bytes announce, None where they announce none."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return "mp4"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    if head.startswith(b"FLV\x01"):
        return "flv"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(bytes.fromhex("3026b2758e66cf11")):
        return "asf"
    if head.startswith((b"\0\0\1\xba", b"\0\0\1\xb3")):
        return "mpeg"
    if head[:1] == b"G" and head[188:189] == b"G" and head[376:377] == b"G":
        return "mpegts"
    return None


def missing_bytes(file: BinaryIO, size: int) -> int:
    """How many bytes the container's own structure announces beyond the end of a file of ``size`` bytes.

    0 for a whole file and for formats that announce nothing (MPEG-TS, FLV, live recordings).
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    kind = container_kind(head)
    if kind == "mp4":
        return _missing_in_boxes(file, size)
    if kind == "matroska":
        return _missing_in_segment(head, size)
    if kind == "avi":
        return max(int.from_bytes(head[4:8], "little") + 8 - size, 0)
    if kind == "asf":
        properties = head.find(_ASF_FILE_PROPERTIES)
        return (
            max(int.from_bytes(head[properties + 40 : properties + 48], "little") - size, 0)
            if properties > 0
            else 0
        )
    return 0


def says_its_end(file: BinaryIO, size: int) -> bool:
    """Whether the container itself says where it ends, and does end there: nobody goes on writing such a file."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    kind = container_kind(head)
    if kind == "mp4":
        names = [name for name, _ in _boxes(file, size)]
        return b"moov" in names and b"moof" not in names and _missing_in_boxes(file, size) == 0
    if kind == "matroska":
        return _segment_end(head) == size
    if kind == "avi":
        return 0 < int.from_bytes(head[4:8], "little") + 8 <= size and head[4:8] != bytes(4)
    return False


def _missing_in_boxes(file: BinaryIO, size: int) -> int:
    return max([0, *(end - size for _, end in _boxes(file, size))])


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Name and end of each box of the file, the last one's also where it lies beyond the end."""
    at = 0
    for _ in range(100_000):  # fragmented files hold a few boxes per second; a damaged one may hold any number
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return
        length = int.from_bytes(header[:4], "big")
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:], "big")
        elif length == 0:  # reaches to the end, wherever that is
            yield header[4:8], size
            return
        if length < 8 or not all(32 <= byte < 127 or byte == 0xA9 for byte in header[4:8]):
            return  # no longer boxes: padding behind the last one, or damage that the decoder will report
        at += length
        yield header[4:8], at
        if at > size:
            return


def _missing_in_segment(head: bytes, size: int) -> int:
    end = _segment_end(head)
    return 0 if end is None else max(end - size, 0)


def _segment_end(head: bytes) -> int | None:
    """Where the segment of a Matroska file ends; None where the file does not say (live)."""
    at, length = _ebml_size(head, 4)
    at += length
    if head[at : at + 4] != b"\x18\x53\x80\x67":
        return None
    at, length = _ebml_size(head, at + 4)
    return at + length if length >= 0 else None


def _ebml_size(head: bytes, at: int) -> tuple[int, int]:
    """The place after a variable-length size and its value; -1 where the writer left it unknown (live)."""
    if at >= len(head) or head[at] == 0:
        return at, -1
    width = 9 - head[at].bit_length()
    value = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    return at + width, -1 if value == (1 << 7 * width) - 1 else value


_SIGNATURES: Final[tuple[tuple[bytes, Key], ...]] = (
    (b"\xff\xd8\xff", "problem_still_image"),
    (b"\x89PNG\r\n\x1a\n", "problem_still_image"),
    (b"II*\0", "problem_still_image"),
    (b"MM\0*", "problem_still_image"),
    (b"8BPS", "problem_still_image"),
    (b"%PDF", "problem_pdf"),
    (b"PK\3\4", "problem_office"),
    (b"PK\5\6", "problem_office"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "problem_old_office"),
    (b"7z\xbc\xaf\x27\x1c", "problem_archive"),
    (b"Rar!\x1a\x07", "problem_archive"),
    (b"\x1f\x8b", "problem_archive"),
    (b"MZ", "problem_program"),
    (b"\x7fELF", "problem_program"),
    (b"#EXTM3U", "problem_playlist"),
    (b"\xef\xbb\xbf#EXTM3U", "problem_playlist"),
    (b"ffconcat", "problem_playlist"),
)
_HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_IMAGE_BRANDS: Final = (b"avif", b"avis", *_HEIC_BRANDS)


def not_a_video_problem(head: bytes) -> Key | None:
    """The key of what the file is instead of a video, None where the first bytes do not say.

    A picture may be a moving one, and a row of JPEGs a video: see ``is_picture``.
    """
    # the size in front of an MP4's first box can look like anything
    if container_kind(head) is None:
        for signature, problem in _SIGNATURES:
            if head.startswith(signature):
                return problem
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "problem_still_image"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "problem_still_image"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "problem_still_image"
    if head[4:8] == b"ftyp" and head[8:12] in _IMAGE_BRANDS:
        return "problem_still_image"
    if _looks_like_text(head):
        return "problem_text"
    return None


def is_picture(path: PathLike) -> bool:
    """Whether the first bytes are those of a picture, still or moving. Raises as ``open_file``.

    Motion JPEG without a container begins as a photo does, and raw pictures begin as anything: the name alone
    tells.
    """
    if suffix_of(os.fspath(path)) in RAW_SUFFIXES:
        return False
    with open_file(path) as file:
        try:
            head = file.read(HEAD_BYTES)
        except OSError as error:
            raise access_error(path, error) from error
    return not_a_video_problem(head) == "problem_still_image" and not is_bare_motion_jpeg(path, head)


def is_heic(head: bytes) -> bool:
    """Whether the first bytes are those of a HEIF picture that is no AVIF, as phones take them."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS and b"avif" not in head[8:40]


def is_bare_motion_jpeg(path: PathLike, head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff") and suffix_of(os.fspath(path)) in (".mjpeg", ".mjpg")


def _looks_like_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and len(head) % 2 == 0:
        encoding = "utf-16"
    elif b"\0" in head:
        return False
    else:
        encoding = "utf-8"
    if _is_printable(head, encoding):
        return True
    # the older encodings of Japan; random bytes rarely pass one, and never for a whole block
    older = ("cp932", "euc_jp")
    return encoding == "utf-8" and len(head) > 3 and any(_is_printable(head, one) for one in older)


def _is_printable(head: bytes, encoding: str) -> bool:
    try:
        # the block may end within a character
        text = head.decode(encoding) if len(head) < HEAD_BYTES else head[:-4].decode(encoding, "strict")
    except UnicodeDecodeError as error:
        if len(head) < HEAD_BYTES or error.start < len(head) - 8:
            return False
        text = head[: error.start].decode(encoding, "ignore")
    return all(character.isprintable() or character in "\r\n\t\f\x1b\ufeff" for character in text)
