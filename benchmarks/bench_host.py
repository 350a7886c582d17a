"""How fast the host answers what it has stored, and what it weighs without a model.

    python -m benchmarks.bench_host [--stored 10000] [--requests 300] [--clients 64]

The store is filled through its own code with ratings of files that exist (their content is a line of text: a
stored rating never opens the file). Clients are threads of one process with a connection each, so with many
of them the clients' own Python takes part of the same cores. The cold start uses the stand-in model: it is
the host's own share of a first score, without loading weights.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path

import psutil

from benchmarks.table import Target, peak_memory, print_table, print_targets
from tests import media
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.host.files import look_at
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.stored_rows import NewRating
from xl_vqa.host.views import View, summary_json
from xl_vqa.vlm.identity import identify
from xl_vqa.words.model_spec import ModelSpec, settings_key
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating
from xl_vqa.words.settings import Settings


def fill(settings: Settings, folder: Path, count: int) -> list[Video]:
    """Files, and a stored rating for each."""
    identity = identify(settings)
    assert identity is not None
    spec: ModelSpec = identity.spec
    rng = random.Random(1)
    frames = FramesUsed(
        tuple(range(8)), tuple(n / 4 for n in range(8)), 1280, 720, 300, 10.0, 30.0, "decord", "h264"
    )
    view = View.of(settings)
    store = Store(settings.store_file)
    videos, new = [], []
    folder.mkdir()
    for number in range(count):
        path = folder / f"製品紹介_{number:05d}.mp4"
        path.write_text(f"clip {number}")
        masses = {label: rng.random() ** 4 for label in spec.scale.labels}
        total = sum(masses.values())
        distribution = LabelDistribution.from_joint(spec.scale, {k: v / total for k, v in masses.items()})
        rating = Rating(
            str(path),
            distribution,
            frames,
            f"b2:{number:064x}",
            spec.name,
            identity.fingerprint,
            settings_key(spec, None),
            rated_at="2026-01-01T00:00:00+00:00",
        )
        new.append(NewRating(rating, view.key, summary_json(rating, view)))
        # the flag says the file was long unchanged when it was hashed, as after any pause for coffee
        store.remember_file(str(path), KnownFile(look_at(str(path)).stat_key, rating.video_fingerprint, True))
        videos.append(Video(str(path)))
    store.save(new)
    store.close()
    return videos


def single_answers(
    settings: Settings, videos: list[Video], clients: int, requests: int
) -> tuple[list[float], float]:
    """Seconds of each request for one stored video, and of the whole run."""
    times: list[float] = []
    barrier = threading.Barrier(clients + 1)

    def work(seed: int) -> None:
        rng = random.Random(seed)
        own = []
        with HostClient(settings) as client:
            client.rate(videos[:1])
            barrier.wait()
            for _ in range(requests):
                video = rng.choice(videos)
                start = time.perf_counter()
                (answer,) = client.rate([video])
                own.append(time.perf_counter() - start)
                assert answer.status == "done", answer
        times.extend(own)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(clients)]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - start


def all_at_once(settings: Settings, videos: list[Video], repeats: int, **options: bool) -> list[float]:
    """Seconds of one request for all videos, answer parsed."""
    times = []
    with HostClient(settings) as client:
        for _ in range(repeats):
            start = time.perf_counter()
            answers = client.rate(videos, **options)
            times.append(time.perf_counter() - start)
            assert all(answer.status == "done" for answer in answers)
    return times


def cold_start(folder: Path) -> dict[str, float]:
    """A host that does not run yet to the first score of a small clip by the stand-in."""
    clip = media.make_clip(folder / "clip.mp4", 320, 240, 60)
    settings = Settings.load(home=folder / "cold", model="stand-in")
    with HostClient(settings) as client:
        start = time.perf_counter()
        client.ensure_running()
        up = time.perf_counter()
        (result,) = client.rate_all([Video(str(clip))])
        done = time.perf_counter()
        assert isinstance(result, dict), result
        client.stop()
    return {"host answers after": up - start, "first score after (stand-in)": done - start}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stored", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--clients", type=int, default=64)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings.load(home=folder / "home", model="stand-in")
        settings.home.mkdir()
        videos = fill(settings, folder / "videos", options.stored)
        with HostClient(settings) as client:
            client.ensure_running()
            status = client.status()
            assert status is not None
            process = psutil.Process(status["pid"])
            light = process.memory_info().rss
            rows, medians = [], []
            for clients in (1, options.clients):
                count = max(options.requests if clients == 1 else options.requests // 5, 10)
                times, seconds = single_answers(settings, videos, clients, count)
                rows.append(
                    (
                        f"{clients} client{'s' if clients > 1 else ''}, one stored video a request",
                        f"{statistics.median(times) * 1000:.2f}",
                        f"{percentile(times, 0.99) * 1000:.2f}",
                        f"{len(times) / seconds:.0f}",
                    )
                )
                medians.append(statistics.median(times) * 1000)
            print_table("Stored ratings", ["what", "median ms", "p99 ms", "requests/s"], rows)
            many = all_at_once(settings, videos, 5)
            other = Settings.load(home=settings.home, model="stand-in", decoding="median")
            first = all_at_once(other, videos, 1)
            detail = all_at_once(settings, videos, 1, detail=True)
            print_table(
                f"{options.stored} stored ratings in one request",
                ["what", "seconds"],
                [
                    ("summaries, median of 5", f"{statistics.median(many):.3f}"),
                    ("summaries, slowest of 5", f"{max(many):.3f}"),
                    ("summaries in a decoding never asked before", f"{first[0]:.3f}"),
                    ("with distributions and frames", f"{detail[0]:.3f}"),
                ],
            )
            rows = [("just started", f"{light / 2**20:.1f}")]
            heavy = process.memory_info().rss
            rows.append(("after all of the above", f"{heavy / 2**20:.1f}"))
            peak = peak_memory(process.pid)
            if peak is not None:
                rows.append(("at its peak", f"{peak / 2**20:.1f}"))
            print_table("Host without a model", ["when", "RSS MiB"], rows)
            client.stop()
        targets = [
            Target("stored rating, one client, median", "ms", 5, medians[0]),
            Target(f"{options.stored} stored ratings in one request", "s", 2, statistics.median(many)),
            Target("host without a model, just started", "MB", 100, light / 1e6),
            Target("host without a model, after all of the above", "MB", 100, heavy / 1e6),
        ]
        starts = cold_start(folder)
        print_table("Cold start", ["what", "seconds"], [(k, f"{v:.2f}") for k, v in starts.items()])
        print_targets(targets)


if __name__ == "__main__":
    main()
