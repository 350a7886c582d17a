"""Ray at an address, quietly: on this machine for a try-out, or a cluster that this machine is part of.

Waiting for a cluster that is not there takes Ray six minutes, after which it ends the process; so whoever is to be
asked is knocked at first.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.cluster.errors import ClusterAddressError, ClusterError
from xl_vqa.packages import as_missing
from xl_vqa.words.cluster_address import AUTO, LOCAL, head_of, is_cluster
from xl_vqa.words.reasons import Detail, Reason, why_unconnected

KNOCK_S: Final = 5.0
END_S: Final = 20.0
_parting: Final[list[threading.Thread]] = []
"""From clusters that did not answer in time."""
OBJECT_STORE_BYTES: Final = 100 << 20
"""Of a Ray on this machine: paths go out and ratings come back, never pictures."""


@dataclass(frozen=True, slots=True)
class Address:
    """``local``, ``auto`` (the cluster that this machine runs), or the head node's ``host:port``."""

    text: str

    def __post_init__(self) -> None:
        """Raises ClusterAddressError for what is no address."""
        if self.text.startswith("ray://"):
            raise ClusterAddressError(address=self.text, problem="cluster_client")
        if not is_cluster(self.text):
            raise ClusterAddressError(address=self.text, problem="cluster_form")

    def knock(self) -> None:
        """Raises ClusterAddressError where nothing listens."""
        head = head_of(self.text)
        if head is None:
            return
        try:
            with socket.create_connection(head, KNOCK_S):
                pass
        except OSError as error:
            raise ClusterAddressError(address=self.text, problem=why_unconnected(error)) from error


def import_ray() -> Any:
    """The module. Raises PackageMissingError where the extra "cluster" is not installed."""
    # it would report what it is used for to its makers
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # its native part writes on our standard error whatever its Python part is told
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise as_missing(error) or error from error
    return ray


@contextlib.contextmanager
def connected(address: Address, workers: int | None = None) -> Iterator[Any]:
    """The module ``ray``, connected; everything that was started through it ends with the context.

    Raises ClusterAddressError, ClusterError where no Ray starts here, PackageMissingError.
    """
    ray = import_ray()
    if left_behind():
        raise ClusterAddressError(address=address.text, problem="network_silent")
    address.knock()
    folder: str | None = None
    # what Ray writes (its token, its logs with paths) is for this user alone
    before = os.umask(0o077)
    try:
        if address.text == LOCAL:
            # short, for the path of a socket may have 107 bytes
            folder = tempfile.mkdtemp(prefix="xlv-")
            _start_here(ray, workers, folder)
        else:
            _join(ray, address)
    finally:
        os.umask(before)
    make_token_private()
    _silence(ray)
    # what a person is to know is said by this program, in their language
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield ray
    finally:
        # a Ray of this machine is taken down whole, however busy that is
        _shut_down(ray, None if address.text == LOCAL else END_S)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _shut_down(ray: Any, patience_s: float | None) -> None:
    """From a cluster that does not answer any more Ray would part for ever, and again when Python ends."""

    def part() -> None:
        with contextlib.suppress(Exception):
            ray.shutdown()

    ending = threading.Thread(target=part, name="end-ray", daemon=True)
    ending.start()
    try:
        ending.join(patience_s)
    finally:
        if ending.is_alive():
            atexit.unregister(ray.shutdown)
            _parting.append(ending)


def left_behind() -> bool:
    """Whether a cluster is still not parted from: until it is, this process can be connected to no other."""
    return any(one.is_alive() for one in _parting)


def _silence(ray: Any) -> None:
    """It tells of every worker that died on our standard output, with log_to_driver=False too: between the rows of
    ``-o -``."""
    worker = ray._private.worker
    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda *_, **__: None


def _start_here(ray: Any, workers: int | None, folder: str) -> None:
    cpus = available_cpus()
    try:
        ray.init(
            num_cpus=max(cpus, workers or 0),
            include_dashboard=False,
            object_store_memory=OBJECT_STORE_BYTES,
            _temp_dir=folder,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
        )
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ClusterError(problem=Reason("cluster_not_started", detail=Detail.of(error))) from error


def _join(ray: Any, address: Address) -> None:
    try:
        with _without_native_messages():
            ray.init(address=address.text, log_to_driver=False, logging_level=logging.CRITICAL)
    # it ends the process where what listens there is no Ray
    except (SystemExit, Exception) as error:
        here = address.text == AUTO and isinstance(error, ConnectionError)
        problem = Reason("cluster_none") if here else Reason("cluster_refused", detail=Detail.named(error))
        raise ClusterAddressError(address=address.text, problem=problem) from error


@contextlib.contextmanager
def _without_native_messages() -> Iterator[None]:
    """Ray's native part warns on the process's standard error, and listens to RAY_BACKEND_LOG_LEVEL only once it
    is connected: of an address that does not answer it tells at every try, before this program does in words."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def available_cpus() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def token_file() -> Path:
    """Where Ray keeps the token of this user's clusters, unless told otherwise."""
    told = os.environ.get("RAY_AUTH_TOKEN_PATH")
    return Path(told) if told else Path.home() / ".ray" / "auth_token"


def make_token_private() -> bool:
    """Whether the token could be read by others, and no longer can; Ray writes it for everybody to read."""
    path = token_file()
    with contextlib.suppress(OSError):
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
            return True
    return False
