"""Whether every machine of a cluster would give this one's scores: version, model, and the folders of the videos.

``look`` is sent to the machines as code, for one without this program has nothing that could be called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xl_vqa import __version__
from xl_vqa.cluster.errors import ClusterError, ClusterNodeError
from xl_vqa.cluster.rows import settings_for_workers
from xl_vqa.cluster.worker import other_model
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.reasons import Detail, Reason, because
from xl_vqa.words.settings import Settings

ANSWER_S: Final = 120.0
"""A machine's Python starts and reads the model's hashes within this time, or is told as silent."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a cluster has, and how it is shared out: ``workers`` of ``cpus`` and ``gpus`` each."""

    machines: int
    workers: int
    cpus: float
    gpus: float

    @property
    def threads(self) -> int:
        return max(1, int(self.cpus))

    @classmethod
    def of(cls, nodes: Sequence[Mapping[str, Any]], settings: Settings, workers: int | None = None) -> Room:
        """A worker for each GPU; without any, one for two CPUs. ``nodes`` as ``ray.nodes()`` tells them.

        Raises ClusterError where there is no machine, or the settings ask for a GPU and there is none.
        """
        up = [node["Resources"] for node in nodes if node.get("Alive")]
        if not up:
            raise ClusterError(problem="cluster_no_machine")
        cards = sum(int(one.get("GPU", 0)) for one in up)
        cpus = int(sum(one.get("CPU", 0) for one in up))
        kind = settings.device.partition(":")[0]
        if cards and kind in ("auto", "cuda"):
            return cls(len(up), workers or cards, 1, 1)
        if kind == "cuda":
            raise ClusterError(problem=Reason("cluster_no_card", device=settings.device))
        count = workers or max(1, cpus // 2)
        # never more than the smallest machine has, or a worker would wait without an end
        smallest = min(int(one.get("CPU", 0)) for one in up if one.get("CPU", 0) >= 1) if cpus else 1
        return cls(len(up), count, max(1, min(cpus // count, smallest)), 0)


def look(values: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """On one machine: its name, xl_vqa's version, the model's fingerprint as far as it is known, and how the
    ``paths`` look."""
    # nothing of this file is there where xl_vqa is not
    import socket

    found: dict[str, Any] = {"node": socket.gethostname()}
    try:
        from xl_vqa import __version__ as version
    except ImportError as error:
        return found | {"missing": str(error)}
    found["version"] = version
    try:
        from xl_vqa.cluster.rows import seen, settings_here
        from xl_vqa.host.patience import Patience
        from xl_vqa.vlm.identity import identify
        from xl_vqa.words.errors import XlVqaError
    except ImportError as error:
        return found | {"broken": str(error)}
    try:
        known = identify(settings_here(values))
        found["fingerprint"] = None if known is None else known.fingerprint
        found["spec"] = None if known is None else known.spec.to_dict()
    except XlVqaError as error:
        found["error"] = error.to_dict()
    facts = Patience(10.0).look_at_all(paths)
    found["seen"] = {path: None if isinstance(one, XlVqaError) else seen(one) for path, one in facts.items()}
    return found


def check_nodes(ray: Any, settings: Settings, room: Room, samples: Mapping[str, str]) -> dict[str, Any] | None:
    """The model as all machines know it: ``fingerprint`` and ``spec``; None where only loading it tells.

    ``samples`` are some of the videos' paths, each with how it looks here (``rows.seen``). Raises ClusterNodeError
    for the first machine that would not give this one's scores.
    """
    values = settings_for_workers(settings, gpu=room.gpus > 0, threads=room.threads)
    told = _ask_all(ray, values, list(samples), kind="GPU" if room.gpus else "CPU")
    answers = [checked(found, samples, settings) for found in told]
    marks = {found["fingerprint"] for found in answers}
    if None in marks:
        return None
    first = answers[0]
    for found in answers[1:]:
        if found["fingerprint"] != first["fingerprint"]:
            raise other_model(settings, found["fingerprint"], first["fingerprint"], found["node"])
    return {"fingerprint": first["fingerprint"], "spec": first["spec"]}


def checked(found: dict[str, Any], samples: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    """What one machine said, if it would score as this one. Raises ClusterNodeError."""

    def wrong(key: str, **params: Any) -> ClusterNodeError:
        return ClusterNodeError(node=found["node"], problem=Reason(key, **params))

    if "missing" in found:
        raise wrong("cluster_no_package", detail=Detail(found["missing"]), version=__version__)
    if "broken" in found or found["version"] != __version__:
        raise wrong("cluster_version", found=found["version"], version=__version__)
    if "error" in found:
        raise wrong("cluster_model_unusable", detail=because(from_dict(found["error"])))
    for path, mark in samples.items():
        there = found["seen"].get(path)
        if there is None:
            raise wrong("cluster_folder", path=path)
        if there != mark:
            raise wrong("cluster_other_file", path=path)
    return found


def _ask_all(ray: Any, values: Mapping[str, Any], paths: Sequence[str], *, kind: str) -> list[dict[str, Any]]:
    """What ``look`` finds on every machine that has resources of the ``kind``."""
    from ray import cloudpickle
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    import xl_vqa.cluster.nodes as here

    cloudpickle.register_pickle_by_value(here)
    try:
        task = ray.remote(look)
        asked = []
        for node in ray.nodes():
            if node["Alive"] and node["Resources"].get(kind, 0) > 0:
                where = NodeAffinitySchedulingStrategy(node_id=node["NodeID"], soft=False)
                call = task.options(num_cpus=0, scheduling_strategy=where, max_retries=1)
                asked.append((node["NodeManagerHostname"], call.remote(values, paths)))
        return [_answer_of(ray, name, reference) for name, reference in asked]
    finally:
        cloudpickle.unregister_pickle_by_value(here)


def _answer_of(ray: Any, node: str, reference: Any) -> dict[str, Any]:
    try:
        return dict(ray.get(reference, timeout=ANSWER_S))
    except Exception as error:
        raise ClusterNodeError(node=node, problem=Detail.named(error)) from error
