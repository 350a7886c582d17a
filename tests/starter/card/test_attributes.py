"""How often the right attribute is named, from answers that are known."""

from __future__ import annotations

from starter.card import attributes, tables
from starter.clips.attributes import ASKED
from starter.clips.clips import Clip
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution


def clip(defect: str, severity: int, group: str = "a") -> Clip:
    return Clip("x.mp4", group, group, "source", "test", defect, severity, 2.0, None, 64, 48, 25.0)


def answer(**low: int) -> dict[str, LabelDistribution]:
    return {name: LabelDistribution.from_joint(Scale(), {low.get(name, 48): 1.0}) for name in ASKED}


def test_shares_by_defect_and_what_was_named_instead() -> None:
    made = [
        (clip("blur", 5), answer(sharpness=12)),
        (clip("blur", 4, "b"), answer(noise=12, sharpness=20)),
        (clip("freeze", 4, "c"), answer(motion_smoothness=12)),
        # neither severe, single, taught nor damaged
        (clip("noise", 2), answer(colour=12)),
        (clip("combined", 5), answer(colour=12)),
        (clip("interlaced", 5), answer(colour=12)),
        (clip("clean", 0), answer(noise=40)),
    ]
    found = attributes.measure([one for one, _ in made], [one for _, one in made])
    named = found["named"]
    assert (named["n"], named["contents"]) == (3, 3)
    assert named["share"] == 2 / 3
    assert named["ci95"][0] <= 2 / 3 <= named["ci95"][1]
    assert named["by_defect"]["blur"] == {"n": 2, "share": 0.5, "instead": {"noise": 1}}
    assert (found["never_taught"]["n"], found["never_taught"]["share"]) == (1, 0.0)
    assert found["clean"]["noise"] == {"mean": 40.0, "lowest": 40.0}
    assert "| blur | 2 | 50.0% | noise 1 |" in tables.named_table(named)
    assert "| noise | 40.0 | 40.0 |" in tables.clean_attributes_table(found["clean"])
