"""Build the invented sample: four counties, their files, a manifest, what must be found in it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lantu.compliance.review import LEAST, SLIT
from lantu.core.area import Geometries
from lantu.core.crs import GEOGRAPHIC, transformer
from lantu.core.errors import ConflictError, InputError
from lantu.core.invented import INVENTED, INVENTED_EN
from lantu.core.progress import Progress, silent
from lantu.intake import VectorTable, read_vector
from lantu.lawbook import Compatibility, Lawbook, load
from lantu.runs.side_by_side import side_by_side
from lantu.sample.beside_truth import Law, SiteShare, site_truth
from lantu.sample.build import BuiltCounty, Entry, build_county, write_list, write_planning
from lantu.sample.city import CODE as CITY_CODE
from lantu.sample.city import city_layers
from lantu.sample.counties import COUNTIES, YEARS, County
from lantu.sample.held import TOLERANCE_M2
from lantu.sample.lists import lists_truth, named_lists
from lantu.sample.outlines import drawn_outlines, given_outlines
from lantu.sample.site_files import write_sites
from lantu.sample.sites import Site, shared_sites
from lantu.store.files import storage_faults

SEED = 47
LEAST_SCALE, MOST_SCALE = 0.05, 40.0
MANIFEST, APPROVAL, TRUTH = "manifest.json", "approval.txt", "truth.json"
UPPER, LOWER = "approval_upper.txt", "approval_lower.txt"
CONTRADICTIONS, SITES = "contradictions.json", "sites.json"
_MARK = "lantu-sample/1"
_REAL = "四县（市）及乡镇的名称和代码、县域面积、四县（市）和吉林省的批复指标"
_REAL_EN = (
    "names and codes of counties and townships, county areas, figures approved for the counties and Jilin"
)
_METHOD = "GEOS, 法定面积平面 / in the statutory plane"

_Job = tuple[County, shapely.Geometry, float, int, Path, Lawbook, Sequence[Site]]
_INVENTED = {"zh": INVENTED, "en": INVENTED_EN}


@dataclass(frozen=True, slots=True)
class SampleManifest:
    """What a sample holds.

    Attributes:
        folder: where it lies.
        boundaries: name of the file that the outlines came from; None for invented ones.
        layers: every layer and table in the order in which they are to be added.
        findings, contradictions, sites: how many of them are planted, or drawn.
        approval, upper_approval, lower_approval, truth: file names; the upper one is the reply to the
            province's plan, the lower one holds invented replies to a detailed and a special plan.
    """

    folder: Path
    seed: int
    scale: float
    boundaries: str | None
    layers: tuple[Entry, ...]
    findings: int
    contradictions: int
    sites: int
    approval: str = APPROVAL
    upper_approval: str = UPPER
    lower_approval: str = LOWER
    truth: str = TRUTH

    def to_json(self) -> dict[str, Any]:
        return {
            "format": _MARK,
            "invented": _INVENTED,
            "real": {"zh": _REAL, "en": _REAL_EN},
            "seed": self.seed,
            "scale": self.scale,
            "boundaries": self.boundaries,
            "approval": self.approval,
            "upper_approval": self.upper_approval,
            "lower_approval": self.lower_approval,
            "truth": self.truth,
            "contradictions": CONTRADICTIONS,
            "sites": SITES,
            "layers": [layer.to_json() for layer in self.layers],
        }


def build_sample(
    out: Path,
    *,
    scale: float = 1.0,
    boundaries: Path | None = None,
    seed: int = SEED,
    progress: Progress = silent,
) -> SampleManifest:
    """Build the sample in a folder, whole or not at all.

    Args:
        out: a new or empty folder, or an earlier sample, which is then replaced.
        scale: how finely the land is divided; 1 gives about 12 thousand parcels a county.
        boundaries: polygons of the four counties (by code or name); None draws invented ones.

    Raises:
        ConflictError: `sample.not_empty`.
        InputError: `sample.*`, or `intake.*` for the boundaries.
        StorageError: the disk is full or refuses.
    """
    if not LEAST_SCALE <= scale <= MOST_SCALE:
        raise InputError(
            "sample.bad_scale", scale=f"{scale:g}", least=f"{LEAST_SCALE:g}", most=f"{MOST_SCALE:g}"
        )
    if (out.exists() and not out.is_dir()) or (out.is_dir() and any(out.iterdir()) and not _is_sample(out)):
        raise ConflictError("sample.not_empty", where=out)
    outlines = read_boundaries(boundaries) if boundaries else drawn_outlines(seed)
    with storage_faults(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        old = work / "old"
        try:
            manifest = _fill(work / "new", out, outlines, scale, boundaries, seed, progress)
            if out.exists():
                out.rename(old)
            (work / "new").rename(out)
        finally:
            if old.exists() and not out.exists():
                old.rename(out)
            shutil.rmtree(work, ignore_errors=True)
    return manifest


def _fill(
    folder: Path, out: Path, outlines: dict[str, shapely.Geometry], scale: float, boundaries: Path | None,
    seed: int, progress: Progress,
) -> SampleManifest:  # fmt: skip
    folder.mkdir()
    shared = shared_sites(outlines, CITY_CODE)
    built = _counties(folder, outlines, scale, seed, shared, progress)
    book = load()
    city = city_layers(
        [each.beside.city for each in built], {kind: each.name.zh for kind, each in book.layer_kinds.items()}
    )
    entries = [entry for each in built for entry in each.entries]
    entries += [entry for each in built for entry in each.further]
    entries += [write_planning(CITY_CODE, layer, GEOGRAPHIC, folder) for layer in city]
    entries += [write_list(code, layer, folder) for code, layer in named_lists()]
    truth = _truth(built)
    found = len(truth["findings"]), _write_contradictions(folder, built), _write_sites(folder, built, shared)
    name = boundaries.name if boundaries else None
    manifest = SampleManifest(out, seed, scale, name, tuple(entries), *found)
    _write_json(folder / TRUTH, {"invented": _INVENTED, **truth})
    for reply in (APPROVAL, UPPER, LOWER):
        (folder / reply).write_bytes(files("lantu.sample").joinpath(reply).read_bytes())
    (folder / "README.txt").write_text(_readme(manifest), "utf-8")
    _write_json(folder / MANIFEST, manifest.to_json())
    return manifest


def _counties(
    folder: Path, outlines: dict[str, shapely.Geometry], scale: float, seed: int, shared: Sequence[Site],
    progress: Progress,
) -> list[BuiltCounty]:  # fmt: skip
    """Build the counties side by side; each draws from a random source of its own."""
    built: list[BuiltCounty] = []
    progress("progress.sample", 0, len(COUNTIES))
    jobs: list[_Job] = [
        (county, outlines[county.code], scale, seed, folder, load(), shared) for county in COUNTIES
    ]
    for done, new in enumerate(side_by_side(_build, jobs), 1):
        built.append(new)
        progress("progress.sample", done, len(COUNTIES))
    return built


def _truth(built: Sequence[BuiltCounty]) -> dict[str, Any]:
    """Return what the monitoring must find."""
    truth: dict[str, Any] = {
        part: [told for each in built for told in each.truth[part]]
        for part in ("findings", "below_threshold", "legal")
    }
    figures = [each.truth["figures"] for each in built]
    return truth | {"figures": {c.code: told for c, told in zip(COUNTIES, figures, strict=True)}}


def _write_contradictions(folder: Path, built: Sequence[BuiltCounty]) -> int:
    parts = {
        part: [told for each in built for told in each.beside.truth[part]]
        for part in ("contradictions", "below_tolerance")
    }
    about = {"format": "lantu-contradictions/1", "invented": _INVENTED}
    measured = {"tolerance_m2": f"{TOLERANCE_M2}", "method": _METHOD}
    _write_json(folder / CONTRADICTIONS, {**about, **measured, **parts, "lists": lists_truth()})
    return len(parts["contradictions"])


def _write_sites(folder: Path, built: Sequence[BuiltCounty], shared: Sequence[Site]) -> int:
    """Write the sites and what must be said of each; a county measured its own and all shared ones."""
    told: list[tuple[Site, list[SiteShare]]] = []
    for each in built:
        own = each.beside.sites
        told += [(site, [share]) for site, share in zip(own, each.beside.shares, strict=False)]
    for number, site in enumerate(shared):
        told.append((site, [each.beside.shares[len(each.beside.sites) + number] for each in built]))
    where, refused = write_sites([site for site, _ in told], folder)
    day = date(YEARS[-1], 12, 31)
    law = Law(Compatibility(load()), *(float(load().number(name, day)) for name in (LEAST, SLIT)))
    rows = [
        {"file": where[site.id][0], "number": where[site.id][1], **site_truth(site, shares, law)}
        for site, shares in told
    ]
    about = {"format": "lantu-sites/1", "invented": _INVENTED, "year": YEARS[-1]}
    measured = {"tolerance_m2": f"{TOLERANCE_M2}", "method": _METHOD}
    _write_json(folder / SITES, {**about, **measured, "sites": rows, "refused": refused})
    return len(rows)


def _build(job: _Job) -> BuiltCounty:
    return build_county(*job)


def read_boundaries(path: Path) -> dict[str, shapely.Geometry]:
    """Read outlines of the four counties, by code, into the drawing plane. WGS84 is taken as CGCS2000.

    Raises:
        InputError: `sample.boundary_missing`, or `intake.*`.
    """
    table = read_vector(path, assume_cgcs2000=True)
    found: dict[str, shapely.Geometry] = {}
    for county in COUNTIES:
        rows = _rows_named(table, {county.code, county.code + "000000", county.name})
        if rows:
            found[county.code] = shapely.union_all(_degrees(table)[rows])
    missing = [county.name for county in COUNTIES if county.code not in found]
    if missing:
        raise InputError("sample.boundary_missing", where=path.name, counties="、".join(missing))
    return given_outlines(found)


def _degrees(table: VectorTable) -> Geometries:
    if table.geometry is None or table.crs is None or table.crs.is_geographic:
        return np.asarray(table.geometry)
    move = transformer(table.crs.to_string(), f"EPSG:{GEOGRAPHIC}")
    return np.asarray(
        shapely.transform(table.geometry, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))
    )


def _rows_named(table: VectorTable, names: set[str]) -> list[int]:
    columns = [column.to_pylist() for column in table.attributes.columns]
    return [
        row
        for row, values in enumerate(zip(*columns, strict=True))
        if {str(v).strip() for v in values} & names
    ]


def _is_sample(folder: Path) -> bool:
    try:
        held = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and held.get("format") == _MARK


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _readme(manifest: SampleManifest) -> str:
    zh_lines = (
        f"县界取自 {manifest.boundaries}（WGS84 坐标按 CGCS2000 使用）"
        if manifest.boundaries
        else "县界为虚构，面积为真"
    )
    en_lines = (
        f"outlines come from {manifest.boundaries} (WGS84 taken as CGCS2000)"
        if manifest.boundaries
        else "outlines are invented, their areas are true"
    )
    return f"""虚构示例数据（蓝图 Lantu）
真实的：{_REAL}。其余一切——地块、三线、分区、详细规划、专项规划、许可、道路、设施、用水量、变化、进出平衡——均为虚构，不反映任何真实地块或行为。
{zh_lines}。种子 {manifest.seed}，细度 {manifest.scale:g}。
manifest.json 列出全部图层和表（按导入次序）；approval.txt 和 approval_upper.txt 是批复的转述；
approval_lower.txt 是虚构的批复：大安市一个详细规划、一个专项规划，用它的 DETAILED_PLOT、SPECIAL_SITE 图层；
truth.json 是预设的监测结果；planning/ 是成果包以外的图层（详细规划、专项规划、许可、地灾范围、市级三线）；
contradictions.json 是预设的规划矛盾；sites/ 是审查用的地块和项目，sites.json 是各地块应有的结果。

Invented sample data (Lantu)
Real: {_REAL_EN}. Everything else (parcels, lines, zones, detailed and
special plans, permits, roads, facilities, water use, changes, exchanges) is invented and says nothing
about any real land or deed; {en_lines}.
Seed {manifest.seed}, scale {manifest.scale:g}.
manifest.json lists all layers and tables in the order to add them; approval.txt and approval_upper.txt
restate the replies, approval_lower.txt holds invented ones to a detailed and a special plan of 大安市,
for its layers DETAILED_PLOT and SPECIAL_SITE; truth.json holds what the monitoring must find; planning/
the layers beside the plan packages (detailed and special plans, permits, hazards, the city's lines);
contradictions.json the planted contradictions between plans; sites/ sites and projects to review,
sites.json what must be said of each.
"""
