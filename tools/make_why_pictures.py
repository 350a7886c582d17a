"""Makes the pictures of docs/why.md: ``python -m tools.make_why_pictures``. Needs Chromium and the extra ``test``.

A clip drawn by code, blocky in its left half from 3 to 4 s, is explained by the model in force; its page is
opened in Chromium, in English on a light and in Japanese on a dark screen.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from starter.pictures.drawn_pictures import draw
from xl_vqa.bridge.client import HostClient
from xl_vqa.why_page.page import why_page
from xl_vqa.why_page.player import player_beside
from xl_vqa.words.settings import Settings

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
PICTURE, FPS, SECONDS = 25, 25, 8
SIZE = (640, 360)
BLOCK = 16
SHOTS = (("en", "light"), ("ja", "dark"))
COLOURS = 128


def make_clip(path: Path) -> None:
    """A slow pan over a drawn picture."""
    wide = np.asarray(draw(PICTURE).convert("RGB").resize((960, 600), Image.Resampling.LANCZOS))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS), options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(FPS * SECONDS):
            left, top = number, 60 + number // 2
            frame = wide[top : top + SIZE[1], left : left + SIZE[0]].copy()
            if 3 <= number / FPS < 4:
                half = frame[:, : SIZE[0] // 2]
                coarse = half[::BLOCK, ::BLOCK].repeat(BLOCK, 0).repeat(BLOCK, 1)
                half[:] = coarse[: half.shape[0], : half.shape[1]]
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("Chromium is needed: apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        folder = Path(name)
        make_clip(folder / "clip.mp4")
        # a host of its own: one that is stored tells how long it took another day
        with HostClient(Settings(home=folder / "home")) as client:
            made = client.explain(str(folder / "clip.mp4"))
            client.stop()
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for language, scheme in SHOTS:
            file = folder / f"{language}.html"
            player = player_beside(made, file, language)
            # not the folder of one run
            named = replace(made, rating=replace(made.rating, path="/videos/clip.mp4"))
            file.write_text(why_page(named, language, player=player), encoding="utf-8")
            page = browser.new_page(viewport={"width": 900, "height": 700}, color_scheme=scheme)
            page.goto(file.as_uri())
            page.evaluate("document.querySelector('a[data-s]').click()")
            page.wait_for_function(
                "() => { const v = document.querySelector('video'); return v.readyState > 1 && !v.seeking }"
            )
            # the sign of loading fades
            page.wait_for_timeout(1500)
            page.evaluate("scrollTo(0, 0)")
            shot = folder / "shot.png"
            page.screenshot(path=shot, full_page=True)
            picture = Image.open(shot).convert("RGB").quantize(COLOURS)
            picture.save(FOLDER / f"why.{language}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
