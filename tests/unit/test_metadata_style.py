"""The palette is told apart by colour-blind readers, and stands out from the paper."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from taizhang.metadata.style import load_style, use_narrow

# Machado, Oliveira and Fernandes (2009), IEEE TVCG 15, 1291-1298, at full severity, on linear RGB.
MACHADO = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
Colour = npt.NDArray[np.float64]


def to_linear(colour: str) -> Colour:
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def to_lab(linear: Colour) -> Colour:
    x, y, z = TO_XYZ @ np.clip(linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = [t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def measure_distance(one: str, other: str, sight: str) -> float:
    """CIE 1976 distance of two colours as a reader with this sight sees them."""
    labs = [to_lab(MACHADO[sight] @ to_linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(labs[0] - labs[1]))


def measure_contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""
    light = sorted(float(TO_XYZ[1] @ to_linear(colour)) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


@pytest.mark.parametrize("sight", MACHADO)
def test_classes_are_told_apart(sight: str) -> None:
    for one, other in itertools.combinations(load_style().categories, 2):
        assert measure_distance(one, other, sight) > 20, (one, other, sight)


@pytest.mark.parametrize("sight", MACHADO)
def test_done_open_and_before_are_told_apart(sight: str) -> None:
    roles = load_style().roles
    for one, other in itertools.combinations([roles["done"], roles["open"], roles["before"]], 2):
        assert measure_distance(one, other, sight) > 25, (one, other, sight)


@pytest.mark.parametrize("sight", MACHADO)
def test_map_classes_grow_darker(sight: str) -> None:
    steps = [to_lab(MACHADO[sight] @ to_linear(colour))[0] for colour in load_style().sequential]
    assert all(before - after > 8 for before, after in itertools.pairwise(steps))


def test_marks_stand_out_from_the_paper() -> None:
    style = load_style()
    for colour in {*style.roles.values(), *style.categories, *style.signals.values()}:
        assert measure_contrast(colour, style.paper) >= 3, colour
        assert measure_contrast(style.dark[colour], style.dark[style.paper]) >= 3, colour


def test_text_is_legible() -> None:
    style = load_style()
    assert measure_contrast(style.ink, style.paper) >= 7
    assert measure_contrast(style.muted, style.paper) >= 4.5
    # Words in the colour of what they name: as large text, at the least.
    assert measure_contrast(style.ink, style.sequential[2]) >= 4.5
    assert measure_contrast(style.paper, style.sequential[4]) >= 4.5


def test_text_is_legible_in_the_dark() -> None:
    style = load_style()
    ink, muted, paper, empty = (style.dark[one] for one in (style.ink, style.muted, style.paper, style.empty))
    assert measure_contrast(ink, paper) >= 7
    assert min(measure_contrast(muted, back) for back in (paper, empty)) >= 4.5
    for at, step in enumerate(style.sequential):
        assert measure_contrast(ink if at < 3 else paper, style.dark[step]) >= 4.5, step
    for colour in style.signals.values():
        assert measure_contrast(paper, style.dark[colour]) >= 4.5, colour


@pytest.mark.parametrize("sight", MACHADO)
def test_what_is_told_apart_on_paper_is_told_apart_in_the_dark(sight: str) -> None:
    style = load_style()
    dark = [style.dark[colour] for colour in style.categories]
    for one, other in itertools.combinations(dark, 2):
        assert measure_distance(one, other, sight) > 20, (one, other, sight)
    steps = [to_lab(MACHADO[sight] @ to_linear(style.dark[colour]))[0] for colour in style.sequential]
    assert all(after - before > 8 for before, after in itertools.pairwise(steps))


def test_every_colour_has_one_for_the_dark() -> None:
    style = load_style()
    own = {style.ink, style.muted, style.faint, style.paper, style.empty, *style.roles.values()}
    assert {*own, *style.categories, *style.signals.values(), *style.sequential} == set(style.dark)


def test_text_is_large_enough_on_a_telephone() -> None:
    """A figure drawn for a telephone, shown 337 px wide (a screen of 360 less a scroll bar), has none under 12 px."""
    with use_narrow():
        style = load_style()
    assert style.narrow and min(style.small, style.text) * 337 / (style.width_mm * 72 / 25.4) >= 12
    assert not load_style().narrow


def test_the_measure_finds_a_bad_pair() -> None:
    assert (
        measure_distance("#d7191c", "#1a9641", "deutan")
        < 40
        < measure_distance("#d7191c", "#1a9641", "normal")
    )
    assert measure_contrast("#ffffff", "#000000") == pytest.approx(21)
