"""The host's figures, read by Prometheus' own parser."""

from __future__ import annotations

import http.client
import math
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.host.test_http import Caller
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.start import find
from xl_vqa.host.metrics import BUCKETS_S, Family, Histogram, rendered
from xl_vqa.words.settings import Settings


def test_a_scrape_of_a_real_host(client: HostClient, settings: Settings, clip_folder: list[Path]) -> None:
    client.rate_all([Video(str(path)) for path in clip_folder[:3]] + [Video("/gone/away.mp4")])
    state = find(settings)
    assert state is not None
    caller = Caller(state)
    assert caller("GET", "/metrics", headers={"Authorization": None})[0] == 401
    with closing(http.client.HTTPConnection("127.0.0.1", state.port, timeout=30)) as line:
        line.request("GET", "/metrics", headers={"Authorization": f"Bearer {state.token}"})
        answer = line.getresponse()
        assert "text/plain; version=0.0.4" in str(answer.getheader("Content-Type"))
        body = answer.read().decode()
    families = {one.name: one for one in text_string_to_metric_families(body)}
    assert families["xl_vqa_videos_rated"].samples[0].value == 3
    states = {sample.labels["state"]: sample.value for sample in families["xl_vqa_queue_videos"].samples}
    assert states == {"queued": 0, "decoding": 0, "rating": 0}
    for family in families.values():
        assert family.documentation
        assert family.type in ("counter", "gauge")
        assert family.name.startswith("xl_vqa_")
    for word in ("clip0", "away", str(settings.home), "stand-in"):
        assert word not in body


def test_a_histogram_adds_up_and_labels_are_escaped() -> None:
    times = Histogram()
    for seconds in (0.001, 0.02, 0.02, 3.0, 1000.0):
        times.observe({"route": 'a"b\\c\nd'}, seconds)
    (family,) = text_string_to_metric_families(rendered([times.family("x_seconds", "One\nline \\ of help")]))
    assert family.documentation == "One\nline \\ of help"
    buckets = {one.labels["le"]: one.value for one in family.samples if one.name == "x_seconds_bucket"}
    assert list(map(float, buckets)) == [*BUCKETS_S, math.inf]
    assert list(buckets.values()) == [1, 3, 3, 3, 3, 4, 4, 5]
    assert {one.labels["route"] for one in family.samples} == {'a"b\\c\nd'}
    totals = {one.name: one.value for one in family.samples if not one.name.endswith("bucket")}
    assert totals == {"x_seconds_sum": pytest.approx(1003.041), "x_seconds_count": 5}


def test_numbers_are_whole_where_they_can_be() -> None:
    text = rendered([Family("x", "gauge", "h", [({}, 3), ({"a": "1"}, 0.25), ({"a": "2"}, True)])])
    assert text.splitlines()[2:] == ["x 3", 'x{a="1"} 0.25', 'x{a="2"} 1']
