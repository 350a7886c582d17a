"""``python -m xl_vqa.host``: runs the host in this process until it is stopped.

Exit status: 0 it ran and stopped, or another host of this user runs already; 1 it could not start.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sys
from typing import Any

from xl_vqa.bridge.protocol import HANDSHAKE
from xl_vqa.bridge.state import HostState
from xl_vqa.host.memory import share_arenas
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.settings import Settings

log = logging.getLogger("xl_vqa.host")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m xl_vqa.host", description="The local scoring host.")
    parser.add_argument("--idle-minutes", type=float, help="stop after this long without a request; 0: never")
    parser.add_argument("--handshake", action="store_true", help="report to the program that started this")
    options = parser.parse_args()
    share_arenas()
    try:
        settings = Settings.load(idle_minutes=options.idle_minutes)
        return _run(settings, options.handshake)
    except XlVqaError as error:
        log.error("%s", error)
        _say({"error": error.to_dict()} if options.handshake else str(error))
        return 1


def _run(settings: Settings, handshake: bool) -> int:
    # imported late: a settings error needs no web server
    from xl_vqa.host.lifecycle import AlreadyRunning, run

    def ready(state: HostState) -> None:
        if handshake:
            _say({"ready": {"pid": state.pid, "port": state.port}})
            _detach()
        else:
            _say(f"xl_vqa host: listening on 127.0.0.1:{state.port} (process {state.pid})")

    try:
        run(settings, ready, console=not handshake)
    except AlreadyRunning:
        _say({"already_running": True} if handshake else "A host of this user is running already.")
    finally:
        logging.shutdown()
    return 0


def _say(word: dict[str, Any] | str) -> None:
    # whoever started this host may be gone; others will find it
    with contextlib.suppress(OSError):
        print(word if isinstance(word, str) else HANDSHAKE + json.dumps(word), flush=True)


def _detach() -> None:
    """Lets go of the starter's pipe. What native libraries print from here on goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # not sys.exit: threads in native code (a decoder on a dead drive) must not keep the process alive
    os._exit(status)
