"""Make the workload: the land of an invented county, what is controlled in it, and project sites.

    python -m bench.workload --out DIR [--size smoke|county|province] [--counties K] [--seed N]

GeoParquet 1.1 files (WKB, bbox column, rows in spatial order), in metres of the statutory plane, so that
planar engines and Lantu measure the very same areas:

    parcels.parquet        id, dlbm (land class); together they cover the square once, without gaps
    control.parquet        id, ctype: PBF permanent basic farmland, ERL ecological red line, UDB urban
                           development boundary, HCL heritage, GEO geohazard
    sites.parquet          id; project sites of about 0.1-50 ha
    parcels_dirty.parquet  the parcels with planted overlaps and gaps
    defects.parquet        the truth about them: kind, id of the parcel, area_m2, x, y (a point inside)
    boundary.parquet       the outline of the whole, made of the parcels' own outer vertices
    counts.json            how much of each

With K x K counties there is still one partition, cut along parcel borders: parcels_i_j.parquet and
control_i_j.parquet, and counties.parquet has the outline of each; no sites and no dirty parcels.
Everything follows from --seed.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.spatial import KDTree
from scipy.special import ndtr

from bench.partition import NOTHING, Floats, Ints, Partition, Shapes, partition
from bench.planting import planted
from lantu.core.area import StatutoryPlane

PLANE = StatutoryPlane(123, 45)
FARMLAND = ("0101", "0102", "0103")
FOREST, ROAD, RIVER = "0301", "1006", "1101"
CLASSES = {
    "0101": 0.14, "0102": 0.04, "0103": 0.32, "0201": 0.03, FOREST: 0.13, "0305": 0.04, "0307": 0.05,
    "0404": 0.06, "0602": 0.02, "0701": 0.01, "0702": 0.09, "1104": 0.03, "1202": 0.02, "1206": 0.02,
}  # fmt: skip
"""Land classes and the share of cells that have them before rivers, roads and forests are laid over."""
SHARES = {"PBF": 0.80, "ERL": 0.015, "UDB": 0.005, "HCL": 0.03, "GEO": 0.15}
"""Kinds of control and their share of the polygons."""
VERTICES_PER_CELL = 42.0
ROW_GROUP = 20_000

Random = np.random.Generator
Strings = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make. `cells` (before some are merged), `control` and `side_km` are of one county."""

    cells: int
    control: int
    side_km: float
    sites: int = 0
    defects: int = 0
    counties: int = 1


SIZES = {
    "smoke": Size(10_000, 700, 10.0, sites=50, defects=30),
    "county": Size(370_000, 20_000, 60.0, sites=1_000, defects=300),
    "province": Size(370_000, 20_000, 60.0, counties=4),
}


@dataclass(frozen=True, slots=True)
class Land:
    """The parcels of a county; n of them, of one or more cells each.

    Attributes:
        cells: the cells of the county and their neighbours outside.
        parcel_of_cell: -1 outside.
        shape, id, dlbm: of each parcel.
        seed: (n, 2) a point in it.
    """

    cells: Partition
    parcel_of_cell: Ints
    shape: Shapes
    id: Ints
    dlbm: Strings
    seed: Floats

    def union(self, parcels: Ints) -> Any:
        """Return what some parcels cover, vertex for vertex."""
        chosen = np.zeros(len(self.id) + 1, np.bool_)
        chosen[parcels] = True
        part, number = self.cells.part(chosen[self.parcel_of_cell])
        shapes, _, _ = part.regions(np.where(chosen[self.parcel_of_cell[number]], 0, NOTHING))
        return _one(shapes)


def one_county(size: Size, seed: int, along: Floats | None = None) -> tuple[Land, Any]:
    """Return the land of a single county, and its outline.

    Args:
        along: (n, 2) points from 0 to 1 across the county, close to each other: what they run through is one
            road.
    """
    _, cells, group, dlbm = _whole(size, seed)
    if along is not None:
        low, high = cells.seed.min(axis=0), cells.seed.max(axis=0)
        road = np.unique(KDTree(cells.seed).query(low + along * (high - low))[1])
        group[road], dlbm[road] = road[0], ROAD
    return _land(cells, np.ones(len(cells.seed), np.bool_), group, dlbm)


def _whole(size: Size, seed: int) -> tuple[Floats, Partition, Ints, Strings]:
    """Return the cells of the whole square: where they are in it, on the plane, their groups and classes."""
    k, side = size.counties, size.side_km * 1000
    random = np.random.default_rng([seed, 0])
    here = _seeds(random, size.cells * k * k, k * side)
    middle = Transformer.from_crs("EPSG:4490", PLANE.definition, always_xy=True).transform(
        PLANE.lon_0, PLANE.lat_ts
    )
    cells = partition(here, k * side, VERTICES_PER_CELL).moved(np.round(np.array(middle) - k * side / 2))
    return here, cells, *_merged(random, cells.seed, _classes(random, cells.seed, side))


def make(out: Path, size: Size, seed: int) -> dict[str, Any]:
    """Write the files of the workload; return what `counts.json` says."""
    out.mkdir(parents=True, exist_ok=True)
    k, side = size.counties, size.side_km * 1000
    here, cells, group, dlbm = _whole(size, seed)
    county = np.minimum((here // side).astype(np.int64), k - 1) @ np.array([k, 1])

    files: dict[str, dict[str, Any]] = {}
    outlines = []
    for c in range(k * k):
        suffix = "" if k == 1 else f"_{c // k}_{c % k}"
        random = np.random.default_rng([seed, 1, c])
        land, outline = _land(cells, county == c, group, dlbm)
        outlines.append(outline)
        files[f"parcels{suffix}"] = _write(
            out / f"parcels{suffix}.parquet", land.shape, id=land.id, dlbm=land.dlbm
        )
        shape, ctype = _control(random, land, size.control)
        number = c * 1_000_000 + np.arange(len(shape))
        files[f"control{suffix}"] = _write(out / f"control{suffix}.parquet", shape, id=number, ctype=ctype)
        if size.sites:
            sites = _sites(random, land, size.sites)
            files["sites"] = _write(out / "sites.parquet", sites, id=np.arange(len(sites)))
        if size.defects:
            shape, kept, truth = planted(random, land.shape, land.id, size.defects)
            files["parcels_dirty"] = _write(
                out / "parcels_dirty.parquet", shape, id=land.id[kept], dlbm=land.dlbm[kept]
            )
            pq.write_table(pa.table(truth), out / "defects.parquet")
    if k > 1:
        files["counties"] = _write(out / "counties.parquet", np.array(outlines), id=np.arange(k * k))
    whole, _, _ = cells.regions(np.zeros(len(here), np.int64))
    files["boundary"] = _write(out / "boundary.parquet", whole, id=np.arange(len(whole)))
    covered = sum(
        each["area_m2"] for name, each in files.items() if name.startswith("parcels") and "dirty" not in name
    )
    if abs(covered / (k * side) ** 2 - 1) > 1e-11:
        raise AssertionError(f"parcels cover {covered} m2 of {(k * side) ** 2}")
    counts = {
        "seed": seed,
        "plane": PLANE.definition,
        "counties": k * k,
        "defects": size.defects,
        "files": files,
    }
    (out / "counts.json").write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
    return counts


def _seeds(random: Random, n: int, side: float) -> Floats:
    """Return 60 % of the points anywhere, 40 % in villages: areas are then spread like those of parcels."""
    villages = random.uniform(0, side, (max(4, n // 1500), 2))
    in_village = villages[random.integers(len(villages), size=2 * n // 5)] + random.normal(
        scale=350.0, size=(2 * n // 5, 2)
    )
    in_village = in_village[((in_village > 1) & (in_village < side - 1)).all(axis=1)]
    anywhere = random.uniform(1, side - 1, (n - len(in_village), 2))
    points = np.vstack([anywhere, in_village])
    return points[_spatial_order(points)]


def _spatial_order(xy: Floats) -> Ints:
    """Return the order along a Z-curve of 2 × 16 bits."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    cell = ((xy - low) / np.maximum(high - low, 1e-9) * 65535).astype(np.int64)
    code = np.zeros(len(xy), np.int64)
    for bit in range(16):
        code |= ((cell[:, 0] >> bit & 1) << 2 * bit) | ((cell[:, 1] >> bit & 1) << 2 * bit + 1)
    return np.argsort(code, kind="stable")


def _classes(random: Random, xy: Floats, side: float) -> Strings:
    """Give each cell a land class: neighbours tend to have the same."""
    field = np.zeros(len(xy))
    for wave in random.normal(scale=1 / (0.15 * side), size=(40, 2)):
        field += np.cos(xy @ wave + random.uniform(0, 2 * np.pi))
    rank = ndtr(0.8 * field / np.sqrt(20) + 0.6 * random.normal(size=len(xy)))
    share = np.cumsum(list(CLASSES.values()))
    return np.array(list(CLASSES))[np.searchsorted(share[:-1], rank * share[-1])]


def _merged(random: Random, xy: Floats, dlbm: Strings) -> tuple[Ints, Strings]:
    """Join cells to rivers and roads along winding lines, and to forests; return groups and classes."""
    group, dlbm = np.arange(len(xy)), dlbm.copy()
    free = np.ones(len(xy), np.bool_)
    tree = KDTree(xy)
    low, high = xy.min(axis=0), xy.max(axis=0)

    def join(cells: Ints, to: str) -> None:
        cells = np.unique(cells[free[cells]])
        if len(cells):
            group[cells], dlbm[cells], free[cells] = cells[0], to, False

    for _ in range(len(xy) // 2000):
        legs = int(random.integers(20, 120))
        heading = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(scale=0.25, size=legs))
        # A point every 10 m, so that one cell's successor is its neighbour.
        step = 10.0 * np.repeat(np.column_stack([np.cos(heading), np.sin(heading)]), 15, axis=0)
        path = random.uniform(low, high) + np.cumsum(step, axis=0)
        path = path[((path > low) & (path < high)).all(axis=1)]
        to = RIVER if random.random() < 0.4 else ROAD
        if len(path):
            join(tree.query(path)[1], to)
    for _ in range(len(xy) // 500):
        join(tree.query(random.uniform(low, high), k=int(random.integers(10, 150)))[1], FOREST)
    return group, dlbm


def _land(cells: Partition, inside: NDArray[np.bool_], group: Ints, dlbm: Strings) -> tuple[Land, Any]:
    """Return the parcels of the county that has the cells `inside`, and its outline."""
    part, number = cells.part(inside)
    outline, _, _ = part.regions(np.where(inside[number], 0, NOTHING))
    shape, first, parcel_of_cell = part.regions(np.where(inside[number], group[number], NOTHING))
    return Land(part, parcel_of_cell, shape, number[first], dlbm[number[first]], part.seed[first]), _one(
        outline
    )


def _control(random: Random, land: Land, n: int) -> tuple[Shapes, Strings]:
    """Return about n control polygons, in spatial order, and their kinds."""
    shapes: list[Any] = []
    kinds: list[str] = []
    tree = KDTree(land.seed)

    def add(kind: str, some: Shapes) -> None:
        some = _polygonal(some)
        shapes.extend(some)
        kinds.extend([kind] * len(some))

    # Half of the farmland follows parcel borders vertex for vertex, half was drawn on another map.
    farm = np.flatnonzero(np.isin(land.dlbm, FARMLAND) & (random.random(len(land.id)) < 0.85))
    centres = random.choice(farm, min(int(n * SHARES["PBF"]), len(farm)), replace=False)
    block = np.full(len(land.id) + 1, NOTHING)
    block[farm] = KDTree(land.seed[centres]).query(land.seed[farm])[1]
    block_of_cell = block[land.parcel_of_cell]
    pieces, first, _ = land.cells.regions(block_of_cell)
    blocks = grouped(pieces, block_of_cell[first])
    way = random.random(len(blocks))
    wider, coarser = way < 0.25, (way >= 0.25) & (way < 0.5)
    blocks[wider] = shapely.buffer(blocks[wider], random.uniform(0.3, 3.0, wider.sum()), quad_segs=2)
    blocks[coarser] = shapely.simplify(blocks[coarser], random.uniform(0.5, 3.0, coarser.sum()))
    add("PBF", blocks)
    for kind, fewest, most, reach_m in (("ERL", 60, 3000, 8.0), ("UDB", 40, 1500, -4.0)):
        for _ in range(max(1, int(n * SHARES[kind]))):
            count = min(_log_uniform(random, fewest, most), len(land.id) // 4)
            shape = land.union(tree.query(random.choice(land.seed), k=int(count))[1])
            if random.random() < 0.6:
                shape = shapely.buffer(shape, reach_m * random.uniform(0.2, 1), quad_segs=2)
            add(kind, np.array([shape]))
    for kind, smallest_m, largest_m in (("HCL", 30, 400), ("GEO", 40, 600)):
        for _ in range(int(n * SHARES[kind])):
            radius_m = _log_uniform(random, smallest_m, largest_m)
            add(
                kind,
                np.array([_blob(random, _anywhere(random, land), radius_m, int(random.integers(24, 160)))]),
            )
    shape = np.array(shapes)
    order = _spatial_order(shapely.get_coordinates(shapely.centroid(shape)))
    return shape[order], np.array(kinds)[order]


def _sites(random: Random, land: Land, n: int) -> Shapes:
    """Return n project sites; one in ten follows parcel borders."""
    tree = KDTree(land.seed)
    sites = []
    for i in range(n):
        area_m2, centre = _log_uniform(random, 1e3, 5e5), _anywhere(random, land)
        site = _blob(random, centre, np.sqrt(area_m2 / np.pi), int(random.integers(20, 90)))
        if i % 10 == 0:
            union = land.union(tree.query(centre, k=max(2, int(area_m2 / 12_000)))[1])
            # A neighbour may be a river.
            site = union if shapely.area(union) < 1e6 else site
        sites.append(site)
    return np.array(sites)


def _anywhere(random: Random, land: Land) -> Floats:
    return land.seed[random.integers(len(land.seed))] + random.normal(scale=100.0, size=2)


def _log_uniform(random: Random, low: float, high: float) -> float:
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _blob(random: Random, centre: Floats, radius_m: float, vertices: int) -> Any:
    """Return an irregular polygon that its centre sees the whole border of."""
    angle = 2 * np.pi * (np.arange(vertices) + random.uniform(-0.4, 0.4, vertices)) / vertices
    wave = np.arange(1, 6)
    size, phase = random.normal(scale=0.3 / wave), random.uniform(0, 2 * np.pi, 5)
    reach = 1 + (size * np.cos(angle[:, None] * wave + phase)).sum(axis=1)
    reach = radius_m * reach.clip(0.3, 2.0) * random.uniform(0.94, 1.06, vertices)
    return shapely.Polygon(centre + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def _one(polygons: Shapes) -> Any:
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def grouped(polygons: Shapes, group: Ints) -> Shapes:
    """Make one shape of the polygons of each group, in the order of their numbers."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order])) + 1
    return np.array([_one(each) for each in np.split(polygons[order], starts)])


def _polygonal(shapes: Shapes) -> Shapes:
    """Mend shapes and keep what is polygonal of them; drop those of which nothing is left."""
    shapes = shapely.make_valid(shapes)
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for row in mixed:
        parts = shapely.get_parts(shapely.get_parts(shapes[row]))
        shapes[row] = shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
    return shapes[(shapely.get_dimensions(shapes) == 2) & ~shapely.is_empty(shapes)]


def _write(path: Path, shape: Shapes, **columns: Any) -> dict[str, Any]:
    """Write GeoParquet 1.1; return how much it is."""
    valid = shapely.is_valid(shape)
    if not valid.all():
        raise AssertionError(f"{path.name}: {shapely.is_valid_reason(shape[~valid][0])}")
    sides = dict(zip(("xmin", "ymin", "xmax", "ymax"), shapely.bounds(shape).T, strict=True))
    west, south, east, north = (float(v) for v in shapely.total_bounds(shape))
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": sorted({each.geom_type for each in shape}),
                "crs": CRS.from_user_input(PLANE.definition).to_json_dict(),
                "bbox": [west, south, east, north],
                "covering": {"bbox": {side: ["bbox", side] for side in sides}},
            }
        },
    }
    bbox = pa.StructArray.from_arrays([pa.array(values) for values in sides.values()], names=list(sides))
    table = pa.table({**columns, "bbox": bbox, "geometry": pa.array(shapely.to_wkb(shape), pa.binary())})
    table = table.replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path, row_group_size=ROW_GROUP, compression="zstd")
    return {
        "rows": len(shape),
        "vertices": int(shapely.get_num_coordinates(shape).sum()),
        "area_m2": float(shapely.area(shape).sum()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", choices=list(SIZES), default="county")
    parser.add_argument("--counties", type=int, help="K: K x K counties, of the size's county")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    size = SIZES[given.size]
    if given.counties:
        size = replace(size, counties=given.counties)
    if size.counties > 1:
        size = replace(size, sites=0, defects=0)
    counts = make(given.out, size, given.seed)
    for name, each in counts["files"].items():
        print(
            f"{name:16} {each['rows']:>9,} rows {each['vertices']:>12,} vertices {each['area_m2']:>16,.1f} m2"
        )


if __name__ == "__main__":
    main()
