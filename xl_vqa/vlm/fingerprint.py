"""A model's fingerprint: changes whenever the same video could get another score.

It covers the content of weights, configuration, tokenizer and adapter, the spec in force (prompt, sampling,
pixels, scale), the number format, and the version of our own method. It does not cover the device: float32 on
a CPU and on a GPU differ by rounding only, far below one label.

No torch here: the host asks for it before it loads anything.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

from xl_vqa.atomic import write_atomically
from xl_vqa.daemon_threads import DaemonThreads
from xl_vqa.vlm.model_folder import weight_files
from xl_vqa.words.model_spec import ModelSpec

METHOD_VERSION: Final = 1
"""Goes up with every change of ours (patches, prompt, positions, tree) that moves scores."""

TOKENIZER_FILES: Final = ("tokenizer.json", "vocab.json", "merges.txt", "added_tokens.json")
ADAPTER_FILES: Final = ("adapter_config.json", "adapter_model.safetensors")
_CHUNK = 1 << 22
# a file changed within its clock's resolution after hashing would look unchanged
_SETTLED_S = 2.0


@dataclass(slots=True)
class HashCache:
    """Content hashes by path, size and time of change, so that gigabytes are read once and not at every start.

    ``folder`` None keeps them for this process only. A cache that cannot be read or written is done without.
    """

    folder: Path | None = None
    _known: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.folder is None:
            return
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError, IndexError):
            values = json.loads(self._file.read_text(encoding="utf-8"))
            self._known = {k: (int(v[0]), int(v[1]), str(v[2])) for k, v in values.items()}

    @property
    def _file(self) -> Path:
        assert self.folder is not None
        return self.folder / "file_hashes.json"

    def hashes(self, paths: Iterable[Path]) -> list[str]:
        """blake2b (hex) of each file's content, in order. Raises OSError for a file that cannot be read."""
        paths = list(paths)
        with DaemonThreads(2, "hash") as pool:
            found = list(pool.map(self._hash, paths))
        self._save()
        return found

    def _hash(self, path: Path) -> str:
        # the real file: a hub's snapshot folder holds links
        real = path.resolve()
        before = real.stat()
        known = self._known.get(str(real))
        if known and known[:2] == (before.st_size, before.st_mtime_ns):
            return known[2]
        digest = blake2b(digest_size=16)
        with real.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        if time.time() - before.st_mtime > _SETTLED_S:
            self._known[str(real)] = (before.st_size, before.st_mtime_ns, digest.hexdigest())
        return digest.hexdigest()

    def _save(self) -> None:
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with write_atomically(self._file, durable=False) as file:
                file.write(json.dumps(self._known).encode("utf-8"))


def model_fingerprint(
    folder: Path, spec: ModelSpec, dtype: str, *, adapter: Path | None = None, cache: HashCache | None = None
) -> str:
    """``m1:`` and 32 hexadecimal digits. ``dtype`` is the resolved one, such as ``float32``.

    Raises ModelNotFoundError or ModelIncompatibleError where files are missing.
    """
    files = [folder / "config.json", *weight_files(folder)]
    files += [folder / name for name in TOKENIZER_FILES if (folder / name).is_file()]
    if adapter is not None:
        files += [adapter / name for name in ADAPTER_FILES]
    hashes = (cache or HashCache()).hashes(files)
    facts = spec.to_dict()
    # words about the model, and what else it can be asked: no part of what its score is computed from
    for word in ("name", "fine_tuned", "reads_text", "attributes", "attribute_weights"):
        facts.pop(word, None)
    names = [f"{'adapter/' if adapter and path.parent == adapter else ''}{path.name}" for path in files]
    parts = [METHOD_VERSION, dtype, facts, sorted(zip(names, hashes, strict=True))]
    digest = blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=16)
    return "m1:" + digest.hexdigest()
