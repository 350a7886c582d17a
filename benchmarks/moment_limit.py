"""How much a model's good clips look like faults: the limit beyond which a stretch is told, into its folder.

    python -m benchmarks.why_clips FOLDER --work DOWNLOADS --pictures validation --count 0 --clean 60
    python -m benchmarks.moment_limit FOLDER --model MODEL

Of clips without a defect (why_clips.py), on pictures of training or validation and never of a test. It goes on
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


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="model/starter")
    options = parser.parse_args(arguments)
    cases = json.loads((options.folder / "clips.json").read_text(encoding="utf-8"))
    rater = load_rater(options.model, device="cpu")
    file = options.folder / f"evidence-{rater.fingerprint.replace(':', '-')}.json"
    most: dict[str, float] = json.loads(file.read_text()) if file.exists() else {}
    for case in cases:
        if case["kind"] != CLEAN or case["path"] in most:
            continue
        rating, asked, _ = asked_of(rater, case["path"], BUDGET)
        most[case["path"]] = most_evidence(rating, asked)
        file.write_text(json.dumps(most, indent=1) + "\n", encoding="utf-8")
        print(f"{len(most)} clips, the last {most[case['path']]:.2f}", flush=True)
    limit = moment_limit.limit_of(list(most.values()))
    moment_limit.save(Path(options.model), limit, len(most))
    print(f"{limit:.2f} of {len(most)} clips")


if __name__ == "__main__":
    main()
