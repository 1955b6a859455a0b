"""Overlaps and gaps that are planted in a partition, and the truth about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from bench.partition import Ints, Shapes

CLEARANCE_M = 15.0
"""Planted defects keep this far from each other: further than any of them reaches."""

Random = np.random.Generator


def planted(random: Random, parcel: Shapes, number: Ints, n: int) -> tuple[Shapes, Ints, dict[str, Any]]:
    """Plant n overlaps and n gaps in the parcels.

    Args:
        parcel, number: shapes and ids.

    Returns:
        Shapes, the parcels they are of, and the truth. The area of an overlap is of all that one grown parcel
        takes from its neighbours, that of a gap of what one parcel leaves.
    """
    box = shapely.bounds(parcel)
    low, high = box[:, :2].min(axis=0), box[:, 2:].max(axis=0)
    to_edge = np.minimum(box[:, :2] - low, high - box[:, 2:]).min(axis=1)
    area = shapely.area(parcel)
    plain = (shapely.get_num_interior_rings(parcel) == 0) & (shapely.get_num_coordinates(parcel) < 400)
    plain &= (area > 300) & (area < 50_000)
    shuffled = random.permutation(np.flatnonzero(plain))
    inner, outer = shuffled[to_edge[shuffled] > 2 * CLEARANCE_M], shuffled[to_edge[shuffled] <= 0]
    taken = np.empty((0, 4))

    def take(count: int, among: Ints) -> Ints:
        nonlocal taken
        rows = []
        for row in among:
            west, south, east, north = box[row] + CLEARANCE_M * np.array([-1, -1, 1, 1])
            apart = (
                (taken[:, 0] > east) | (taken[:, 2] < west) | (taken[:, 1] > north) | (taken[:, 3] < south)
            )
            if len(rows) < count and apart.all():
                rows.append(row)
                taken = np.vstack([taken, box[row]])
        if len(rows) < count:
            raise ValueError(f"no room for {count} defects")
        return np.array(rows)

    # Some gaps open to the outside: only the boundary closes them.
    at_edge = take(max(1, n // 50), outer)
    gap = np.concatenate([at_edge, take(n - len(at_edge), inner)])
    grown = take(n, inner)
    shape = parcel.copy()
    shape[grown] = shapely.buffer(shape[grown], random.uniform(0.4, 1.2, n), join_style="mitre")
    shrunk = shapely.buffer(shape[gap], -random.uniform(0.3, 1.0, n), join_style="mitre")
    # One parcel in three is missing altogether, and those that would fall apart.
    shrunk[(np.arange(n) % 3 == 0) | (shapely.get_type_id(shrunk) != shapely.GeometryType.POLYGON)] = (
        shapely.Polygon()
    )
    shape[gap] = shrunk
    row = np.concatenate([grown, gap])
    place = shapely.point_on_surface(shapely.symmetric_difference(shape[row], parcel[row]))
    truth = {
        "kind": ["overlap"] * n + ["gap"] * n,
        "id": number[row],
        "area_m2": np.abs(shapely.area(shape[row]) - area[row]),
        "x": shapely.get_x(place),
        "y": shapely.get_y(place),
    }
    kept = np.flatnonzero(~shapely.is_empty(shape))
    return shape[kept], kept, truth
