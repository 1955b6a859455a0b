"""`lantu package`: plan packages as they are delivered: checked, and empty ones to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lantu.cli import package_check, package_plant, package_register, package_rules
from lantu.cli.context import JsonOption, emit, line, say
from lantu.lawbook import load
from lantu.lawbook.packages import profile_named
from lantu.runs.package_template import Template, write_template


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="规划成果包 / plan packages")
    group.command(
        "check", help="质检：按规则查，给出结论和清单 / check a package; the verdict and its reasons"
    )(package_check.run)
    group.command("register", help="收下通过质检的成果包，作为草稿 / keep an accepted package as a draft")(
        package_register.run
    )
    group.command("plant", help="埋入错误，检验质检 / plant faults, to test a check with")(package_plant.run)
    group.command("rules", help="质检规则 / the rules of the check")(package_rules.run)
    group.command("template", help="按样式生成空的成果库 / an empty package made after a profile")(template)
    app.add_typer(group, name="package")


def template(
    profile: Annotated[
        str, typer.Option("--profile", help="样式编号 / id of the profile: county-2023", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", help="写到 .gpkg 或 .gdb / where to write it", show_default=False)
    ],
    epsg: Annotated[
        int | None,
        typer.Option(
            "--epsg", help="坐标系，缺省为样式的第一个 / system; the profile's first", show_default=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="替换已有的成果库 / replace a package that stands there")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the template and say what is in it."""
    found = profile_named(load().profiles, profile)
    made = write_template(found, out, epsg=epsg, force=force)
    value = {
        "path": made.path, "profile": found.id, "epsg": made.epsg, "layers": made.layers,
        "tables": made.tables, "fields": made.fields,
    }  # fmt: skip
    emit(value, as_json, lambda: _show(made))


def _show(made: Template) -> None:
    line(
        say(
            "profile.template", path=made.path, layers=made.layers, tables=made.tables, fields=made.fields,
            epsg=made.epsg,
        )
    )  # fmt: skip
