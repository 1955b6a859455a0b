"""An empty package to fill in, made after a profile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lantu.core.errors import InputError
from lantu.lawbook import PackageProfile
from lantu.lawbook.packages import spans
from lantu.runs.table_file import check_out
from lantu.store import template
from lantu.store.files import sweep_parts, whole_file, whole_folder


@dataclass(frozen=True, slots=True)
class Template:
    """What was written: where, in which system, how many layers and tables and fields of them."""

    path: Path
    epsg: int
    layers: int
    tables: int
    fields: int


def write_template(
    profile: PackageProfile, out: Path, *, epsg: int | None = None, force: bool = False
) -> Template:
    """Write every layer and table of a profile, without rows; the package appears whole or not at all.

    Args:
        out: a .gpkg file or a .gdb folder.
        epsg: system of its layers; None for the first that the profile allows.
        force: put it in the place of a package that stands there.

    Raises:
        InputError: `profile.bad_system`, `.out_exists`, `.not_geodatabase`, or as `check_out`.
        StorageError: the disk is full or refuses; what stood there still stands.
    """
    system = profile.systems[0] if epsg is None else epsg
    if system not in profile.systems:
        raise InputError(
            "profile.bad_system", epsg=system, profile=profile.id, systems=spans(profile.systems)
        )
    if out.exists() and not force:
        raise InputError("profile.out_exists", where=out)
    geodatabase = out.suffix.lower() == ".gdb"
    if geodatabase and out.exists():
        _check_geodatabase(out)
    else:
        check_out(out, (), template.SUFFIXES)
    whole = whole_folder if geodatabase else whole_file
    sweep_parts(out.parent, out)
    with whole(out) as part:
        template.write(profile, part, system)
    layers = profile.layers.values()
    tables = sum(layer.geometry == "none" for layer in layers)
    return Template(out, system, len(layers) - tables, tables, sum(len(layer.fields) for layer in layers))


def _check_geodatabase(out: Path) -> None:
    """Refuse to replace any other folder, whatever it is called.

    Raises:
        InputError: `profile.not_geodatabase`.
    """
    if not any(out.glob("*.gdbtable")):
        raise InputError("profile.not_geodatabase", where=out)
