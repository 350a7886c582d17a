"""A retraining in this process, with a tiny Qwen2.5-VL: what is refused, what a stop loses, what it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.media import make_clip, texture
from tests.tiny_qwen import save_tiny_qwen
from xl_vqa.datasets.manifest import read_manifest
from xl_vqa.learning import retrain
from xl_vqa.learning.collect import SheetReading, collect
from xl_vqa.learning.errors import HoldOutError, LearningError
from xl_vqa.learning.hold_out import HoldOutOptions, default_file, lock
from xl_vqa.learning.report import as_dict, decision, verdict_html
from xl_vqa.learning.retrain import RetrainOptions
from xl_vqa.models.registry import ModelRegistry
from xl_vqa.words.settings import Settings

NAMES = "ant bee cat dog elk fox gnu hen ibis jay kiwi lynx mole newt owl pig".split()


def quiet(stage: str, done: int, total: int) -> None:
    pass


def clip(path: Path, mos: float, seed: int) -> Path:
    picture = (texture(84, 56, seed=seed) * (0.15 + 0.2 * mos / 2)).clip(0, 255).astype("uint8")
    make_clip(path, 84, 56, 8, content=lambda n, p=picture: p, barcode=False)
    return path


class Desk:
    """A machine with a model, videos that judge, and a sheet that people corrected."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home", device="cpu")
        self.settings.home.mkdir()
        save_tiny_qwen(folder / "base")
        registry = ModelRegistry(self.settings)
        registry.add(folder / "base", name="ours")
        self.settings = registry.activate("ours", {})
        self.judges = [clip(folder / f"judge-{name}.mp4", 1 + k % 5, k) for k, name in enumerate(NAMES[:8])]
        lines = ["video,mos", *(f"{path},{1 + k % 5}" for k, path in enumerate(self.judges))]
        (folder / "judges.csv").write_text("\n".join(lines))
        lock(folder / "judges.csv", default_file(self.settings), self.settings, HoldOutOptions())
        self.clips = [clip(folder / f"{name}.mp4", 1 + k % 5, 50 + k) for k, name in enumerate(NAMES)]

    def people(self, scores: list[float], name: str = "list.xlsx", videos: list[Path] | None = None) -> None:
        book = openpyxl.Workbook()
        for line in (("video", "human score"), *zip(map(str, videos or self.clips), scores, strict=False)):
            book.active.append(line)
        book.save(self.folder / name)
        collect(self.folder / name, self.settings, SheetReading())

    def options(self, **values: Any) -> RetrainOptions:
        told = {"output": self.folder / "v1", "hold_out": default_file(self.settings), "without_replay": True}
        changes = {
            "epochs": 2,
            "batch_size": 4,
            "learning_rate": 2e-3,
            "lora": {"rank": 4, "alpha": 8, "dropout": 0.0},
            "dtype": "float32",
            "checkpointing": False,
            "device": "cpu",
            "cache": str(self.folder / "cache"),
        }
        return RetrainOptions(**{**told, "changes": changes, **values})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_is_wrong_with_a_batch_is_refused_and_nothing_trained(desk: Desk) -> None:
    desk.people([4.0] * 16)
    prepared = retrain.prepare(desk.settings, desk.options(), quiet)
    # eight videos judge, and of chance nothing can be said by so few
    assert set(prepared.screened.unknown) == {"shift", "flipped", "shuffled", "scatter", "outliers"}
    copies = [clip_.with_name(f"copy of {clip_.name}") for clip_ in desk.clips]
    for source, copy in zip(desk.clips, copies, strict=True):
        copy.write_bytes(source.read_bytes())
    desk.people([1 + k % 5 for k in range(16)], "one.xlsx")
    book = openpyxl.Workbook()
    for line in (
        ("video", "human score", "rater"),
        *((str(path), 5 - k % 5, "Aiko") for k, path in enumerate(desk.clips)),
        *((str(path), 1 + k % 5, "Aiko") for k, path in enumerate(copies)),
    ):
        book.active.append(line)
    book.save(desk.folder / "two.xlsx")
    collect(desk.folder / "two.xlsx", desk.settings, SheetReading())
    options = desk.options(output=desk.folder / "v2", too_far=9.0)
    prepared = retrain.prepare(desk.settings, options, quiet)
    assert {"contradictions", "copies"} <= set(prepared.refused)
    assert not (options.work / retrain.PLAN).exists()
    values = as_dict(prepared.plan, None, prepared.refused)
    assert values["verdict"] == "batch_refused"
    assert any("contradict" in line for line in values["why"]["en"])
    page = verdict_html(prepared.plan, None, prepared.refused, "ja")
    assert "list.xlsx#2" in page
    allowed = retrain.prepare(
        desk.settings,
        desk.options(output=desk.folder / "v2", too_far=9.0, accept=frozenset(prepared.refused)),
        quiet,
    )
    assert (allowed.refused, allowed.plan["accepted"]) == ([], prepared.refused)


def test_what_judges_is_not_learned(desk: Desk) -> None:
    desk.people([float(1 + k % 5) for k in range(18)], videos=[*desk.clips, *desk.judges[:2]])
    with pytest.raises(HoldOutError, match=r"2 corrections.*list.xlsx#18, list.xlsx#19"):
        retrain.prepare(desk.settings, desk.options(), quiet)
    prepared = retrain.prepare(desk.settings, desk.options(leave_out_overlap=True), quiet)
    assert len(prepared.left_out) == 2
    learned = read_manifest(desk.options().work / retrain.MANIFEST)
    assert not {str(path) for path in desk.judges} & {row.video for row in learned}


def test_a_line_that_was_taught_what_judges_is_refused(desk: Desk) -> None:
    desk.people([float(1 + k % 5) for k in range(16)])
    old = desk.folder / "old.csv"
    old.write_text(f"video,label,split\n{desk.judges[0]},30,train\n")
    with pytest.raises(HoldOutError, match="was taught 1 of its videos"):
        retrain.prepare(desk.settings, desk.options(without_replay=False, replay=old), quiet)


def test_without_labels_or_a_known_replay_it_says_what_to_do(desk: Desk) -> None:
    with pytest.raises(LearningError, match="Collect corrections first"):
        retrain.prepare(desk.settings, desk.options(), quiet)
    desk.people([float(1 + k % 5) for k in range(16)])
    with pytest.raises(LearningError, match="--replay"):
        retrain.prepare(desk.settings, desk.options(without_replay=False), quiet)


def test_looking_begins_nothing(desk: Desk) -> None:
    desk.people([float(1 + k % 5) for k in range(16)])
    prepared = retrain.prepare(desk.settings, desk.options(), quiet, begins=False)
    assert prepared.plan["new"] == 14
    with pytest.raises(LearningError, match="no run"):
        retrain.resumed(desk.settings, desk.options())


@pytest.mark.slow
def test_a_run_that_is_stopped_goes_on_and_is_judged(desk: Desk) -> None:
    desk.people([float(1 + k % 5) for k in range(16)])
    options = desk.options()
    prepared = retrain.prepare(desk.settings, options, quiet)

    def stop(record: Mapping[str, Any]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retrain.train(prepared, quiet, stop)
    with pytest.raises(LearningError, match="--resume"):
        retrain.prepare(desk.settings, options, quiet)
    again = retrain.resumed(desk.settings, options)
    retrain.train(again, quiet)
    first = (options.work / retrain.OLD_SCORES).read_text()
    # half a line, as a kill leaves it
    (options.work / retrain.NEW_SCORES).write_text('{"video": "b2:')
    verdict, mark = retrain.gate(desk.settings, again, quiet)
    assert (options.work / retrain.OLD_SCORES).read_text() == first
    assert mark.startswith("m1:")
    assert mark != again.plan["fingerprint"]
    # 8 contents are no evidence, whatever they say
    assert verdict.decision in ("undecided", "worse")
    assert verdict.whole.videos == 8
    for language in ("en", "ja"):
        page = verdict_html(again.plan, verdict, [], language)
        assert decision(verdict, "ours", language) in page
    values = json.loads(json.dumps(as_dict(again.plan, verdict, [])))
    assert values["gate"]["whole"]["videos"] == 8
    # trained on from here, the line knows what it was taught
    registry = ModelRegistry(desk.settings)
    registry.add(options.output, name="next")
    settings = registry.activate("next", {})
    following = desk.options(output=desk.folder / "v2", without_replay=False)
    desk.people([float(5 - k % 5) for k in range(4)], "later.xlsx", desk.clips[:4])
    done = retrain.prepare(settings, following, quiet)
    recipe = retrain.recipe_file(done)
    assert recipe.adapter == str(options.output)
    assert done.plan["replayed"] == 0 or done.plan["new"] >= 1
    retrain.train(done, quiet)
    assert (desk.folder / "v2" / "adapter_config.json").is_file()
