"""Plug-ins of a real distribution, built and installed: they are used, a broken one costs nothing but itself."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plug-ins.md").read_text(encoding="utf-8")
# the page's own example, and beside each that works one that does not
PROJECT = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]  # type: ignore[index]
BROKEN = {
    "xl_vqa.metrics": 'zz_metric = "our_plug_ins.nowhere:METRIC"\nzz_raises = "our_plug_ins.metrics:BROKEN"',
    "xl_vqa.schemes": 'zz_scheme = "our_plug_ins.schemes:NOT_A_SCHEME"',
    "xl_vqa.readers": 'broken8 = "our_plug_ins.readers:open_broken8"',
    "xl_vqa.front_ends": 'zz_doctor = "our_plug_ins.front_end:register_taken"',
}
SOURCES = {
    "__init__": "",
    "metrics": """
import numpy as np
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.metrics.metric import Metric, Takes, Unit

def of(pairs):
    return Figure.of(float(np.median(np.abs(pairs.prediction - pairs.mos))), len(pairs.mos))

def statistic(pairs):
    errors = np.abs(pairs.prediction - pairs.mos)
    def under(weights):
        return np.array([float(np.median(np.repeat(errors, one))) for one in weights.astype(int).T])

    return under

def raises(pairs):
    raise ZeroDivisionError("by design")

BROKEN = Metric(key="zz_raises", of=raises, statistic=raises, higher_is_better=False, unit=Unit.MOS,
                words=("Raises", "例外"), takes=Takes.MOS, place=991)

MEDIAN_ERROR = Metric(key="median_error", of=of, statistic=statistic, higher_is_better=False, unit=Unit.MOS,
                      words=("Median error", "誤差の中央値"), takes=Takes.MOS, place=990)
""",
    "schemes": """
from xl_vqa.training.schemes import Decimals

class Halves(Decimals):
    name = "halves"

NOT_A_SCHEME = 3
""",
    "readers": """
import numpy as np

class Frames8:
    fps = 8.0
    def __init__(self, path):
        self.data = np.load(open(path, "rb"))
        self.count, self.height, self.width, _ = self.data.shape
    def picture(self, number):
        return self.data[number]

def open_frames8(path):
    return Frames8(path)

class Broken(Frames8):
    def picture(self, number):
        return self.data[number][:1]

def open_broken8(path):
    return Broken(path)
""",
    "front_end": """
def register(app):
    @app.command()
    def greet(name: str) -> None:
        '''Greet somebody.'''
        print(f"good day, {name}")

def register_taken(app):
    @app.command()
    def doctor() -> None:
        print("not the doctor")
""",
}


def _with_broken(project: str) -> str:
    for group, line in BROKEN.items():
        head = f'[project.entry-points."{group}"]\n'
        assert head in project
        project = project.replace(head, f"{head}{line}\n")
    return project


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a pip installation of the package filled."""
    source = tmp_path_factory.mktemp("source")
    build = '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    (source / "pyproject.toml").write_text(
        _with_broken(PROJECT) + build + '[tool.hatch.build.targets.wheel]\npackages = ["our_plug_ins"]\n',
        encoding="utf-8",
    )
    (source / "our_plug_ins").mkdir()
    for name, text in SOURCES.items():
        (source / "our_plug_ins" / f"{name}.py").write_text(text, encoding="utf-8")
    python = [sys.executable, "-m"]
    run = {"check": True, "capture_output": True, "timeout": 280}
    subprocess.run([*python, "hatchling", "build", "-t", "wheel", "-d", "dist"], cwd=source, **run)  # type: ignore[call-overload]
    (wheel,) = (source / "dist").glob("*.whl")
    target = tmp_path_factory.mktemp("site")
    install = [
        *python,
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(install, **run)  # type: ignore[call-overload]
    return target


def run(installed: Path, home: Path, *command: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    variables = os.environ | {
        "PYTHONPATH": str(installed),
        "XL_VQA_HOME": str(home),
        "XL_VQA_LANGUAGE": language,
        "COLUMNS": "200",
    }
    return subprocess.run(
        [sys.executable, *command],
        env=variables,
        capture_output=True,
        encoding="utf-8",
        timeout=280,
        check=False,
        cwd=home,
    )


def test_a_front_end_has_its_command_and_takes_none_that_is_there(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "-m", "xl_vqa", "greet", "Yuki")
    assert (done.returncode, done.stdout) == (0, "good day, Yuki\n")
    assert "zz_doctor of our-vqa-plug-ins (xl_vqa.front_ends) does not work and was left out" in done.stderr
    done = run(installed, tmp_path, "-m", "xl_vqa", "settings", "list", language="ja")
    assert done.returncode == 0
    assert "our-vqa-plug-ins のプラグイン zz_doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_metric_is_computed_and_a_broken_one_costs_no_other(installed: Path, tmp_path: Path) -> None:
    rows = [(f"v{number}.mp4", 1 + number / 3) for number in range(12)]
    (tmp_path / "manifest.csv").write_text("\n".join(["path,mos", *(f"{v},{m}" for v, m in rows)]))
    (tmp_path / "scores.csv").write_text("\n".join(["path,mos", *(f"{v},{m + 0.25}" for v, m in rows)]))
    command = [
        "-m",
        "xl_vqa",
        "evaluate",
        "scores.csv",
        "-m",
        "manifest.csv",
        "--split",
        "all",
        "--json",
        "result.json",
    ]
    done = run(installed, tmp_path, *command)
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["figures"]
    assert figures["median_error"]["value"] == pytest.approx(0.25, abs=1e-6)
    assert "rmse" in figures
    assert figures["zz_raises"]["value"] is None
    assert "ZeroDivisionError: by design" in done.stderr
    assert "zz_metric of our-vqa-plug-ins" in done.stderr


def test_a_scheme_can_be_named_in_recipes(installed: Path, tmp_path: Path) -> None:
    program = (
        "from xl_vqa.training.schemes import SCHEMES\nfrom xl_vqa.training.scheme_names import named_scheme\n"
        "from xl_vqa.words.labels import Scale\n"
        "print(list(SCHEMES), named_scheme('halves', Scale()).name)"
    )
    done = run(installed, tmp_path, "-c", program)
    assert done.stdout.strip() == "['integer', 'decimal', 'levels', 'halves'] halves", done.stderr
    assert "zz_scheme" in done.stderr


READ = """
import sys
from xl_vqa.video.read import read_frames
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.model_spec import Sampling
for path in sys.argv[1:]:
    try:
        clip = read_frames(path, Sampling(frames=4))
        print(len(clip.frames), clip.frames[0].shape, clip.used.decoder, clip.used.duration_s)
    except XlVqaError as error:
        print(type(error).__name__, error)
"""


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    import numpy as np

    file = tmp_path / "shot.frames8"
    pictures = np.random.default_rng(0).integers(0, 255, (16, 48, 64, 3), np.uint8)
    with file.open("wb") as target:
        np.save(target, pictures)
    for name in ("shot.broken8", "shot.other8"):
        (tmp_path / name).write_bytes(file.read_bytes())
    return file


def test_a_reader_reads_its_ending_and_nonsense_is_an_error_of_the_video(
    installed: Path, tmp_path: Path, frames: Path
) -> None:
    names = ("shot.frames8", "shot.broken8", "shot.other8")
    done = run(installed, tmp_path, "-c", READ, *names)
    first, second, third = done.stdout.splitlines()
    assert first == "4 (48, 64, 3) our-vqa-plug-ins:frames8 2.0"
    assert second.startswith("VideoUnreadableError")
    assert "(1, 64, 3)" in second
    assert third.startswith("NotAVideoError")
    shown = run(installed, tmp_path, "-m", "xl_vqa", "inspect", "shot.frames8")
    assert shown.returncode == 0, shown.stderr
    assert "our-vqa-plug-ins:frames8" in shown.stdout


@pytest.mark.slow
def test_a_plugged_video_is_rated_behind_the_wall(installed: Path, tmp_path: Path, frames: Path) -> None:
    rate = "one = xl_vqa.predict('starter', sys.argv[1:])[0]; print(one.label, one.error)"
    program = f"import xl_vqa, sys\nif __name__ == '__main__':\n    {rate}"
    (tmp_path / "rate.py").write_text(program)
    # the reader cannot look into the data folder
    home = tmp_path / "home"
    home.mkdir()
    done = run(installed, home, "../rate.py", "../shot.frames8")
    assert re.fullmatch(r"[1-5][0-9] None", done.stdout.strip()), done.stdout + done.stderr


def test_the_doctor_names_what_works_and_what_does_not(installed: Path, tmp_path: Path) -> None:
    program = (
        "from xl_vqa.cli.doctor_checks import check_plug_ins\nimport xl_vqa.cli.main\n"
        "from xl_vqa.words.settings import Settings\nfound = check_plug_ins(Settings.load(), 'en')\n"
        "print(found.state, found.found)"
    )
    done = run(installed, tmp_path, "-c", program)
    assert done.stdout.startswith("warning")
    for name in ("zz_metric", "zz_scheme", "zz_doctor"):
        assert name in done.stdout


def test_cells_know_of_no_plug_ins() -> None:
    program = "import sys, xl_vqa.bridge.cells, xl_vqa.worksheet.evaluate\nprint('xl_vqa.plug_ins' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_group_of_the_page_is_one_that_is_asked_for() -> None:
    from xl_vqa import plug_ins

    assert set(re.findall(r"xl_vqa\.(?:metrics|schemes|readers|front_ends)", PAGE)) == set(plug_ins.GROUPS)
    assert not [one for group in plug_ins.GROUPS for one in importlib.metadata.entry_points(group=group)]
