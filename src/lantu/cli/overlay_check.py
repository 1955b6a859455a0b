"""`lantu overlay check`: overlaps, gaps, ground outside and broken features of one layer."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import (
    AnySystemOption,
    JsonOption,
    console,
    emit,
    hectares,
    line,
    notes,
    progress_bars,
    say,
)
from lantu.core.finding import Answer
from lantu.core.units import round_half_up
from lantu.runs.overlay_check import KINDS, SUFFIXES, Fault, FileCheck, check_file, write_faults
from lantu.runs.polygon_files import UsedFile
from lantu.runs.table_file import check_out

SHOWN = 40
BESIDE = 3
"""Of the features along a gap so many are shown."""


def run(
    layer_file: Annotated[
        Path, typer.Argument(metavar="LAYER", help="要检查的面图层文件 / file to check", show_default=False)
    ],
    boundary: Annotated[
        Path | None,
        typer.Option(
            "--boundary", help="图层应铺满的范围 / the ground the layer should cover", show_default=False
        ),
    ] = None,
    min_area: Annotated[
        float | None,
        typer.Option(
            "--min-area",
            help="列出的最小面积，平方米；缺省见规则书 / smallest area listed, m²; else the lawbook's",
            show_default=False,
        ),
    ] = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="文件的图层 / layer of the file", show_default=False)
    ] = None,
    boundary_layer: Annotated[
        str | None,
        typer.Option(
            "--boundary-layer", help="范围文件的图层 / layer of the boundary's file", show_default=False
        ),
    ] = None,
    assume_cgcs2000: AnySystemOption = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="另存问题图形，.gpkg 或 .parquet / also write the faults' shapes, .gpkg or .parquet",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check, print what is wrong and where; write the shapes where asked."""
    if out:
        check_out(out, [layer_file, *([boundary] if boundary else [])], SUFFIXES)
    with progress_bars() as progress:
        result = check_file(
            layer_file, boundary, min_area, layer=layer, boundary_layer=boundary_layer,
            assume_cgcs2000=assume_cgcs2000, progress=progress,
        )  # fmt: skip
    if out:
        write_faults(result, out)
    emit(_plain(result) if as_json else None, as_json, lambda: show(result, out))


def show(result: FileCheck, out: Path | None) -> None:
    """Print a result for people."""
    least = _least(result)
    counts = {kind: f"{len(result.faults[kind]):,}" for kind in KINDS}
    bounded = "" if result.boundary else "_unbounded"
    passed = result.answer is Answer.PASS
    said = {"least": least} if passed else {"least": least, **counts}
    line(say(f"overlay_check.{result.answer}{bounded}", **said), "green" if passed else "bold red")
    features = f"{result.layer.features:,}"
    area = hectares(result.area_m2)
    line(say("overlay_check.layer", file=result.layer.file, features=features, area=area))
    if result.boundary and result.boundary_m2 is not None and result.covered_m2 is not None:
        whole, covered = hectares(result.boundary_m2), hectares(result.covered_m2)
        line(say("overlay_check.boundary", file=result.boundary.file, area=whole, covered=covered))
    for kind in KINDS:
        _show_faults(kind, result.faults[kind])
    if any(each.count for each in result.below.values()):
        small = {name: f"{each.count:,}" for name, each in result.below.items()}
        small |= {f"{name}_m2": _figure(each.area_m2, 4) for name, each in result.below.items()}
        line(say("overlay_check.below", least=least, **small), "dim")
    if result.faults["broken"]:
        line(say("overlay_check.mended"), "yellow")
    notes(result.layer.notes, result.boundary.notes if result.boundary else ())
    if not result.verified:
        line(say("overlay_check.unverified", least=least), "dim")
    line(say("overlay_check.accuracy", crack=f"{result.crack_m:g}"), "dim")
    line(say("overlay.method", method=result.method), "dim")
    if out:
        line(say("overlay.written", path=out), "dim")


def _show_faults(kind: str, faults: list[Fault]) -> None:
    if not faults:
        return
    table = Table(title=say(f"overlay_check.{kind}"), title_justify="left", title_style="bold")
    for title in _titles(kind):
        right = title in ("area", "width", "lon", "lat")
        table.add_column(
            Text(say(f"overlay_check.{title}")), justify="right" if right else "left", overflow="fold",
            no_wrap=right,
        )  # fmt: skip
    for fault in faults[:SHOWN]:
        table.add_row(*(Text(each) for each in _cells(kind, fault)))
    console.print(table)
    if len(faults) > SHOWN:
        line(say("overlay_check.more", count=f"{len(faults) - SHOWN:,}"), "dim")


def _titles(kind: str) -> tuple[str, ...]:
    features = {"overlaps": "features", "gaps": "beside"}.get(kind, "feature")
    width = () if kind == "broken" else ("width",)
    what = () if kind == "outside" else ("what",)
    return (features, "area", *width, "lon", "lat", *what)


def _cells(kind: str, fault: Fault) -> list[str]:
    listed = [str(each) for each in fault.features[:BESIDE]]
    listed += ["…"] if len(fault.features) > BESIDE else []
    cells = [", ".join(listed) or "—", _figure(fault.area_m2, 2)]
    if fault.width_m is not None:
        cells.append(_figure(fault.width_m, 3))
    cells += ["—" if each is None else f"{each:.6f}" for each in (fault.lon, fault.lat)]
    if kind != "outside":
        known = fault.what in ("duplicate", "hole", "border", "empty")
        said = say(f"overlay_check.what_{fault.what}") if known else fault.what
        cells.append("" if fault.what == "part" else said)
    return cells


def _figure(value: float, decimals: int) -> str:
    """Return a figure of so many decimals; a small one with more, that it does not read as nothing."""
    while 0 < value < 10**-decimals and decimals < 8:
        decimals += 1
    return f"{round_half_up(Decimal(value), decimals):,}"


def _least(result: FileCheck) -> str:
    return f"{Decimal(str(result.least_m2)).normalize():f}"


def _plain(result: FileCheck) -> dict[str, Any]:
    faults = result.faults
    ground = {"boundary_m2": result.boundary_m2, "covered_m2": result.covered_m2} if result.boundary else {}
    return {
        "answer": result.answer,
        "min_area_m2": result.least_m2,
        "verified": result.verified,
        "method": result.method,
        "layer": _file(result.layer),
        "boundary": _file(result.boundary) if result.boundary else None,
        "features": result.layer.features,
        "area_m2": result.area_m2,
        **ground,
        "overlaps": [
            {"left": each.features[0], "right": each.features[1], **_placed(each),
             "duplicate": each.what == "duplicate"}
            for each in faults["overlaps"]
        ],
        "gaps": [
            {**_placed(each), "kind": each.what, "beside": list(each.features)} for each in faults["gaps"]
        ],
        "outside": [{"feature": each.features[0], **_placed(each)} for each in faults["outside"]],
        "broken": [
            {"feature": each.features[0], "why": each.what, "area_m2": each.area_m2, "lon": each.lon,
             "lat": each.lat}
            for each in faults["broken"]
        ],
        "below": {name: asdict(each) for name, each in result.below.items()},
    }  # fmt: skip


def _placed(fault: Fault) -> dict[str, Any]:
    return {"area_m2": fault.area_m2, "width_m": fault.width_m, "lon": fault.lon, "lat": fault.lat}


def _file(file: UsedFile) -> dict[str, Any]:
    return asdict(file) | {"notes": list(file.notes)}
