"""`lantu layer`: add a layer or table, list what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import HomeOption, JsonOption, console, emit, home_path, progress_bars, say
from lantu.core.digest import short
from lantu.lawbook import message
from lantu.runs.add_layer import Added, add_layer
from lantu.store import Home, Layer


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="图层和表 / layers and tables")
    app.add_typer(group, name="layer")

    @group.command("add")
    def add(
        path: Annotated[
            Path, typer.Argument(help="FileGDB、GPKG、SHP、GeoJSON、GeoParquet，或表 .csv / file to read")
        ],
        kind: Annotated[str, typer.Option("--kind", help="图层种类 / layer kind, e.g. DLTB")],
        area: Annotated[str, typer.Option("--area", help="行政区代码 / area code, e.g. 220882")],
        year: Annotated[int | None, typer.Option("--year", help="年份 / year of the data")] = None,
        layer: Annotated[
            str | None, typer.Option("--layer", help="文件里的图层名 / layer's name in the file")
        ] = None,
        title: Annotated[str | None, typer.Option("--title", help="名称 / what to call it")] = None,
        invented: Annotated[
            bool, typer.Option("--invented", help="虚构示例数据 / this is invented sample data")
        ] = False,
        assume_cgcs2000: Annotated[
            bool,
            typer.Option("--assume-cgcs2000", help="把 WGS84 经纬度当作 CGCS2000 / take WGS84 as CGCS2000"),
        ] = False,
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """检查并存入一个图层或表 / check a layer or table and keep it."""
        opened = Home.open(home_path(home))
        with progress_bars() as progress:
            added = add_layer(
                opened, path, kind=kind, area_code=area, year=year, layer=layer, title=title,
                invented=invented, assume_cgcs2000=assume_cgcs2000, progress=progress,
            )  # fmt: skip
        emit(
            to_json(added.layer)
            | {
                "already_there": added.layer.already_there, "again": added.layer.again,
                "notes": [_note(code) for code in added.notes],
            },
            as_json,
            lambda: _show_added(added),
        )  # fmt: skip

    @group.command("list")
    def list_(
        kind: Annotated[str | None, typer.Option("--kind", help="只列某种 / of this kind only")] = None,
        area: Annotated[str | None, typer.Option("--area", help="只列某行政区 / of this area only")] = None,
        year: Annotated[int | None, typer.Option("--year", help="只列某年 / of this year only")] = None,
        drafts: Annotated[
            bool, typer.Option("--drafts", help="连未生效的草稿也列出 / drafts, not in force, too")
        ] = False,
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """列出图层和表 / list layers and tables."""
        store = Home.open(home_path(home), create=False).layers
        layers, came = store.list(kind, area, year, drafts=drafts), store.deliveries()
        value = [to_json(each) | {"deliveries": came.get(each.digest, ())} for each in layers]
        emit(value, as_json, lambda: _show(layers, drafts))


def _note(code: str) -> dict[str, str]:
    return {"code": code, "zh": message(code, "zh"), "en": message(code, "en")}


def _show_added(added: Added) -> None:
    layer = added.layer
    code = "layer.show.stood_before" if layer.already_there else "layer.show.added"
    if layer.again:
        code = "layer.show.again"
    text = say(code, title=layer.title, kind=layer.kind, features=layer.features, digest=short(layer.digest))
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    for note in added.notes:
        console.print(say(note), style="yellow", markup=False, highlight=False, soft_wrap=True)


def to_json(layer: Layer) -> dict[str, Any]:
    """Return a layer's facts as JSON has them."""
    return {
        "digest": layer.digest, "kind": layer.kind, "area_code": layer.area_code, "year": layer.year,
        "title": layer.title, "epsg": layer.epsg, "geometry_type": layer.geometry_type,
        "features": layer.features, "bounds": layer.bounds_lonlat, "invented": layer.invented,
        "plan_version": layer.plan_version, "draft": layer.draft, "added_at": layer.added_at,
        "file": layer.path,
        "source": {"name": layer.source_name, "layer": layer.source_layer, "digest": layer.source_digest},
    }  # fmt: skip


def _show(layers: list[Layer], drafts: bool) -> None:
    if not layers:
        console.print(say("layer.show.none"), markup=False, highlight=False)
        return
    table = Table()
    columns = ["digest", "area", "kind", "year", "title", "features", "crs", "invented"]
    for column in columns + ["draft"] * drafts:
        table.add_column(
            say(f"layer.show.{column}"), justify="right" if column == "features" else "left", overflow="fold"
        )
    for each in layers:
        cells = [
            short(each.digest), each.area_code, each.kind, str(each.year or ""), each.title,
            f"{each.features:,}",
            f"EPSG:{each.epsg}" if each.epsg else "–", say("layer.show.yes") if each.invented else "",
        ]  # fmt: skip
        if drafts:
            cells.append(say("layer.show.yes") if each.draft else "")
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
