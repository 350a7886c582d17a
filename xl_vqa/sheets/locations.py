"""Where a path in a cell leads: relative ones start at the workbook's folder, and cloud addresses become local.

A workbook in a synchronised folder tells its folder as a web address (https://d.docs.live.net/...). The rules
and names of the environment variables are those of xlwings; each place can be set by hand as well.
"""

from __future__ import annotations

import ntpath
import os
import posixpath
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from xl_vqa.sheets import video_paths
from xl_vqa.words.errors import CloudFolderError, VideoAddressError, VideoNotFoundError
from xl_vqa.words.video_names import clean, is_web_address

_PERSONAL: Final = re.compile(r"https://d\.docs\.live\.net/[^/]+/?(.*)", re.IGNORECASE)
_BUSINESS: Final = re.compile(r"https://[^-/]+-my\.sharepoint\.[^/]+/[^/]+/[^/]+/[^/]+/?(.*)", re.IGNORECASE)
_SITE: Final = re.compile(r"https?://[^/]+/(?:sites|teams)/([^/]+)/([^/]+)/?(.*)", re.IGNORECASE)
_DOCUMENTS: Final = ("Documents", "ドキュメント")
"""What a site's own library is called on this PC, in English and in Japanese; in its address it is "Shared
Documents" or "Documents" all the same."""
_KNOWN_FOR_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Locations:
    """The local roots of synchronised folders; an empty one is not known.

    ``personal`` is OneDrive's own folder, ``business`` that of an employer, ``sharepoint`` the folder in which
    the team sites lie. ``windows`` decides the rules of paths.
    """

    personal: str = ""
    business: str = ""
    sharepoint: str = ""
    windows: bool = sys.platform == "win32"

    @classmethod
    def of(cls, environment: Mapping[str, str], configured: Mapping[str, str] | None = None) -> Locations:
        """From the environment (``OneDriveConsumer``, ``OneDriveCommercial``, ``OneDrive``); ``configured`` wins.

        Its keys are those of xlwings' configuration: ONEDRIVE_CONSUMER_WIN, ONEDRIVE_COMMERCIAL_WIN,
        SHAREPOINT_WIN.
        """
        known = {k.lower(): v for k, v in environment.items() if v}
        chosen = {k.upper(): v for k, v in (configured or {}).items() if v}
        business = chosen.get("ONEDRIVE_COMMERCIAL_WIN") or known.get("onedrivecommercial", "")
        site = chosen.get("SHAREPOINT_WIN") or business.replace("OneDrive - ", "")
        return cls(
            personal=chosen.get("ONEDRIVE_CONSUMER_WIN")
            or known.get("onedriveconsumer")
            or known.get("onedrive", ""),
            business=business or known.get("onedrive", ""),
            sharepoint=site,
        )

    def local_folder(self, address: str) -> str:
        """The local folder of a web address. Raises CloudFolderError where it is not synchronised here."""
        personal, business = _PERSONAL.fullmatch(address), _BUSINESS.fullmatch(address)
        if personal:
            return self._under(self.personal, personal[1], address)
        if business:
            return self._under(self.business, business[1], address)
        site = _SITE.fullmatch(address)
        if site:
            return self._of_site(unquote(site[1]), unquote(site[2]), site[3], address)
        raise CloudFolderError(path=address)

    def resolve(self, path: str, folder: str | None) -> str:
        """The local path of what a person typed; ``folder`` is the workbook's, None while it is unsaved.

        Raises RelativePathError, CloudFolderError, VideoAddressError for a web address that is no local file, or
        VideoNotFoundError for a path of another system.
        """
        path = clean(path)
        if is_web_address(path):
            try:
                return self.local_folder(path)
            except CloudFolderError:
                raise VideoAddressError(path=path) from None
        base = self.local_folder(folder) if folder and is_web_address(folder) else folder
        found = video_paths.resolve(path, base, windows=self.windows, exists=_exists)
        if video_paths.is_foreign(found, windows=self.windows):
            raise VideoNotFoundError(path=found)
        return found

    def _of_site(self, site: str, library: str, rest: str, address: str) -> str:
        """The folder "Site - Library". Of the names that the library may have here, one that is there, if any."""
        own = library in ("Shared Documents", *_DOCUMENTS)
        names = list(dict.fromkeys((*_DOCUMENTS, library) if own else (library, *_DOCUMENTS)))
        roots = [self._under(self.sharepoint, quote(f"{site} - {name}"), address) for name in names]
        root = next((root for root in roots if os.path.isdir(root)), roots[0])
        rules = ntpath if self.windows else posixpath
        return str(rules.join(root, *(part for part in unquote(rest).split("/") if part)))

    def _under(self, root: str, rest: str, address: str) -> str:
        if not root:
            raise CloudFolderError(path=address)
        rules = ntpath if self.windows else posixpath
        parts = [part for part in unquote(rest).split("/") if part]
        return str(rules.join(root, *parts))


def _exists(path: str) -> bool:
    return _existed(path, int(time.monotonic() / _KNOWN_FOR_S))


@lru_cache(maxsize=4096)
def _existed(path: str, _: int) -> bool:
    # formulas are computed again and again, and a look-up costs a round trip on a network share
    return os.path.exists(path)
