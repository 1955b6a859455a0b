"""Make the workloads of the quality check: one county's plan package.

    python -m bench.package --out FILE [--kind sound|planted|giant] [--size smoke|county] [--seed N]

A GeoPackage in CGCS2000 longitude/latitude. Everything is invented.

    sound    whole, 14 layers: land-survey parcels (303 k at county size), control polygons that follow parcel
             borders, townships, planning zones; nothing is at fault in its ground
    planted  the outline, the townships and the parcels, of which some overlap and some leave gaps
    giant    the same, after one road has been laid through the county that touches 25,000 parcels
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.spatial import KDTree

from bench.partition import NOTHING, Floats, Ints, Shapes
from bench.planting import planted
from bench.workload import FARMLAND, FOREST, PLANE, SIZES, Land, Random, Size, grouped, one_county
from lantu.core.crs import GEOGRAPHIC
from lantu.lawbook import Lawbook, LayerSpec, load
from lantu.sample.counties import CITY, COUNTIES, INVENTED, PROVINCE, townships

COUNTY = COUNTIES[0]
PROFILE = "county-2021"
TOWNS = 5
"""Townships along each side of the square."""
BLOCKS = {"smoke": 400, "county": 14_000}
KINDS = ("sound", "planted", "giant")
TEETH = {"smoke": 4, "county": 25}
"""Side roads of the giant."""
_DIGITS = 9
"""Of a degree: a tenth of a millimetre."""
_ECOLOGY, _FARM, _TOWN, _RURAL = "100", "300", "410", "500"
_BUILT = ("0701", "0702")


class Package:
    """Layers that are written one after the other, with all fields that the profile wants."""

    def __init__(self, path: Path, book: Lawbook) -> None:
        self.path, self.book, self.serial = path, book, 0
        self.rows: dict[str, int] = {}
        self.profile = book.profiles[PROFILE]
        self._move = Transformer.from_crs(PLANE.definition, f"EPSG:{GEOGRAPHIC}", always_xy=True)

    def add(self, kind: str, shapes: Shapes, **given: Any) -> None:
        """Write a layer; MJ and the like are the statutory areas of what is written."""
        spec = self.profile.layers[kind]
        degrees = self._degrees(shapes)
        area = np.round(PLANE.area_m2(degrees, CRS.from_epsg(GEOGRAPHIC)), 2)
        columns = self._columns(spec, len(shapes), area, given)
        parts, row = shapely.get_parts(degrees, return_index=True)
        whole = shapely.multipolygons(parts, indices=row)
        table = pa.table({**columns, "geometry": pa.array(shapely.to_wkb(whole), pa.binary())})
        pyogrio.write_arrow(
            table, self.path, layer=kind, driver="GPKG", geometry_name="geometry", append=self.path.exists(),
            geometry_type="MultiPolygon", crs=f"EPSG:{GEOGRAPHIC}",
        )  # fmt: skip
        self.rows[kind] = len(shapes)

    def _degrees(self, shapes: Shapes) -> Shapes:
        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.round(np.column_stack(self._move.transform(xy[:, 0], xy[:, 1])), _DIGITS)

        return np.asarray(shapely.transform(shapes, move))

    def _columns(
        self, spec: LayerSpec, count: int, area: NDArray[np.float64], given: dict[str, Any]
    ) -> dict[str, Any]:
        start = self.serial + 1
        self.serial += count
        known: dict[str, Any] = {
            "BSM": [f"{COUNTY.code}0000{n:08d}" for n in range(start, start + count)],
            "MJ": area, "TBMJ": area, "TBDLMJ": area, "YJJBNTTBMJ": area, "YJJBNTMJ": area,
            "TBBH": [f"{n:08d}" for n in range(start, start + count)],
            "YJJBNTTBBH": [f"{n:08d}" for n in range(start, start + count)],
            "SJNF": np.full(count, 2020, np.int32),
        }  # fmt: skip
        alike = {
            "YSDM": spec.ysdm or "2090020000", "XZQDM": COUNTY.code, "XZQMC": COUNTY.name,
            "XJXZQDM": COUNTY.code, "XJXZQMC": COUNTY.name, "SJXZQMC": PROVINCE, "SJXZQMC1": CITY,
            "LHLX": "陆域", "QSXZ": "30", "QSDWDM": f"{COUNTY.code}100000000000", "QSDWMC": COUNTY.name,
            "ZLDWDM": f"{COUNTY.code}100000000000", "ZLDWMC": COUNTY.name, "BHKSSJ": "20240611",
            "BHJSSJ": "20351231", "WDGD": "1", "BZ": INVENTED,
        }  # fmt: skip
        known |= given
        wanted = [
            name for name, field in spec.fields.items() if field.presence == "required" or name in given
        ]
        return {
            name: known[name] if name in known else [alike[name]] * count
            for name in dict.fromkeys((*wanted, "BZ"))
        }


def make(path: Path, size: Size, blocks: int, seed: int) -> dict[str, int]:
    """Write the package; return the rows of each layer."""
    book = load()
    land, outline = one_county(size, seed)
    random = np.random.default_rng([seed, 7])
    package = Package(path, book)
    add, rows, names = package.add, package.rows, book.code_lists["dltb_dlbm_2020"]
    town = _divisions(package, land, outline, size)
    zone, block = _zones(land, random, blocks)
    _parcels(package, land.shape, land.dlbm)
    for kind, code in (("YJJBNT", _FARM), ("STBHHX", _ECOLOGY), ("CZKFBJ", _TOWN)):
        shapes, of = _dissolved(land, np.where(zone == code, block, NOTHING))
        more = {"DLBM": land.dlbm[of].tolist(), "DLMC": [names.name(each) for each in land.dlbm[of].tolist()]}
        urban = {"GHFQDM": [code] * len(shapes), "GHFQMC": ["城镇集中建设区"] * len(shapes)}
        add(kind, shapes, **(more if kind == "YJJBNT" else urban if kind == "CZKFBJ" else {}))
    zones = book.code_lists["ghfq"]
    label = np.unique(zone, return_inverse=True)[1] * (TOWNS * TOWNS) + town
    shapes, of = _dissolved(land, label)
    codes = zone[of].tolist()
    for kind in ("GHFQ", "YDYHGHFQ"):
        add(kind, shapes, GHFQDM=codes, GHFQMC=[zones.name(code) for code in codes])
    for kind, number, radius_m in (("HLFXKZX", blocks // 20, 500.0), ("LSWHBHX", blocks // 20, 100.0)):
        centres = land.seed[random.choice(len(land.seed), number)]
        add(
            kind,
            shapely.intersection(shapely.buffer(shapely.points(centres), radius_m, quad_segs=4), outline),
        )
    near = KDTree(land.seed).query(land.seed.mean(axis=0), k=min(len(land.seed) // 20, 4000))[1]
    for nth, kind in enumerate(("ZXCQCSLX", "ZXCQCSLVX", "ZXCQCSZX", "ZXCQCSHX")):
        add(kind, land.shape[near[nth::40]])
    return rows


def make_parcels(path: Path, size: Size, seed: int, along: Floats | None = None) -> dict[str, Any]:
    """Write the package of planted faults; return the rows of each layer, and what was planted.

    Args:
        along: where the giant runs, as of `one_county`.
    """
    land, outline = one_county(size, seed, along)
    package = Package(path, load())
    _divisions(package, land, outline, size)
    shapes, kept, truth = planted(np.random.default_rng([seed, 8]), land.shape, land.id, size.defects)
    _parcels(package, shapes, land.dlbm[kept])
    overlap_m2 = float(truth["area_m2"][: size.defects].sum())
    points = shapely.get_num_coordinates(shapes)
    giant = shapes[np.argmax(points)]
    touched = len(shapely.STRtree(shapes).query(giant, predicate="intersects")) - 1
    return {
        "rows": package.rows, "vertices": int(points.sum()), "defects": size.defects,
        "overlap_m2": overlap_m2, "largest": int(points.max()), "touched": touched, "plane": PLANE.definition,
    }  # fmt: skip


def comb(teeth: int) -> Floats:
    """Return where the giant runs: a road with so many side roads on one side, across nearly everything."""
    t = np.linspace(0.02, 0.98, 20_000)
    spine = np.column_stack([np.full(len(t), t[0]), t])
    side = [np.column_stack([t, np.full(len(t), y)]) for y in np.linspace(t[0], t[-1], teeth)]
    return np.vstack([spine, *side])


def _divisions(package: Package, land: Land, outline: Any, size: Size) -> Ints:
    """Write the outline and the townships; return the township of each parcel."""
    towns = townships(COUNTY.code)
    town = _towns(land, size)
    package.add("XZQX", np.array([outline], object))
    pieces, of = _dissolved(land, town)
    number = town[of]
    named = [towns[each] for each in np.unique(number)]
    package.add(
        "XZQ",
        grouped(pieces, number),
        XZQDM=[each.code for each in named],
        XZQMC=[each.name for each in named],
    )
    return town


def _parcels(package: Package, shapes: Shapes, dlbm: NDArray[np.str_]) -> None:
    names = package.book.code_lists["dltb_dlbm_2020"]
    codes = dlbm.tolist()
    package.add("DLTB", shapes, DLBM=codes, DLMC=[names.name(code) for code in codes])


def _towns(land: Land, size: Size) -> Ints:
    """Return the township of each parcel: a square of the grid."""
    low = land.seed.min(axis=0)
    cell = np.minimum((land.seed - low) // (size.side_km * 1000 / TOWNS), TOWNS - 1).astype(np.int64)
    return np.asarray(cell @ np.array([TOWNS, 1]))


def _zones(land: Land, random: Random, blocks: int) -> tuple[NDArray[np.str_], Ints]:
    """Return each parcel's planning zone, and the block that it belongs to within it."""
    tree = KDTree(land.seed[random.choice(len(land.seed), blocks, replace=False)])
    block = np.asarray(tree.query(land.seed)[1], np.int64)
    chance = random.random(len(land.seed))
    zone = np.full(len(land.seed), _RURAL)
    zone[np.isin(land.dlbm, FARMLAND) & (chance < 0.8)] = _FARM
    zone[(land.dlbm == FOREST) & (chance < 0.3)] = _ECOLOGY
    zone[np.isin(land.dlbm, _BUILT) & (chance < 0.3)] = _TOWN
    return zone, block


def _dissolved(land: Land, label: Ints) -> tuple[Shapes, Ints]:
    """Return what parcels of one label cover, a polygon for each part, and a parcel in each."""
    of_cell = np.append(label, NOTHING)[land.parcel_of_cell]
    shapes, first, _ = land.cells.regions(of_cell)
    return shapes, land.parcel_of_cell[first]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kind", choices=KINDS, default="sound")
    parser.add_argument("--size", choices=list(BLOCKS), default="county")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.out.unlink(missing_ok=True)
    size = SIZES[given.size]
    if given.kind == "sound":
        made: dict[str, Any] = {"rows": make(given.out, size, BLOCKS[given.size], given.seed)}
    else:
        along = comb(TEETH[given.size]) if given.kind == "giant" else None
        made = make_parcels(given.out, size, given.seed, along)
    given.out.with_suffix(".json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    for kind, rows in made["rows"].items():
        print(f"{kind:12} {rows:>9,} rows")


if __name__ == "__main__":
    main()
