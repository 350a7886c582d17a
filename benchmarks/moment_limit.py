"""How much a model's good clips look like faults: the limit beyond which a stretch is told, into its folder.

    python -m benchmarks.why_clips ONE --work DOWNLOADS --pictures validation --count 0 --clean 39
    python -m benchmarks.why_clips OTHER --work DOWNLOADS --pictures held-out --skip 100 --count 0 --clean 54
    python -m benchmarks.moment_limit ONE OTHER --model MODEL

Of clips without a defect (why_clips.py), on pictures of every kind but the further ones, which Why? is measured
on: validation alone has so few kinds that on others its limit was passed twice as often as it says. It goes on
where it was stopped; a clip takes some seconds. To be done again whenever the weights are others.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench_why import asked_of
from benchmarks.why_clips import CLEAN
from xl_vqa.explaining.explain import BUDGET, most_evidence
from xl_vqa.vlm import moment_limit
from xl_vqa.vlm.loader import load_rater
from xl_vqa.vlm.rater import Rater


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--model", default="model/starter")
    options = parser.parse_args(arguments)
    rater = load_rater(options.model, device="cpu")
    every = [value for folder in options.folders for value in evidence_of(rater, folder).values()]
    limit = moment_limit.limit_of(every)
    moment_limit.save(Path(options.model), limit, len(every))
    print(f"{limit:.2f} of {len(every)} clips")


def evidence_of(rater: Rater, folder: Path) -> dict[str, float]:
    """The most evidence against a stretch of each clean clip of ``folder``, by its path; kept there."""
    cases = json.loads((folder / "clips.json").read_text(encoding="utf-8"))
    file = folder / f"evidence-{rater.fingerprint.replace(':', '-')}.json"
    most: dict[str, float] = json.loads(file.read_text()) if file.exists() else {}
    for case in cases:
        if case["kind"] != CLEAN or case["path"] in most:
            continue
        rating, asked, _ = asked_of(rater, case["path"], BUDGET)
        most[case["path"]] = most_evidence(rating, asked)
        file.write_text(json.dumps(most, indent=1) + "\n", encoding="utf-8")
        print(f"{len(most)} clips, the last {most[case['path']]:.2f}", flush=True)
    return most


if __name__ == "__main__":
    main()
