"""A bundle for support is searched for everything that could name a person, a machine or a video."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import pytest

from tests import media
from tests.host.helpers import cleaned_up, settings_for, variant
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.team_access import Access, write_access
from xl_vqa.cli.redaction import HIDDEN, Redaction
from xl_vqa.host.logs import JsonLines
from xl_vqa.team.people import People
from xl_vqa.words.errors import VideoUnreadableError
from xl_vqa.words.reasons import Detail

USER, MACHINE = "katsura", "kaede-pc"
# what stands nowhere in the store, as a video that could not even be hashed
STRANGE = (
    "/net/nas-7/Übergabe Müller GmbH/angebot final.mp4",
    "Z:\\機密\\買収 計画.mov",
    "\\\\sv01\\Fusion\\x y.mkv",
)


def everything(bundle: Path) -> str:
    with zipfile.ZipFile(bundle) as archive:
        parts = [archive.read(name).decode("utf-8") for name in archive.namelist()]
        return unicodedata.normalize("NFC", "\n".join([*archive.namelist(), *parts]))


def secret_words(*more: str) -> list[str]:
    return [USER, MACHINE, "Übergabe", "Müller", "angebot", "機密", "買収", "sv01", "Fusion", "nas-7", *more]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nobody_is_named_in_any_part_of_a_bundle(tmp_path: Path, language: str) -> None:
    user = tmp_path / "home" / USER
    home = user / "data" / "xl_vqa"
    home.mkdir(parents=True)
    videos = user / "Vertrag 2027" / "極秘"
    videos.mkdir(parents=True)
    clip = media.make_clip(tmp_path / "base.mp4", 96, 64, 8)
    named = [variant(clip, videos / name, n) for n, name in enumerate(("redwing merger.mp4", "合併 案.mp4"))]
    broken = videos / "never seen falcon.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(300))
    settings = settings_for(home, language=language)
    token = "Zk3-verysecretverysecret_verysecret-0123456"
    with cleaned_up(settings), HostClient(settings) as client:
        client.rate_all([Video(str(path), "a walrus in Osaka 大阪") for path in (*named, broken)])
        log = settings.log_file
        with log.open("a", encoding="utf-8") as file:
            for path in (*STRANGE, str(broken)):
                error = VideoUnreadableError(path=path, problem=Detail(f"[Errno 5] bad: '{path}'"))
                file.write(f"2026-01-02 03:04:05,678 ERROR 1 main xl_vqa.host: {error.message(language)}\n")
                file.write(f"2026-01-02 03:04:05,678 INFO 1 main xl_vqa.host: rated {path} for {USER}@{MACHINE}\n")
                file.write(f'Traceback (most recent call last):\n  File "{user}/lib/x.py", line 3, in f\n')
                file.write(f'  File "/opt/v/site-packages/av/container.py", line 9\nOSError: {path} {token}\n')
                record = logging.makeLogRecord({"msg": f"lost {path} of 10.1.2.3", "levelname": "ERROR"})
                file.write(JsonLines().format(record) + "\n")
        (home / "logs" / f"{USER}.log").write_text("2026-01-02 03:04:05,678 INFO walrus\n")
        (home / "settings.toml").write_text(f'adapter = "{user}/models/projekt-orion"\nkeep_days = 7\n')
        write_access(settings, Access("https://gpu.orion.example:8443", "ab" * 32, token))
        People(home / "team" / "people.json").add("Katsura Tarou", days=3)
        bundle = tmp_path / "bundle.zip"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("XL_VQA_")}
        environment |= {"XL_VQA_HOME": str(home), "XL_VQA_LANGUAGE": language, "XL_VQA_MODEL": "stand-in"}
        environment |= {
            "HOME": str(user),
            "USER": USER,
            "LOGNAME": USER,
            "HOSTNAME": MACHINE,
            "COMPUTERNAME": MACHINE,
        }
        environment |= {
            "XL_VQA_SHARED_STORE": "postgresql://hayabusa@db.orion.example/ratings",
            "API_KEY": "k-narwhal",
        }
        done = subprocess.run(
            [sys.executable, "-m", "xl_vqa", "doctor", "--quick", "--bundle", str(bundle)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert bundle.exists(), done.stderr
    text = everything(bundle)
    more = [
        "redwing",
        "merger",
        "合併",
        "falcon",
        "極秘",
        "Vertrag",
        "walrus",
        "Osaka",
        "大阪",
        "orion",
        "hayabusa",
    ]
    more += ["narwhal", "verysecret", "Tarou", "10.1.2.3", str(tmp_path), str(user), "ab" * 16]
    host_token = [one for one in text.split() if len(one) > 40 and one.isalnum()]
    assert host_token == []
    for word in secret_words(*more):
        assert word.casefold() not in text.casefold(), (
            word,
            [row for row in text.splitlines() if word in row][:3],
        )
    # and it is of use: levels, modules, lines of a traceback, settings, counts
    for word in (
        "ERROR",
        "xl_vqa.host",
        "Traceback (most recent call last)",
        "site-packages/av/container.py",
        "OSError",
    ):
        assert word in text, word
    with zipfile.ZipFile(bundle) as archive:
        told = json.loads(archive.read("settings.json"))
        assert told["keep_days"] == {"value": 7, "from": "file"}
        assert told["adapter"] == {"value": HIDDEN, "from": "file"}
        assert told["language"]["value"] == language
        assert json.loads(archive.read("store.json"))["rows"]["ratings"] == 2
        assert "numpy" in archive.read("packages.txt").decode()


@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        (["al"], "already al, AL and al_al", f"already {HIDDEN} and {HIDDEN}"),
        ([], "the video /a/b c/d e.mp4: could not be read", f"the video {HIDDEN}: could not be read"),
        ([], "File C:\\Users\\x y\\z.mov is empty", f"File {HIDDEN} is empty"),
        ([], "listening on port 8443, version 0", "listening on port 8443, version 0"),
        ([], "asked by aqxwz", f"asked by {HIDDEN}"),
    ],
)
def test_what_is_left_of_a_line(secrets: list[str], text: str, shown: str) -> None:
    assert Redaction(secrets).text(text) == shown
