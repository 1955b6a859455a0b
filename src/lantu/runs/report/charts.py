"""Small line charts as inline SVG: what was measured per year against what the approval requires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 216, 128
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 16, 20


@dataclass(frozen=True, slots=True)
class Point:
    """One year's measured value; None where there is none. `answer` colours the dot."""

    year: int
    value: Decimal | None
    answer: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A required value drawn as a dashed line, e.g. `≥ 327.40 (2035)`; `year` None spans all years."""

    value: Decimal
    label: str


def series_chart(points: Sequence[Point], limits: Sequence[Limit], title: str) -> str:
    """Draw one indicator of one county.

    Args:
        points: ascending years; a year without a value leaves a gap, never a zero.
        limits: required values in the same unit.
        title: read out by screen readers.

    Returns:
        An `<svg>` element; it says so where there is nothing to draw.
    """
    known = [p for p in points if p.value is not None]
    body = [f"<title>{escape(title)}</title>"]
    if not known:
        body.append(f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" class="c-none">—</text>')
        return _svg(body)
    values = [p.value for p in known if p.value is not None] + [limit.value for limit in limits]
    low, high = _range(values)
    years = [p.year for p in points]

    def x(year: int) -> float:
        span = max(years[-1] - years[0], 1)
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * ((year - years[0]) / span if len(years) > 1 else 0.5)

    def y(value: Decimal) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * float((high - value) / (high - low))

    ticks = (low, (low + high) / 2, high)
    places = max(-int(v.as_tuple().exponent) for v in values)
    while len({f"{tick:.{places}f}" for tick in ticks}) < len(ticks):
        places += 1
    for tick in ticks:
        body.append(
            f'<line class="c-grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        )
        body.append(f'<text class="c-y" x="{_LEFT - 4}" y="{y(tick) + 2.6:.1f}">{tick:.{places}f}</text>')
    body += [f'<text class="c-x" x="{x(year):.1f}" y="{HEIGHT - 6}">{year}</text>' for year in years]
    for limit in limits:
        at = y(limit.value)
        body.append(f'<line class="c-limit" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        above = at - 3 if at - 3 > _TOP - 4 else at + 9
        body.append(
            f'<text class="c-limit-text" x="{WIDTH - _RIGHT}" y="{above:.1f}">{escape(limit.label)}</text>'
        )
    for before, after in pairwise(points):
        if before.value is not None and after.value is not None:
            body.append(
                f'<line class="c-line" x1="{x(before.year):.1f}" y1="{y(before.value):.1f}" '
                f'x2="{x(after.year):.1f}" y2="{y(after.value):.1f}"/>'
            )
    for point in known:
        assert point.value is not None
        body.append(
            f'<circle class="a-{escape(point.answer)}" cx="{x(point.year):.1f}" cy="{y(point.value):.1f}" '
            f'r="2.6"><title>{point.year}: {point.value}</title></circle>'
        )
    return _svg(body)


def _range(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Return limits with an eighth of the spread to spare; equal values get a little room."""
    low, high = min(values), max(values)
    spare = (high - low) / 8 or abs(high) / 100 or Decimal(1)
    return low - spare, high + spare


def _svg(body: Sequence[str]) -> str:
    return f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(body)}</svg>'
