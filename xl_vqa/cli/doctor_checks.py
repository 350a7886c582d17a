"""The checks behind ``xl-vqa doctor``: each says what was found and, where it falls short, what to do.

Libraries with native code are tried in a process of their own, because a broken one can end the process
that imports it.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from xl_vqa import __version__, plug_ins
from xl_vqa.atomic import check_folder, make_private
from xl_vqa.cli import doctor_cluster, doctor_compute
from xl_vqa.cli.doctor_check import Check, say
from xl_vqa.models.registry import name_of
from xl_vqa.packages import asked_for, install_command, installed, of_extra, package_name
from xl_vqa.shell import typed
from xl_vqa.vlm.identity import spec_of
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.labels import band_by_key
from xl_vqa.words.messages import phrase
from xl_vqa.words.model_spec import demo_clips_folder, starter_folder
from xl_vqa.words.reasons import why_unwritten
from xl_vqa.words.settings import Settings

FREE_GIB: Final = 1.0


def run_checks(settings: Settings, language: str, *, rate: bool = True) -> Iterator[Check]:
    """Every check in turn; one that breaks is itself reported as bad."""
    checks: list[Callable[[Settings, str], Check]] = [
        check_python,
        check_packages,
        check_decoders,
        doctor_compute.check_compute,
        check_home,
        check_disk,
        check_model,
        check_spreadsheet,
        *([doctor_cluster.check_cluster] if installed("ray") else []),
        *([check_plug_ins] if any(map(plug_ins.found, plug_ins.GROUPS)) else []),
    ]
    if rate:
        checks.append(check_rating)
    for check in checks:
        try:
            yield check(settings, language)
        except XlVqaError as error:
            yield Check(_name(check), "bad", error.message(language))
        except Exception as error:  # a doctor must not fall ill
            yield Check(_name(check), "bad", f"{type(error).__name__}: {error}")


def _name(check: Callable[[Settings, str], Check]) -> str:
    return check.__name__.removeprefix("check_")


def check_python(settings: Settings, language: str) -> Check:
    found = f"xl_vqa {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    if sys.maxsize < 2**32:
        return Check(
            "python", "bad", found, say(language, "Install 64-bit Python.", "64 ビット版を使用してください。")
        )
    return Check("python", "good", found)


def check_packages(settings: Settings, language: str) -> Check:
    """Every package that a plain installation and rating need, in the versions that they ask for."""
    from packaging.requirements import Requirement

    found: list[str] = []
    wrong: list[str] = []
    for one in map(Requirement, asked_for()):
        # the other extras' packages are for those who asked for them
        if one.marker is not None and not any(one.marker.evaluate({"extra": extra}) for extra in ("", "model")):
            continue
        wanted = f"{one.name}{one.specifier}"
        version = installed(one.name)
        if version is None:
            wrong.append(wanted)
            continue
        found.append(f"{one.name} {version}")
        if not one.specifier.contains(version, prereleases=True):
            wrong.append(wanted)
    if wrong:
        of_model = set(map(package_name, of_extra("model")))
        rest = [one for one in wrong if package_name(one) not in of_model]
        fixes = [install_command("torch")] if len(rest) < len(wrong) else []
        if rest:
            fixes.append(f"{typed(sys.executable)} -m pip install {' '.join(map(typed, rest))}")
        return Check("packages", "bad", ", ".join(wrong), "\n".join(fixes))
    return Check("packages", "good", ", ".join(found))


def check_decoders(settings: Settings, language: str) -> Check:
    """Reads a shipped clip with each decoder, in a process of its own."""
    clip = next((p for p in sorted(demo_clips_folder().glob("*.mp4"))), None)
    if clip is None:
        return Check(
            "decoders", "bad", "no clip", say(language, "Install xl_vqa again.", "再インストールしてください。")
        )
    programs = {
        "decord": "import decord,sys; print(decord.VideoReader(sys.argv[1])[0].shape)",
        "PyAV": "import av,sys; print(next(av.open(sys.argv[1]).decode(video=0)).to_ndarray().shape)",
    }
    working: list[str] = []
    broken: list[str] = []
    for name, program in programs.items():
        done = subprocess.run(
            [sys.executable, "-c", program, str(clip)], capture_output=True, text=True, timeout=60, check=False
        )
        (working if done.returncode == 0 else broken).append(name)
    if not working:
        fix = f"{typed(sys.executable)} -m pip install --force-reinstall decord av"
        return Check("decoders", "bad", say(language, "none works", "動作しません"), fix)
    found = ", ".join(working)
    if broken:
        note = say(
            language,
            f"{broken[0]} does not work; the other one does its part, more slowly.",
            f"{broken[0]} は使えません。もう一方で処理します(低速)。",
        )
        return Check("decoders", "warning", found, note)
    return Check("decoders", "good", found)


def check_home(settings: Settings, language: str) -> Check:
    """Whether the folder for state, store and logs can really be written."""
    try:
        make_private(settings.home)
        check_folder(settings.home)
    except OSError as error:
        fix = say(
            language,
            "Set XL_VQA_HOME to a folder you can write.",
            "XL_VQA_HOME に書き込み可能なフォルダーを指定。",
        )
        return Check("home", "bad", f"{settings.home}: {phrase(why_unwritten(error), language)}", fix)
    return Check("home", "good", str(settings.home))


def check_disk(settings: Settings, language: str) -> Check:
    free = shutil.disk_usage(settings.home).free / 2**30
    if free < FREE_GIB:
        fix = say(
            language, f"Free at least {FREE_GIB:.0f} GiB.", f"{FREE_GIB:.0f} GiB 以上の空きを確保してください。"
        )
        return Check("disk", "warning", f"{free:.2f} GiB", fix)
    return Check("disk", "good", say(language, f"{free:.0f} GiB free", f"空き {free:.0f} GiB"))


def check_model(settings: Settings, language: str) -> Check:
    if settings.model.partition("?")[0] == "stand-in":
        note = say(language, "It looks at nothing; it is for tests.", "動作確認用で、映像は評価しません。")
        return Check("model", "warning", settings.model, note)
    folder = starter_folder() if settings.model == "starter" else Path(settings.model)
    if not folder.is_dir():
        found = say(language, f"{settings.model} (from a model hub)", f"{settings.model}(モデルハブ)")
        note = say(
            language,
            "It is downloaded at the first video; a folder on this machine needs no network.",
            "最初の動画でダウンロードされます。ローカルフォルダーならネットワークは不要です。",
        )
        return Check("model", "warning", found, note)
    weights = sum(p.stat().st_size for p in folder.glob("*.safetensors"))
    if not weights:
        fix = say(
            language,
            "Choose a folder with .safetensors files.",
            ".safetensors のあるフォルダーを指定してください。",
        )
        return Check("model", "bad", str(folder), fix)
    if settings.adapter and not Path(settings.adapter, "adapter_config.json").is_file():
        fix = say(language, "Correct 'adapter' in the settings.", "設定の adapter を修正してください。")
        return Check("model", "bad", settings.adapter, fix)
    # the adapter says what the two of them were taught, and the user what they are called
    spec = spec_of(folder, settings.model, adapter=Path(settings.adapter) if settings.adapter else None)
    found = f"{name_of(settings) or spec.name}, {weights / 2**20:.0f} MiB"
    if not spec.fine_tuned:
        note = say(
            language,
            "It was not taught on labels; its scores mean little until it is fine-tuned.",
            "ラベルで学習されていません。微調整するまでスコアは参考になりません。",
        )
        return Check("model", "warning", found, note)
    return Check("model", "good", found)


def check_spreadsheet(settings: Settings, language: str) -> Check:
    """Informs only: scoring needs no spreadsheet program."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if sys.platform == "win32":
        import winreg  # exists there only

        try:
            winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, "Excel.Application"))  # type: ignore[attr-defined,unused-ignore]
            return Check("spreadsheet", "good", "Microsoft Excel")
        except OSError:
            pass
    if office:
        return Check("spreadsheet", "good", f"LibreOffice ({office})")
    return Check(
        "spreadsheet", "good", say(language, "none on this machine (not needed)", "なし(必須ではありません)")
    )


def check_plug_ins(settings: Settings, language: str) -> Check:
    """Every plug-in is loaded, as the commands that use it do."""
    import importlib

    for module in ("xl_vqa.evaluation.metrics", "xl_vqa.training.schemes"):
        with contextlib.suppress(ImportError):  # without torch there are no schemes
            importlib.import_module(module)
    for entry in plug_ins.found(plug_ins.READERS):
        plug_ins.use(entry, lambda value: None)
    broken = plug_ins.left_out()
    names = [f"{one.name} ({plug_ins.package_of(one)})" for g in plug_ins.GROUPS for one in plug_ins.found(g)]
    if not broken:
        return Check("plug_ins", "good", ", ".join(names))
    fix = say(
        language,
        "Update or uninstall the package.",
        "パッケージを更新するか、アンインストールしてください。",
    )
    return Check("plug_ins", "warning", "; ".join(f"{one.name} ({one.package}): {one.why}" for one in broken), fix)


def check_rating(settings: Settings, language: str) -> Check:
    """The whole chain: one shipped clip, through the host of this user."""
    from xl_vqa.bridge.client import HostClient, Video

    clip = next(p for p in sorted(demo_clips_folder().iterdir()) if p.suffix == ".mp4")
    with HostClient(settings) as client:
        started = time.perf_counter()
        # anew, although it may be stored: this is about what works now
        (row,) = client.rate_all([Video(os.fspath(clip))], refresh=True)
        seconds = time.perf_counter() - started
    if isinstance(row, XlVqaError):
        return Check("rating", "bad", row.message(language), "xl-vqa host logs")
    band = band_by_key(row["band"]).name(language)
    return Check("rating", "good", f"{clip.name}: {row['label']} ({band}), {seconds:.1f} s")
