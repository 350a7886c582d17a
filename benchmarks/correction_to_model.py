"""The whole way of a correction, by the commands that a person types: from a cell of a sheet to a model and back.

A small Qwen2.5-VL with random weights is taught the brightness of clips as their quality, up to a fault that
people then correct in a sheet. The corrections are collected, learned with a replay, judged, promoted; the sheet
keeps its scores with a remark; one command goes back.

python -m benchmarks.correction_to_model FOLDER
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import openpyxl
import yaml

from tests.media import make_clip, texture
from tests.tiny_qwen import save_tiny_qwen
from xl_vqa.words.labels import Scale

FIRST: Final = 24
CORRECTED: Final = 24
JUDGES: Final = 24
STRICTER: Final = 1.2


def clip(path: Path, mos: float, seed: int) -> None:
    """A picture whose brightness says how good it is."""
    picture = (texture(84, 56, seed=seed) * (0.15 + 0.2 * mos / 2)).clip(0, 255).astype("uint8")
    make_clip(path, 84, 56, 8, content=lambda n, p=picture: p, barcode=False)


class Way:
    """One person's machine in a folder."""

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.folder = folder
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("XL_VQA_")}
        self._environment |= {
            "XL_VQA_HOME": str(folder / "home"),
            "XL_VQA_LANGUAGE": language,
            "XL_VQA_DEVICE": "cpu",
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "180",
            # a model this small gains nothing by several threads, and waits for them on a busy machine
            "OMP_NUM_THREADS": "1",
        }

    def type(self, *words: object, status: int = 0) -> str:
        """A command as a person types it; what it said. Raises RuntimeError where it ends otherwise."""
        done = subprocess.run(
            [sys.executable, "-m", "xl_vqa.cli.main", *map(str, words)],
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        print(f"$ xl-vqa {' '.join(map(str, words))}\n{done.stdout}{done.stderr}", flush=True)
        if done.returncode != status:
            raise RuntimeError(f"exit status {done.returncode}\n{done.stderr}")
        return done.stdout + done.stderr

    def clips(self, name: str, count: int) -> dict[Path, float]:
        """Clips of a folder with the MOS that they deserve."""
        made = {}
        (self.folder / name).mkdir(parents=True, exist_ok=True)
        for k in range(count):
            mos = round(1 + 4 * ((k * 7) % count) / (count - 1), 3)
            path = self.folder / name / f"{name}-{'abcdefghijklmnopqrstuvwxyz'[k]}.mp4"
            clip(path, mos, seed=hash_of(name) + k)
            made[path] = mos
        return made

    def cells(self, sheet: Path) -> list[dict[str, Any]]:
        """The rows of a sheet by heading."""
        lines = list(openpyxl.load_workbook(sheet).active.iter_rows(values_only=True))
        return [dict(zip(map(str, lines[0]), line, strict=True)) for line in lines[1:]]


def hash_of(name: str) -> int:
    return sum(ord(letter) * 100 for letter in name)


def manifest(path: Path, rows: dict[Path, float]) -> None:
    lines = ["video,mos,label,split"]
    for k, (video, mos) in enumerate(rows.items()):
        lines.append(f"{video},{mos},{Scale().to_label(mos)},{'val' if k % 6 == 5 else 'train'}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def sheet(path: Path, videos: Sequence[Path]) -> None:
    book = openpyxl.Workbook()
    for line in (("video",), *((str(video),) for video in videos)):
        book.active.append(line)
    book.save(path)


def write_human_scores(path: Path, scores: Sequence[float]) -> None:
    """What a person does: a column beside the scores, saved."""
    book = openpyxl.load_workbook(path)
    column = book.active.max_column + 1
    for row, value in enumerate(("human score", *scores), 1):
        book.active.cell(row, column, value)
    book.save(path)


def whole_way(folder: Path) -> dict[str, Any]:
    """Every step; what it came to."""
    way = Way(folder)
    first = way.clips("first", FIRST)
    # the first teachers were too strict
    taught = {path: max(mos - STRICTER, 1.0) for path, mos in first.items()}
    manifest(folder / "first.csv", taught)
    save_tiny_qwen(folder / "base")
    recipe = {
        "model": str(folder / "base"),
        "manifest": "first.csv",
        "output": "models/v1",
        "name": "ours",
        "epochs": 8,
        "batch_size": 4,
        "learning_rate": 5e-3,
        "lora": {"rank": 8, "alpha": 16, "dropout": 0.0},
        "device": "cpu",
        "cache": str(folder / "cache"),
    }
    (folder / "ours.yaml").write_text(yaml.safe_dump(recipe))
    way.type("train", folder / "ours.yaml")
    way.type("models", "add", folder / "models" / "v1", "--name", "ours", "--activate")

    # the videos that judge: nobody teaches them
    judges = way.clips("judges", JUDGES)
    lines = ["video,mos,attribute", *(f"{p},{m},{'dark' if m < 3 else 'bright'}" for p, m in judges.items())]
    (folder / "judges.csv").write_text("\n".join(lines) + "\n")
    way.type("labels", "hold-out", folder / "judges.csv")

    # the daily sheet, and what a person writes into it
    daily = way.clips("daily", CORRECTED)
    list_file = folder / "list.xlsx"
    sheet(list_file, list(daily))
    way.type("score-workbook", list_file)
    scored = way.cells(list_file)
    write_human_scores(list_file, [round(mos * 4) / 4 for mos in daily.values()])
    way.type("labels", "collect", list_file, "--rater", "Aiko")
    way.type("labels", "list")

    # one person's labels of one folder: said, looked at, let through
    version = folder / "models" / "v2"
    options = ["-o", version, "--mix", "0.3", "--set", "epochs=4", "--set", "learning_rate=5e-3"]
    refused = way.type("retrain", *options, status=1)
    way.type("retrain", *options, "--accept", "one_source")
    verdict = json.loads((folder / "models" / "v2.retrain" / "verdict.json").read_text(encoding="utf-8"))
    way.type("models", "history")

    # the sheet keeps what stands, and says of which version it is
    way.type("score-workbook", list_file)
    stale = way.cells(list_file)
    way.type("score-workbook", list_file, "--rescore")
    renewed = way.cells(list_file)
    back = way.type("models", "rollback", "--reason", "a customer asked")
    way.type("score-workbook", list_file, "--rescore")
    returned = way.cells(list_file)
    history = json.loads(way.type("models", "history", "--json"))
    way.type("host", "stop")
    return {
        "refused": refused,
        "verdict": verdict,
        "scored": scored,
        "stale": stale,
        "renewed": renewed,
        "returned": returned,
        "rollback": back,
        "history": history,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    found = whole_way(options.folder.absolute())
    print(json.dumps(found["verdict"]["sentence"], ensure_ascii=False))


if __name__ == "__main__":
    main()
