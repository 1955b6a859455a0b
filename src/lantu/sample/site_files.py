"""Sites and projects → files: GeoJSON, the files that must be refused, a surveyor's TXT, YAML of projects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lantu.core.crs import GEOGRAPHIC
from lantu.core.invented import INVENTED, INVENTED_EN
from lantu.sample.drawing import delivered, from_degrees
from lantu.sample.sites import PROJECTS, ZONE_41, Site

FOLDER, ALL, POINTS = "sites", "sites.geojson", "boundary_points.txt"
_EAST_OF_IT = 4530
"""The 3° zone beside zone 41, whose eastings begin with 42."""


def write_sites(
    sites: Sequence[Site], folder: Path
) -> tuple[dict[str, tuple[str, int]], list[dict[str, Any]]]:
    """Write all files of sites below a folder.

    Returns:
        Id of each site → its file and its number there, from 1; the files that must be refused, and why.
    """
    into = folder / FOLDER
    (into / "projects").mkdir(parents=True)
    for name, facts in PROJECTS.items():
        lines = [f"# {INVENTED} / {INVENTED_EN}", *(f'{key}: "{value}"' for key, value in facts.items())]
        (into / "projects" / f"{name}.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    plain = [each for each in sites if each.epsg == GEOGRAPHIC]
    points = [each for each in sites if each.epsg == ZONE_41]
    _geojson(into / ALL, GEOGRAPHIC, [(each.id, each.project, each.shape) for each in plain])
    (into / POINTS).write_text(_points_text(points), "utf-8")
    where = {each.id: (f"{FOLDER}/{ALL}", number) for number, each in enumerate(plain, 1)}
    where |= {each.id: (f"{FOLDER}/{POINTS}", number) for number, each in enumerate(points, 1)}
    return where, _refused(into, plain[0])


def _refused(into: Path, site: Site) -> list[dict[str, Any]]:
    """Write one site in ways that no program may take as they are."""
    ring = shapely.get_coordinates(site.shape)
    crossed = shapely.Polygon(ring[[0, 2, 1, 3]])
    swapped = shapely.transform(site.shape, lambda xy: xy[:, ::-1])
    (zone_41,) = delivered(from_degrees(np.array([site.shape], object)), ZONE_41)
    found = []
    for name, epsg, shape, what in (
        ("self_crossing.geojson", GEOGRAPHIC, crossed, ("边界自相交", "its boundary crosses itself")),
        ("swapped_axes.geojson", GEOGRAPHIC, swapped, ("经纬度颠倒", "latitude before longitude")),
        (
            "wrong_zone.geojson",
            _EAST_OF_IT,
            zone_41,
            ("坐标是41带的，文件写42带", "coordinates of zone 41 under zone 42"),
        ),
    ):
        _geojson(into / name, epsg, [(site.id, site.project, shape)])
        found.append({"file": f"{FOLDER}/{name}", "site": site.id, "what": {"zh": what[0], "en": what[1]}})
    return found


def _geojson(path: Path, epsg: int, rows: Sequence[tuple[str, str, Any]]) -> None:
    value = {
        "type": "FeatureCollection",
        "name": path.stem,
        "description": f"{INVENTED} / {INVENTED_EN}",
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"ID": name, "PROJECT": project, "BZ": f"{INVENTED} invented"},
                "geometry": shapely.geometry.mapping(shape),
            }
            for name, project, shape in rows
        ],
    }
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _points_text(sites: Sequence[Site]) -> str:
    """Return 界址点坐标 as `docs/formats/boundary-points.md` has them: X is the northing."""
    lines = [
        "[属性描述]", "格式版本号=1.01版本", f"数据产生单位=蓝图项目（{INVENTED}）",
        "数据产生日期=2026-01-01", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格",
        "计量单位=米", "带号=41", "精度=0.001", "转换参数=,,,,,,", "[地块坐标]",
    ]  # fmt: skip
    for each in sites:
        ring = shapely.get_coordinates(each.shape)
        lines.append(f"{len(ring)},,{each.id},{INVENTED},面,,,,@")
        for n, (x, y) in enumerate(ring.tolist()):
            lines.append(f"J{n % (len(ring) - 1) + 1},1,{y:.3f},{x:.3f}")
    return "\n".join(lines) + "\n"
