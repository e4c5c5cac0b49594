"""The charts of the first page's strip: a district's position among the others, one row each, as SVG."""

from collections.abc import Sequence

from taizhang.core.briefs import Indicator

WIDTH = 312.0
_MARGIN, _STEP, _DOT, _OWN = 8.0, 3.4, 2.2, 4.6
_OWN_COLOUR, _OTHER_COLOUR, _RANGE_COLOUR, _LINE_COLOUR = "#12395B", "#8C98A4", "#E9EDF1", "#1A2129"
_MOST_STACKED = 3


def draw_row(row: Indicator, *, height: float = 18.0, width: float = WIDTH) -> str:
    """Draw one row: the others' range and dots, last year's diamond, the district's own dot, the whole area's line.

    Pages recolour it by its classes. It has no text of its own; the row's alternative text describes it.
    """
    middle, half = height / 2, width / 2
    reach = half - _MARGIN

    def x(place: float) -> float:
        return half + reach * place

    marks = []
    if row.others:
        ends = [*row.others, *([row.place] if row.place is not None else [])]
        left, right = x(min(ends)) - 5, x(max(ends)) + 5
        marks.append(
            f'<rect class="range" x="{left:.1f}" y="{middle - 5:.1f}" width="{right - left:.1f}" height="10" rx="5" '
            f'fill="{_RANGE_COLOUR}"/>'
        )
    marks.append(
        f'<line class="area" x1="{half:.1f}" y1="0" x2="{half:.1f}" y2="{height:g}" stroke="{_LINE_COLOUR}" '
        'stroke-width="1.4"/>'
    )
    for across, down in _stack([x(place) for place in row.others], half, height):
        marks.append(
            f'<circle class="other" cx="{across:.1f}" cy="{middle + down:.1f}" r="{_DOT}" fill="{_OTHER_COLOUR}"/>'
        )
    if row.before is not None:
        at = x(row.before)
        if row.place is not None:
            marks.append(
                f'<line class="own" x1="{at:.1f}" y1="{middle:.1f}" x2="{x(row.place):.1f}" y2="{middle:.1f}" '
                f'stroke="{_OWN_COLOUR}" stroke-width="1.2"/>'
            )
        marks.append(
            f'<path class="before" d="M{at - 5:.1f} {middle:.1f}l5-5 5 5-5 5z" fill="#fff" stroke="{_OWN_COLOUR}" '
            'stroke-width="1.2"/>'
        )
    if row.place is not None:
        marks.append(
            f'<circle class="own" cx="{x(row.place):.1f}" cy="{middle:.1f}" r="{_OWN}" fill="{_OWN_COLOUR}" '
            'stroke="#fff" stroke-width="0.8"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}">{"".join(marks)}</svg>'
    )


def _stack(places: Sequence[float], middle: float, height: float) -> list[tuple[float, float]]:
    """Dots that would lie on one another stand above and below, and where there is no more room, nearer the line."""
    room = min(_MOST_STACKED, int((height / 2 - _DOT) // _STEP) * 2 + 1)
    taken: dict[int, int] = {}
    spots = []
    for across in sorted(places, key=lambda one: -abs(one - middle)):
        step = -1 if across > middle else 1
        column = round(across / _STEP)
        while taken.get(column, 0) >= room and abs(column * _STEP - middle) > _STEP:
            column += step
        nth = taken.get(column, 0)
        taken[column] = nth + 1
        down = _STEP * ((nth + 1) // 2) * (1 if nth % 2 else -1)
        shifted = across if round(across / _STEP) == column else column * _STEP
        spots.append((shifted, min(down, height / 2 - _DOT)))
    return spots


def draw_key(mark: str) -> str:
    """Draw a mark of the key: own, before, other or area."""
    shapes = {
        "own": f'<circle class="own" cx="7" cy="7" r="{_OWN}" fill="{_OWN_COLOUR}"/>',
        "before": f'<path class="before" d="M2 7l5-5 5 5-5 5z" fill="#fff" stroke="{_OWN_COLOUR}" stroke-width="1.2"/>',
        "other": f'<circle class="other" cx="7" cy="7" r="{_DOT}" fill="{_OTHER_COLOUR}"/>',
        "area": f'<line class="area" x1="7" y1="0" x2="7" y2="14" stroke="{_LINE_COLOUR}" stroke-width="1.4"/>',
    }
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 14 14" width="14" height="14">'
        f"{shapes[mark]}</svg>"
    )
