#!/usr/bin/env bash
# PyAV 18.1.0 (its wheel's SVT-AV1 4.1.0), Linux, as root: encoding AV1 leaves the caller at real-time priority.
#
# The first frame that is encoded with libsvtav1 puts the calling thread under SCHED_FIFO with the highest priority,
# 99, where the process may do that. Nothing says so, closing the file does not take it back, and every thread and
# process that is started later inherits it. x264 and libvpx change nothing.
# Seen output:
#   before      OTHER 0
#   libx264     OTHER 0
#   libvpx-vp9  OTHER 0
#   libsvtav1   FIFO 99
#   a child     FIFO 99
# Why it matters: a test suite or a service that once made an AV1 clip runs its servers, browsers and tools ahead of
# everything else on the machine. Two of them that wait in turns on two cores leave no time for the threads that they
# wait for: minutes of standing still that no profile of the program explains. Who encodes keeps the policy and sets
# it again. Exits 1 where this has changed; without the right to raise a priority it says so and exits 0.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q av==18.1.0 numpy==2.4.6
cd "$work"
SVT_LOG=0 "$work/venv/bin/python" - <<'PYTHON'
import os
import subprocess
import sys

import av
import numpy as np

NAMES = {os.SCHED_OTHER: "OTHER", os.SCHED_FIFO: "FIFO", os.SCHED_RR: "RR"}
TELL = "import os; print(os.sched_getscheduler(0), os.sched_getparam(0).sched_priority)"


def priority():
    return NAMES[os.sched_getscheduler(0)], os.sched_getparam(0).sched_priority


def child():
    policy, number = subprocess.run([sys.executable, "-c", TELL], capture_output=True, text=True).stdout.split()
    return NAMES[int(policy)], int(number)


def encode(codec):
    with av.open("clip.mp4", "w") as file:
        stream = file.add_stream(codec, rate=10)
        stream.width = stream.height = 128
        stream.pix_fmt = "yuv420p"
        for number in range(3):
            picture = np.full((128, 128, 3), number * 20, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return priority()


try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
except PermissionError:
    print("this user may not raise a priority: nothing to see")
    sys.exit()

seen = {"before": priority()}
for codec in ("libx264", "libvpx-vp9", "libsvtav1"):
    seen[codec] = encode(codec)
seen["a child"] = child()
os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
for name, (policy, number) in seen.items():
    print(f"{name:11} {policy} {number}")
usual, raised = ("OTHER", 0), ("FIFO", 99)
expected = {"before": usual, "libx264": usual, "libvpx-vp9": usual, "libsvtav1": raised, "a child": raised}
sys.exit(seen != expected)
PYTHON
