"""A model hub on this machine that speaks as much of the real one's HTTP as its library asks for.

It serves the files of a folder: large ones with their SHA-256, small ones with git's SHA-1, in pieces where asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """``spoiled`` are files that arrive with another content; ``cut`` ends that many bytes of a file, once."""

    folder: Path
    name: str
    address: str = ""
    spoiled: set[str] = field(default_factory=set)
    cut: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def stated(self, file: str) -> dict[str, object]:
        content = (self.folder / file).read_bytes()
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        found: dict[str, object] = {"rfilename": file, "path": file, "type": "file", "size": len(content)}
        found |= {"blobId": blob, "oid": blob}
        if file.endswith(".safetensors"):
            digest = hashlib.sha256(content).hexdigest()
            found["lfs"] = {"sha256": digest, "oid": digest, "size": len(content), "pointerSize": 130}
        return found

    def files(self) -> list[str]:
        return sorted(one.name for one in self.folder.iterdir() if one.is_file())


@contextlib.contextmanager
def fake_hub(folder: Path, name: str) -> Iterator[FakeHub]:
    hub = FakeHub(folder, name)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *said: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(f"{self.command} {path}")
            if path.startswith(f"/api/models/{hub.name}"):
                listed = [hub.stated(one) for one in hub.files()]
                tree = "/tree/" in path
                told = listed if tree else {"id": hub.name, "sha": COMMIT, "siblings": listed}
                self._send(json.dumps(told).encode(), {"Content-Type": "application/json"}, with_body)
                return
            found = re.fullmatch(rf"/{re.escape(hub.name)}/resolve/[^/]+/([^/]+)", path)
            if found is None or not (hub.folder / found[1]).is_file():
                missing = "EntryNotFound" if found else "RepoNotFound"
                self._send(b"", {"X-Error-Code": missing}, with_body, status=404)
                return
            self._file(found[1], with_body)

        def _file(self, file: str, with_body: bool) -> None:
            stated = hub.stated(file)
            content = (hub.folder / file).read_bytes()
            if file in hub.spoiled:
                content = bytes(len(content))
            large = stated.get("lfs")
            tag = large["sha256"] if isinstance(large, dict) else stated["blobId"]
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{tag}"', "Accept-Ranges": "bytes"}
            if large:
                headers |= {"X-Linked-Etag": f'"{tag}"', "X-Linked-Size": str(len(content))}
            status = 200
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if wanted:
                first, last = int(wanted[1]), int(wanted[2] or len(content) - 1)
                headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
                content, status = content[first : last + 1], 206
            self._send(content, headers, with_body, status=status, cut=hub.cut.pop(file, 0) if with_body else 0)

        def _send(
            self, body: bytes, headers: dict[str, str], with_body: bool, *, status: int = 200, cut: int = 0
        ) -> None:
            self.send_response(status)
            for key, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(key, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body[: len(body) - cut])
                if cut:
                    self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
