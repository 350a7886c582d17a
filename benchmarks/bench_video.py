"""What decord and PyAV make of each format, on frames that carry their own number; the table of docs/video.md.

    python -m benchmarks.bench_video [--repeats 3]

decord is asked directly here, without the checks that keep formats away from it in the product, and in a process
of its own, because it ends the process on some files and hangs on others. Times are medians of reading eight
frames from a clip of 300, with opening.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.table import print_table
from tests.media import cut, damage, frame_number, make_clip, set_rotation
from xl_vqa.video.read import Clip, read_frames
from xl_vqa.video.sample import plan_frames
from xl_vqa.words.errors import VideoError
from xl_vqa.words.model_spec import Sampling

SAMPLING = Sampling(8)
FRAMES = 300
FORMATS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("H.264 in MP4", "a.mp4", {}),
    ("H.264, B-frames, MP4", "b.mp4", {"b_frames": 3, "gop": 48}),
    ("H.264 in MOV", "a.mov", {}),
    ("H.264 in Matroska", "a.mkv", {}),
    ("H.264 in MPEG-TS", "a.ts", {"b_frames": 3}),
    ("H.264 in FLV", "a.flv", {}),
    ("H.264, 10 bits", "ten.mp4", {"pixel_format": "yuv420p10le"}),
    ("H.264, 321 x 241", "odd.mp4", {"width": 321, "height": 241}),
    ("H.264, turned by 90 degrees", "turned.mp4", {}),
    ("HEVC in MP4", "hevc.mp4", {"codec": "libx265"}),
    ("HEVC, 10 bits", "hevc10.mp4", {"codec": "libx265", "pixel_format": "yuv420p10le"}),
    ("AV1 in MP4", "av1.mp4", {"codec": "libsvtav1"}),
    ("AV1 in WebM", "av1.webm", {"codec": "libsvtav1"}),
    ("VP9 in WebM", "vp9.webm", {"codec": "libvpx-vp9"}),
    ("VP8 in WebM", "vp8.webm", {"codec": "libvpx"}),
    ("MPEG-4 Part 2 in MP4", "part2.mp4", {"codec": "mpeg4"}),
    ("MPEG-4 Part 2, B-frames, AVI", "part2.avi", {"codec": "mpeg4", "b_frames": 2}),
    ("MPEG-2 in MPEG-PS", "a.mpg", {"codec": "mpeg2video", "b_frames": 2}),
    ("MPEG-2 in MXF", "a.mxf", {"codec": "mpeg2video"}),
    ("WMV 8", "a.wmv", {"codec": "wmv2"}),
    ("Motion JPEG in AVI", "mjpeg.avi", {"codec": "mjpeg"}),
    ("ProRes in MOV", "prores.mov", {"codec": "prores_ks"}),
    ("FFV1 in Matroska", "ffv1.mkv", {"codec": "ffv1"}),
    ("GIF", "a.gif", {"codec": "gif", "fps": 10}),
    ("H.264 in MP4, cut at 60%", "cut.mp4", {"container_options": {"movflags": "+faststart"}}),
    ("H.264 in MP4, damaged", "damaged.mp4", {}),
)


def direct(path: str, repeats: int) -> dict[str, Any]:
    """decord alone: frames it counts, numbers it shows, where its pictures are, milliseconds."""
    import decord

    decord.logging.set_level(decord.logging.QUIET)
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        reader = decord.VideoReader(path, ctx=decord.cpu(0), num_threads=1)
        plan = [min(number, len(reader) - 1) for number in plan_frames(FRAMES, SAMPLING)]
        pictures = reader.get_batch(plan).asnumpy()
        spent.append(1000 * (time.perf_counter() - start))
    np.save(path + ".npy", pictures)
    return {
        "count": len(reader),
        # decord turns the picture as a player does; the number is read off it upright
        "shown": [frame_number(np.rot90(p, 1) if Path(path).name.startswith("turned") else p) for p in pictures],
        "times": [float(reader.get_frame_timestamp(number)[0]) for number in plan],
        "ms": statistics.median(spent),
    }


def by_decord(path: Path, fps: float, ours: Clip | None, repeats: int) -> tuple[str, str, str]:
    """In words: what decord gives, whether to the bit what PyAV gives, and its time."""
    command = [sys.executable, "-m", "benchmarks.bench_video", "--direct", str(path), "--repeats", str(repeats)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return "hangs", "-", "-"
    if done.returncode < 0:
        return f"ends the process (signal {-done.returncode})", "-", "-"
    if done.returncode:
        return "cannot read it", "-", "-"
    found = json.loads(done.stdout.splitlines()[-1])
    plan = plan_frames(FRAMES, SAMPLING)
    wrong = sum(a != b for a, b in zip(found["shown"], plan, strict=True))
    late = max(abs(t - found["times"][0] - (n - plan[0]) / fps) for t, n in zip(found["times"], plan, strict=True))
    faults = [f"{found['count']} frames counted"] if found["count"] != FRAMES else []
    faults += [f"{wrong} of {len(plan)} frames wrong"] if wrong else []
    faults += [f"times off by up to {late:.2f} s"] if late > 0.5 / fps else []
    same = "-"
    if ours is not None and found["count"] == FRAMES and not wrong:
        theirs = np.load(str(path) + ".npy")
        if theirs[0].shape != ours.frames[0].shape:
            same = "another shape"
        else:
            most = max(int(np.abs(a.astype(int) - b).max()) for a, b in zip(theirs, ours.frames, strict=True))
            same = "yes" if most == 0 else f"no, up to {most} levels"
    return "; ".join(faults) or "exact", same, f"{found['ms']:.0f}"


def by_pyav(path: Path, repeats: int, turned: bool) -> tuple[str, Clip | None, str]:
    """In words: what the product's PyAV reader gives; the clip; its time."""
    spent = []
    try:
        for _ in range(repeats):
            start = time.perf_counter()
            clip = read_frames(path, SAMPLING)
            spent.append(1000 * (time.perf_counter() - start))
    except VideoError as error:
        return error.code, None, "-"
    upright = [np.rot90(picture, 1) if turned else picture for picture in clip.frames]
    wrong = sum(frame_number(p) != n for p, n in zip(upright, clip.used.indices, strict=True))
    words = [f"{wrong} of {len(upright)} frames wrong"] if wrong else ["exact"]
    words += [f"{clip.used.frame_count} frames"] if clip.used.frame_count != FRAMES else []
    return (
        ", ".join(words + [w.removeprefix("warning_") for w in clip.warnings]),
        clip,
        f"{statistics.median(spent):.0f}",
    )


def row(title: str, name: str, options: dict[str, Any], folder: Path, repeats: int) -> tuple[str, ...]:
    path = make_clip(folder / name, **{"width": 640, "height": 360, "frames": FRAMES, **options})
    if name.startswith("turned"):
        set_rotation(path, 90)
    if name.startswith("cut"):
        path = cut(path, folder / "shorter.mp4", 0.6)
    if name.startswith("damaged"):
        path = damage(path, folder / "hurt.mp4", flips=40, seed=3, start=0.2, end=0.9)
    pyav, clip, pyav_ms = by_pyav(path, repeats, name.startswith("turned"))
    decord, same, decord_ms = by_decord(path, options.get("fps", 30), clip, repeats)
    try:
        chosen = read_frames(path, SAMPLING, decoder="decord").used.decoder
    except VideoError:
        chosen = "-"
    return title, decord, pyav, same, decord_ms, pyav_ms, chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--direct", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.direct:
        print(json.dumps(direct(options.direct, options.repeats)))
        return
    with tempfile.TemporaryDirectory() as folder:
        columns = [
            "format",
            "decord alone",
            "our PyAV reader",
            "same bits",
            "decord ms",
            "PyAV ms",
            "read by, where decord is asked for",
        ]
        rows = (row(*entry, Path(folder), options.repeats) for entry in FORMATS)
        print_table(f"Eight of {FRAMES} frames, 640 x 360", columns, rows)


if __name__ == "__main__":
    main()
