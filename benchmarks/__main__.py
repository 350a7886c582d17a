"""``python -m benchmarks``: every benchmark in turn, each in a process of its own.

``python -m benchmarks NAME ...`` runs one, with its options: ``builds`` stands by itself, for it takes an hour.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    if len(sys.argv) > 1:
        return _run(*sys.argv[1:])
    failed = []
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n== {path.stem}", flush=True)
        if _run(path.stem) != 0:
            failed.append(path.stem)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(name: str, *options: str) -> int:
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
