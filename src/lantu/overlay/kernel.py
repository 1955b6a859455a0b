"""The area two polygons share, without building what they share.

A polygon whose outer rings run counter-clockwise covers a point (x, y) as many times as

    w(x, y) = Σ over its edges e of  s_e · [x in the x-range of e] · [y below e],

s_e = +1 where e runs from right to left, else -1. The area that A and B share inside a box is the integral
of w_A · w_B, so a sum over pairs of edges of the area under the lower of the two. It is continuous in the
coordinates: touching, coincident and collinear edges, holes and parts need no special case, nothing is
snapped, nothing can fail. What it asks is that each polygon covers every point once or not at all, and
`PackedLayer.self_covered_m2` is how far that fails. Proof sketch:
docs/adr/0006-areas-without-intersections.md.

Arguments named alike everywhere: `xy` (v, 2) coordinates of all rings, closed; per node of the edge trees its
`box`, its `first` and `last` vertex and the end `skip` of its subtree.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lantu.overlay.compiled import compiled

SPLIT = 5000
"""A box in which more pairs of chains meet than this is halved."""
FINEST = 4096
"""… but not finer than into so many parts each way."""
DEEPEST = 2 * 14
"""Boxes that wait at most: halved twelve times each way until FINEST, once more for rounding, and room."""

# A polygon seen in a box is a set of chains, each a run of points going east, in a work space of three:
# `points`: x, height above the box's bottom, slope to the next point;
# `chains`: first point, last point, sign; `flats`: runs above the box, from x to x.


@compiled
def work_space(edges: int) -> Any:
    """Return the room that a polygon of so many edges can need at most."""
    return np.empty((4 * edges + 16, 3)), np.empty((3 * edges + 16, 3), np.int64), np.empty((edges + 8, 2))


@compiled
def most_edges(first: Any, last: Any, feature_edge: Any) -> int:
    """Return an upper bound of the edges of the biggest polygon of a layer."""
    most = 0
    for row in range(len(feature_edge) - 1):
        if feature_edge[row] < feature_edge[row + 1]:
            most = max(most, last[feature_edge[row + 1] - 1] - first[feature_edge[row]])
    return most


@compiled
def gather(
    xy: Any, box: Any, first: Any, last: Any, skip: Any, lo: int, hi: int,
    x0: float, y0: float, x1: float, y1: float, points: Any, chains: Any, flats: Any,
) -> Any:  # fmt: skip
    """Collect the edges of one polygon as seen in a box: cut to it, lowered to its top where they run above.

    However the outline winds above the box, only where it went in and out counts: one flat edge. Edges left,
    right and below are dropped.

    Args:
        lo, hi: the nodes of the polygon.
        points, chains, flats: work space.

    Returns:
        How many chains, whether any edge runs through the box, and how often the polygon covers the middle
        of the box: all of it, if none does.
    """
    used, number, runs = 0, 0, 0
    sign = 0  # of the open chain, the last one; 0 where none is open
    end_x, end_y = np.nan, np.nan  # where it ends
    flat_from, flat_to = np.nan, np.nan  # the run above the box that is under way
    through = False
    top = y1 - y0
    node = lo
    while node < hi:
        if box[node, 2] <= x0 or box[node, 0] >= x1 or box[node, 3] <= y0:
            node = skip[node]
            continue
        above = box[node, 1] >= y1
        if not above and skip[node] > node + 1:
            node += 1
            continue
        start, stop = first[node], last[node]
        stride = stop - start if above else 1
        node = skip[node]
        bx, by = xy[start, 0], xy[start, 1] - y0
        for vertex in range(start + stride, stop + 1, stride):
            px, py = bx, by
            bx, by = xy[vertex, 0], xy[vertex, 1] - y0
            qx, qy = bx, by
            lead, tail = px, qx  # up to `lead` and from `tail` on the edge runs above
            if above or (py >= top and qy >= top):
                px, qx = min(max(px, x0), x1), min(max(qx, x0), x1)
                lead = tail = qx
            elif (
                px == qx or (px <= x0 and qx <= x0) or (px >= x1 and qx >= x1) or (py <= 0.0 and qy <= 0.0)
            ):  # fmt: skip
                continue
            else:
                if px < x0 or px > x1:
                    edge = x0 if px < x0 else x1
                    py += (qy - py) * ((edge - px) / (qx - px))
                    px = edge
                if qx < x0 or qx > x1:
                    edge = x0 if qx < x0 else x1
                    qy = py + (qy - py) * ((edge - px) / (qx - px))
                    qx = edge
                if py <= 0.0 and qy <= 0.0:
                    continue
                if py < 0.0:
                    px, py = px + (qx - px) * (py / (py - qy)), 0.0
                elif qy < 0.0:
                    qx, qy = px + (qx - px) * (py / (py - qy)), 0.0
                lead, tail = px, qx
                if py >= top and qy >= top:
                    lead = qx
                elif py > top:
                    lead = px + (qx - px) * ((py - top) / (py - qy))
                elif qy > top:
                    tail = px + (qx - px) * ((top - py) / (qy - py))
            # An edge comes down from above or goes up there, not both.
            over, till = (px, lead) if lead != px else (tail, qx)
            if over != till:
                if flat_to != over:
                    if flat_from != flat_to:
                        flats[runs, 0], flats[runs, 1] = flat_from, flat_to
                        runs += 1
                    flat_from = over
                flat_to = till
            px, py = lead, min(py, top)
            if px != tail:
                through = True
                way = -1 if px < tail else 1
                if way != sign or end_x != px or end_y != py:
                    if sign != 0:
                        chains[number, 1] = used - 1
                        number += 1
                    sign = way
                    chains[number, 0], chains[number, 2] = used, sign
                    points[used, 0], points[used, 1] = px, py
                    used += 1
                end_x, end_y = tail, min(qy, top)
                points[used, 0], points[used, 1] = end_x, end_y
                used += 1
    if sign != 0:
        chains[number, 1] = used - 1
        number += 1
    if flat_from != flat_to:
        flats[runs, 0], flats[runs, 1] = flat_from, flat_to
        runs += 1
    for chain in range(number):
        begin, end = chains[chain, 0], chains[chain, 1]
        if chains[chain, 2] > 0:
            i, j = begin, end
            while i < j:
                points[i, 0], points[j, 0] = points[j, 0], points[i, 0]
                points[i, 1], points[j, 1] = points[j, 1], points[i, 1]
                i += 1
                j -= 1
        for k in range(begin, end):
            points[k, 2] = (points[k + 1, 1] - points[k, 1]) / (points[k + 1, 0] - points[k, 0])
    cover = 0
    middle = 0.5 * (x0 + x1)
    for run in range(runs):
        west, east = flats[run, 0], flats[run, 1]
        if west == east or west != west:
            continue
        sign = -1
        if west > east:
            west, east, sign = east, west, 1
        if west > x0 or east < x1:
            through = True  # an upright edge leads up or down there
        if west <= middle < east:
            cover += sign
        points[used, 0], points[used, 1], points[used, 2] = west, top, 0.0
        points[used + 1, 0], points[used + 1, 1] = east, top
        chains[number, 0], chains[number, 1], chains[number, 2] = used, used + 1, sign
        used += 2
        number += 1
    return number, through, cover


@compiled
def under(points: Any, chains: Any, number: int, unsigned: bool) -> float:
    """Return the area under the chains: what the polygon covers of the box, unless `unsigned`."""
    total = 0.0
    for c in range(number):
        part = 0.0
        for k in range(chains[c, 0], chains[c, 1]):
            part += (points[k + 1, 0] - points[k, 0]) * (points[k, 1] + points[k + 1, 1])
        total += part if unsigned else chains[c, 2] * part
    return 0.5 * total


@compiled
def lower_of(
    a: Any, chains_a: Any, number_a: int, b: Any, chains_b: Any, number_b: int, below: bool
) -> float:
    """Return the sum over pairs of chains, a < b only where `below`, of the signed area under the lower.

    Two chains are walked together from west to east, from one point of either to the next.
    """
    total = 0.0
    for p in range(number_a):
        from_a, last_a = chains_a[p, 0], chains_a[p, 1]
        west, east = a[from_a, 0], a[last_a, 0]
        part = 0.0
        for q in range(p + 1 if below else 0, number_b):
            i, j, last_b = from_a, chains_b[q, 0], chains_b[q, 1]
            if b[j, 0] >= east or b[last_b, 0] <= west:
                continue
            x = max(west, b[j, 0])
            while a[i + 1, 0] <= x:
                i += 1
            while b[j + 1, 0] <= x:
                j += 1
            ya = a[i, 1] + a[i, 2] * (x - a[i, 0])
            yb = b[j, 1] + b[j, 2] * (x - b[j, 0])
            twice = 0.0
            while i < last_a and j < last_b:
                ax, bx = a[i + 1, 0], b[j + 1, 0]
                following = min(ax, bx)
                za = a[i + 1, 1] if ax <= bx else a[i, 1] + a[i, 2] * (following - a[i, 0])
                zb = b[j + 1, 1] if bx <= ax else b[j, 1] + b[j, 2] * (following - b[j, 0])
                if ax <= bx:
                    i += 1
                if bx <= ax:
                    j += 1
                d, e = ya - yb, za - zb
                low = min(ya, yb) + min(za, zb)
                if d * e < 0.0:  # they cross: the lower of the two is bent up there
                    low += abs(d * e) / (abs(d) + abs(e))
                twice += (following - x) * low
                x, ya, yb = following, za, zb
            part += chains_b[q, 2] * twice
        total += chains_a[p, 2] * part
    return 0.5 * total


@compiled
def shared_area(
    a_xy: Any, a_box: Any, a_first: Any, a_last: Any, a_skip: Any, a_lo: int, a_hi: int,
    b_xy: Any, b_box: Any, b_first: Any, b_last: Any, b_skip: Any, b_lo: int, b_hi: int,
    x0: float, y0: float, x1: float, y1: float,
    points_a: Any, chains_a: Any, flats_a: Any, points_b: Any, chains_b: Any, flats_b: Any, todo: Any,
) -> float:  # fmt: skip
    """Return the integral of w_A · w_B over a box, in m²; quickest where A has more edges than B.

    A box where many edges meet is halved across its longer side until few do: the work stays near linear in
    the edges, and heights, so rounding errors, stay small.
    """
    todo[0, 0], todo[0, 1], todo[0, 2], todo[0, 3] = x0, y0, x1, y1
    smallest = max(x1 - x0, y1 - y0) / FINEST
    waiting = 1
    total = 0.0
    lost = 0.0
    while waiting:
        waiting -= 1
        x0, y0, x1, y1 = todo[waiting, 0], todo[waiting, 1], todo[waiting, 2], todo[waiting, 3]
        number_a, through_a, cover_a = gather(
            a_xy, a_box, a_first, a_last, a_skip, a_lo, a_hi, x0, y0, x1, y1, points_a, chains_a, flats_a
        )
        if not through_a and cover_a == 0:
            continue
        number_b, through_b, cover_b = gather(
            b_xy, b_box, b_first, b_last, b_skip, b_lo, b_hi, x0, y0, x1, y1, points_b, chains_b, flats_b
        )
        if not through_b and cover_b == 0:
            continue
        if not through_b and not through_a:
            part = cover_a * cover_b * (x1 - x0) * (y1 - y0)
        elif not through_b:
            part = cover_b * under(points_a, chains_a, number_a, False)
        elif not through_a:
            part = cover_a * under(points_b, chains_b, number_b, False)
        else:
            wide = x1 - x0 > y1 - y0
            if number_a * number_b > SPLIT and max(x1 - x0, y1 - y0) > smallest:
                xm, ym = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
                todo[waiting, 0], todo[waiting, 1] = x0, y0
                todo[waiting, 2], todo[waiting, 3] = xm if wide else x1, y1 if wide else ym
                waiting += 1
                todo[waiting, 0], todo[waiting, 1] = xm if wide else x0, y0 if wide else ym
                todo[waiting, 2], todo[waiting, 3] = x1, y1
                waiting += 1
                continue
            part = lower_of(points_a, chains_a, number_a, points_b, chains_b, number_b, False)
        # Neumaier's sum: what rounding takes away is added at the end.
        grown = total + part
        lost += (total - grown) + part if abs(total) >= abs(part) else (part - grown) + total
        total = grown
    return total + lost
