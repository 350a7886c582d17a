"""A workbook as the zip of parts that it is: parts are read, a few replaced, all others copied as they lie.

Unchanged members keep their very bytes, compressed as the program that wrote them left them.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from lxml import etree

from xl_vqa.outputs import check_not_open, output_file
from xl_vqa.words.errors import (
    OutputNotWritableError,
    WorkbookFormatError,
    WorkbookLockedError,
    WorkbookNotFoundError,
    WorkbookPasswordError,
    WorkbookUnreadableError,
)
from xl_vqa.words.reasons import Reason, why_unread
from xl_vqa.workbooks.errors import WorkbookChangedError

MAX_PART: Final = 1 << 30
"""Bytes of one part that are parsed at the most: a guard against crafted files."""

RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# Strict Open XML, which Excel offers in its save dialog, names the same things differently
STRICT_RELATIONSHIPS: Final = "http://purl.oclc.org/ooxml/officeDocument/relationships"
WRITABLE_SUFFIXES: Final = (".xlsx", ".xlsm", ".xltx", ".xltm")

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_DATA_DESCRIPTOR = 0x08


class Relationship(NamedTuple):
    """``kind`` is the last word of the type's address (worksheet, table, ...); ``target`` is a part's name,
    or an address where ``external``."""

    id: str
    kind: str
    target: str
    external: bool


class Package:
    """One workbook file, read into memory once. Raises what ``read_workbook_bytes`` raises."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.signature = file_signature(path)
        """Of the file as it was read, or saved in place since."""
        self.data = read_workbook_bytes(path)
        with self._unreadable():
            self._zip = zipfile.ZipFile(io.BytesIO(self.data))
        self._members = {info.filename: info for info in self._zip.infolist()}
        self._by_lower = {name.lower(): name for name in self._members}
        self._replaced: dict[str, bytes] = {}
        _refuse_other_formats(path, self._by_lower)
        for info in self._members.values():
            # now, and not after hours of rating
            self._raw(info)

    @property
    def names(self) -> list[str]:
        return [*self._members, *(name for name in self._replaced if name not in self._members)]

    def find(self, name: str) -> str | None:
        """The member's real name: some writers differ in case between a part and what points at it."""
        name = name.lstrip("/").replace("\\", "/")
        if name in self._members or name in self._replaced:
            return name
        return self._by_lower.get(name.lower())

    def read(self, name: str) -> bytes:
        """Raises WorkbookUnreadableError where the part is missing, damaged or encrypted."""
        if name in self._replaced:
            return self._replaced[name]
        info = self._members.get(name)
        if info is None:
            raise WorkbookUnreadableError(path=str(self.path), problem=Reason("problem_missing", name=name))
        if info.flag_bits & 1:
            raise WorkbookPasswordError(path=str(self.path))
        if info.file_size > MAX_PART:
            raise WorkbookUnreadableError(
                path=str(self.path), problem=Reason("workbook_part_size", part=name, mib=info.file_size >> 20)
            )
        with self._unreadable():
            return self._zip.read(info)

    def parse(self, name: str) -> etree._ElementTree:
        """The part as a tree. Raises WorkbookUnreadableError where it is no XML."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=True, remove_blank_text=False, strip_cdata=False
        )
        raw = self.read(name)
        if any("<!DOCTYPE".encode(encoding) in raw[:4096] for encoding in ("ascii", "utf-16-le", "utf-16-be")):
            # the format forbids it, and its entities could grow without bound
            raise WorkbookUnreadableError(path=str(self.path), problem=Reason("workbook_doctype", part=name))
        try:
            return etree.parse(io.BytesIO(raw), parser)
        except etree.XMLSyntaxError as error:
            why = Reason("content_no_xml", line=error.lineno, column=error.offset)
            problem = Reason("says", what=name, why=why)
            raise WorkbookUnreadableError(path=str(self.path), problem=problem) from error

    def replace(self, name: str, content: bytes | etree._ElementTree) -> None:
        """Gives a part (or a new one) its content; on disk only after ``save``."""
        if not isinstance(content, bytes):
            content = etree.tostring(content, xml_declaration=True, encoding="UTF-8", standalone=True)
        self._replaced[name] = content

    def relationships(self, part: str) -> list[Relationship]:
        """What ``part`` points at; an empty name stands for the package itself."""
        folder, _, file = part.rpartition("/")
        name = self.find(posixpath.join(folder, "_rels", file + ".rels"))
        if name is None:
            return []
        found = []
        for element in self.parse(name).getroot().iter(f"{{{RELATIONSHIPS}}}Relationship"):
            external = element.get("TargetMode") == "External"
            target = element.get("Target", "")
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")
            kind = element.get("Type", "").rpartition("/")[2]
            found.append(Relationship(element.get("Id", ""), kind, target, external))
        return found

    def add_part(self, owner: str, kind: str, name: str, content: bytes, content_type: str) -> str:
        """A new part that ``owner`` points at; its relationship id."""
        folder, _, file = owner.rpartition("/")
        rels = posixpath.join(folder, "_rels", file + ".rels")
        rels = self.find(rels) or rels
        if rels in self.names:
            tree = self.parse(rels)
        else:
            tree = etree.ElementTree(etree.Element(f"{{{RELATIONSHIPS}}}Relationships"))
        root = tree.getroot()
        taken = {element.get("Id") for element in root}
        new_id = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        etree.SubElement(
            root,
            f"{{{RELATIONSHIPS}}}Relationship",
            Id=new_id,
            Type=f"{OFFICE_RELATIONSHIPS}/{kind}",
            Target="/" + name,
        )
        self.replace(rels, tree)
        types_name = self.find("[Content_Types].xml") or "[Content_Types].xml"
        types = self.parse(types_name)
        etree.SubElement(
            types.getroot(), f"{{{CONTENT_TYPES}}}Override", PartName="/" + name, ContentType=content_type
        )
        self.replace(types_name, types)
        self.replace(name, content)
        return new_id

    def save(self, path: Path | None = None) -> None:
        """Writes to ``path`` (the file itself where not given), atomically.

        Raises WorkbookLockedError or OutputNotWritableError, and in place WorkbookChangedError where somebody
        saved the file since it was read; the old file is then as it was.
        """
        target = path or self.path
        in_place = os.path.realpath(target) == os.path.realpath(self.path)
        with output_file(target) as file:
            self._write(file)
            file.flush()
            # at the last moment: writing a large workbook takes seconds
            if in_place and file_signature(self.path) != self.signature:
                raise WorkbookChangedError(path=str(self.path))
            written = os.fstat(file.fileno())
        if in_place:
            # not looked up by name: that may be somebody else's by now
            self.signature = written.st_size, written.st_mtime_ns

    def _write(self, file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
            for name, info in self._members.items():
                if name in self._replaced:
                    _write_new(out, info, self._replaced[name])
                else:
                    self._copy_raw(out, info)
            for name, content in self._replaced.items():
                if name not in self._members:
                    _write_new(out, zipfile.ZipInfo(name), content)
        self._check(file)

    def _copy_raw(self, out: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        """The member's compressed bytes as they are, under a local header with sizes in it."""
        raw = self._raw(info)
        copied = copy.copy(info)
        copied.flag_bits &= ~_DATA_DESCRIPTOR
        # 0x0001 is the zip64 field, which zipfile writes itself where it is needed
        copied.extra = _without_extra(info.extra, 0x0001)
        assert out.fp is not None
        copied.header_offset = out.fp.tell()
        out.fp.write(copied.FileHeader())
        out.fp.write(raw)
        out.filelist.append(copied)
        out.NameToInfo[copied.filename] = copied
        # zipfile has no public way to add a member that is compressed already
        out.start_dir = out.fp.tell()

    def _raw(self, info: zipfile.ZipInfo) -> memoryview:
        """The compressed bytes. Raises WorkbookUnreadableError where they are not where the directory says."""
        offset = info.header_offset
        if 0 <= offset <= len(self.data) - _LOCAL_HEADER.size:
            fields = _LOCAL_HEADER.unpack_from(self.data, offset)
            begin = offset + _LOCAL_HEADER.size + fields[9] + fields[10]
            raw = memoryview(self.data)[begin : begin + info.compress_size]
            if fields[0] == b"PK\x03\x04" and len(raw) == info.compress_size:
                return raw
        raise WorkbookUnreadableError(
            path=str(self.path), problem=Reason("workbook_zip_header", part=info.filename)
        )

    def _check(self, file: BinaryIO) -> None:
        """Reads the new file's directory before it takes the old one's place."""
        file.flush()
        with zipfile.ZipFile(file) as written:
            members = {info.filename: info for info in written.infolist()}
            for name, info in self._members.items():
                new = members.get(name)
                same = new is not None and (new.CRC, new.file_size) == (info.CRC, info.file_size)
                if new is None or not (same or name in self._replaced):
                    raise OutputNotWritableError(
                        path=str(self.path), problem=Reason("workbook_self_check", part=name)
                    )
            for name, content in self._replaced.items():
                if written.read(name) != content:
                    raise OutputNotWritableError(
                        path=str(self.path), problem=Reason("workbook_self_check", part=name)
                    )

    @contextlib.contextmanager
    def _unreadable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WorkbookUnreadableError(path=str(self.path), problem=why_unread(error, self.path)) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
            raise WorkbookUnreadableError(path=str(self.path), problem="workbook_damaged") from error
        except RuntimeError as error:  # zipfile's word for an encrypted member
            raise WorkbookPasswordError(path=str(self.path)) from error


def file_signature(path: Path) -> tuple[int, int]:
    """Size and time of change; zeros where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def read_workbook_bytes(path: Path) -> bytes:
    """The whole file.

    Raises WorkbookNotFoundError, WorkbookLockedError (held by another program), WorkbookPasswordError,
    WorkbookFormatError (.xls, .ods, text, ...) or WorkbookUnreadableError.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise WorkbookNotFoundError(path=str(path)) from error
    except PermissionError as error:
        if not path.is_dir():
            check_not_open(path)
            if os.name == "nt":
                raise WorkbookLockedError(path=str(path)) from error
        raise WorkbookUnreadableError(path=str(path), problem=why_unread(error, path)) from error
    except OSError as error:
        raise WorkbookUnreadableError(path=str(path), problem=why_unread(error, path)) from error
    if data.startswith(_COMPOUND_FILE):
        # an encrypted workbook and an old .xls are both compound files; stream names are UTF-16
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise WorkbookPasswordError(path=str(path))
        raise WorkbookFormatError(path=str(path), format="Excel 97-2003 (.xls)")
    if not data:
        raise WorkbookUnreadableError(path=str(path), problem="workbook_empty")
    if not data.startswith(b"PK"):
        start = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        if start.startswith((b"<?xml", b"<html", b"<!doctype", b"<table")):
            raise WorkbookFormatError(path=str(path), format="XML/HTML")
        if path.suffix.lower() in (".csv", ".tsv", ".txt"):
            raise WorkbookFormatError(path=str(path), format=f"CSV ({path.suffix})")
        raise WorkbookUnreadableError(path=str(path), problem="workbook_not_zip")
    return data


def _refuse_other_formats(path: Path, by_lower: dict[str, str]) -> None:
    if "mimetype" in by_lower or "content.xml" in by_lower:
        raise WorkbookFormatError(path=str(path), format="OpenDocument (.ods)")
    if any(name.endswith("workbook.bin") for name in by_lower):
        raise WorkbookFormatError(path=str(path), format="Excel Binary (.xlsb)")
    if "[content_types].xml" not in by_lower:
        raise WorkbookUnreadableError(path=str(path), problem="workbook_no_types")
    for name, kind in (("word/document.xml", "Word (.docx)"), ("ppt/presentation.xml", "PowerPoint (.pptx)")):
        if name in by_lower:
            raise WorkbookFormatError(path=str(path), format=kind)


def _write_new(out: zipfile.ZipFile, like: zipfile.ZipInfo, content: bytes) -> None:
    """A member with new content, dated and attributed like the old one."""
    info = zipfile.ZipInfo(like.filename, like.date_time)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = like.external_attr
    info.create_system = like.create_system
    out.writestr(info, content)


def _without_extra(extra: bytes, kind: int) -> bytes:
    kept = b""
    while len(extra) >= 4:
        found, length = struct.unpack_from("<HH", extra)
        if found != kind:
            kept += extra[: 4 + length]
        extra = extra[4 + length :]
    return kept + extra


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; an empty string for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
