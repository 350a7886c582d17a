"""Defects that people were asked about: at their levels each does what its name says, and more at each level."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from starter.clips import defects, defects_people, human_opinion
from starter.clips.defects import ASKED, BY_NAME, DEFECTS, Defect
from starter.clips.encoder import Frames

BENT = {"color_saturation_2"}
"""Their first level leaves the picture as it is."""


def picture(height: int = 384, width: int = 512, frames: int = 2) -> Frames:
    """Coloured blobs with edges and some texture, standing still."""
    rng = np.random.default_rng(3)
    coarse = ndimage.zoom(rng.uniform(0, 255, (height // 48, width // 48, 3)), (48, 48, 1), order=1)
    grid = np.pad(coarse, ((0, height - coarse.shape[0]), (0, width - coarse.shape[1]), (0, 0)), mode="edge")
    grid[:, width // 2 :] = 255 - grid[:, width // 2 :]
    grid += 12 * rng.standard_normal((height, width, 1))
    return np.repeat(np.clip(grid, 0, 255).astype(np.uint8)[None], frames, axis=0)


SHOWN = picture()


def made(name: str, severity: float, frames: Frames = SHOWN, seed: int = 0) -> Frames:
    defect = BY_NAME[name]
    assert defect.change is not None
    return defect.change(frames, defects.level_at(defect, severity), np.random.default_rng(seed))


def changed(before: Frames, after: Frames) -> float:
    return float(np.sqrt(np.square(before.astype(float) - after).mean()))


@pytest.mark.parametrize("defect", ASKED, ids=lambda d: d.name)
def test_each_level_changes_more_and_keeps_the_form(defect: Defect) -> None:
    found = []
    for severity in (1, 3, 5):
        after = made(defect.name, severity)
        assert (after.shape, after.dtype) == (SHOWN.shape, np.uint8)
        found.append(changed(SHOWN, after))
    assert found == sorted(found)
    assert found[0] > 0 or defect.name in BENT | {"gaussian_blur", "motion_blur"}
    assert found[2] > found[0] + 1


@pytest.mark.parametrize("defect", ASKED, ids=lambda d: d.name)
def test_what_goes_in_stays_as_it_is(defect: Defect) -> None:
    kept = SHOWN.copy()
    made(defect.name, 5)
    assert (kept == SHOWN).all()


@pytest.mark.parametrize("defect", ASKED, ids=lambda d: d.name)
def test_labels_are_people_s_means(defect: Defect) -> None:
    means, _ = human_opinion.stills()[defect.name]
    for level, mean in enumerate(means, start=1):
        assert defects.table_mos(defect, level) == pytest.approx(mean)
    between = defects.table_mos(defect, 3.5)
    assert between == pytest.approx((means[2] + means[3]) / 2)
    assert defect.origin == "people"
    assert defect not in DEFECTS


def test_noise_has_the_variance_of_its_level() -> None:
    grey = np.full((2, 200, 200, 3), 128, np.uint8)
    for severity, variance in ((1, 0.001), (5, 0.01)):
        noise = made("white_noise", severity, grey).astype(float) / 255
        assert noise.var() == pytest.approx(variance, rel=0.05)
    black = np.zeros((1, 64, 64, 3), np.uint8)
    assert made("multiplicative_noise", 5, black).max() == 0
    hit = made("impulse_noise", 5, grey)
    assert (hit != 128).mean() == pytest.approx(0.03, rel=0.1)
    assert set(np.unique(hit)) == {0, 128, 255}


def test_noise_is_new_in_every_frame_and_the_rest_stands_still() -> None:
    for name in ("white_noise", "white_noise_ycbcr", "impulse_noise", "multiplicative_noise"):
        first, second = made(name, 4)
        assert (first != second).any(), name
    for name in ("jitter", "color_block", "motion_blur", "pixelate", "jpeg"):
        first, second = made(name, 4)
        assert (first == second).all(), name


def test_blur_grows_with_the_picture() -> None:
    small, large = picture(192, 256), picture(768, 1024)
    reach = []
    for frames in (small, large):
        point = np.zeros_like(frames)
        height, width = frames.shape[1:3]
        point[:, height // 2, width // 2] = 255
        reach.append(int((made("lens_blur", 3, point)[0, ..., 0] > 0).any(0).sum()) / width)
    assert reach[0] == pytest.approx(reach[1], rel=0.2)


@pytest.mark.parametrize("length", [1, 2, 4, 6, 10, 13.5])
@pytest.mark.parametrize("angle", [0.0, 0.4, np.pi / 2, 2.0])
def test_a_line_has_sum_one_and_its_length(length: float, angle: float) -> None:
    kernel = defects_people.line(length, angle)
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    assert kernel.shape[0] % 2 == 1
    reach = kernel.shape[0] // 2
    assert (length - 1) / 2 <= reach < (length + 1) / 2 + 1
    assert defects_people.disk(length).sum() == pytest.approx(1, abs=1e-5)


def test_lab_goes_there_and_back() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    lab = defects_people.lab_of(colours)
    assert 0 <= lab[..., 0].min() <= lab[..., 0].max() <= 100
    assert np.abs(defects_people.rgb_of(lab).astype(int) - colours).max() <= 1
    # known values: white, and sRGB's red
    known = defects_people.lab_of(np.array([[255, 255, 255], [255, 0, 0]], np.uint8))
    assert known[0] == pytest.approx([100, 0, 0], abs=0.05)
    assert known[1] == pytest.approx([53.24, 80.09, 67.20], abs=0.1)


def test_saturation_follows_hsv() -> None:
    import colorsys

    colour = np.array([[[[200, 120, 40]]]], np.uint8)
    hue, saturation, value = colorsys.rgb_to_hsv(200 / 255, 120 / 255, 40 / 255)
    wanted = [round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.4 * saturation, value)]
    assert np.abs(made("color_saturation_1", 1, colour).ravel().astype(int) - wanted).max() <= 1
    grey = made("color_saturation_1", 4, colour).ravel()
    assert len(set(grey.tolist())) == 1


def test_curves_leave_black_and_white() -> None:
    ends = np.array([[[[0, 0, 0], [255, 255, 255], [128, 128, 128]]]], np.uint8)
    for name, darker in (("brighten", False), ("darken", True)):
        black, white, middle = made(name, 2, ends)[0, 0, :, 0].tolist()
        assert (black, white) == (0, 255)
        assert (middle < 128) == darker


def test_sharpening_makes_an_edge_steeper() -> None:
    edge = np.full((1, 384, 512, 3), 100, np.uint8)
    edge[:, :, 256:] = 140
    after = made("high_sharpen", 3, edge)[0, 192, :, 0].astype(int)
    assert after.min() < 100 < 140 < after.max()
    assert after[20] == pytest.approx(100, abs=1)
