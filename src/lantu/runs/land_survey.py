"""The land survey that a package without one is held against: of a file, or registered for its county."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.intake.package import read_package
from lantu.lawbook import Lawbook
from lantu.quality.package import FieldInfo, PackageLayer
from lantu.quality.reference import SURVEY, Survey
from lantu.quality.workspace import BROKEN, SURVEY_PROFILE
from lantu.runs.measure_layers import Shelf
from lantu.store import Home

CLASS, YEAR = "DLBM", "SJNF"
_SPOILT = BROKEN | {"rows_missing", "bad_wkb"}


def survey_in(path: Path, book: Lawbook, progress: Progress = silent) -> Survey:
    """Read a land survey: the one layer of a file, folder or zip with shapes and classes, or of its name.

    Raises:
        InputError: `intake.missing`; `package.survey_unreadable` where not every row of it could be read;
            `package.no_survey_layer`, `.which_survey`.
    """
    package = read_package(path, progress=progress)
    if spoilt := [each for each in package.incidents if each.kind in _SPOILT]:
        why = "、".join(f"{each.where}: {each.kind}" for each in spoilt[:3])
        raise InputError("package.survey_unreadable", where=path, why=why, profile=SURVEY_PROFILE)
    specs = [each.layers[SURVEY] for each in book.profiles.values() if SURVEY in each.layers]
    named = {name.upper() for spec in specs for name in (SURVEY, *spec.aliases)}
    fit = [each for each in package.layers if each.wkb is not None and CLASS in _columns(each)]
    known = [each for each in fit if each.name.upper() in named]
    chosen = known or fit
    if not chosen:
        raise InputError("package.no_survey_layer", where=path, field=CLASS)
    if len(chosen) > 1:
        names = "、".join(each.where for each in chosen)
        raise InputError("package.which_survey", where=path, layers=names)
    digest = package.files[0].digest if len(package.files) == 1 else package.digest
    return Survey(chosen[0], "file", path.name, digest, _years(chosen[0]))


def survey_registered(home: Home | None, county: str | None, base: int) -> Survey | None:
    """Return the latest survey of the base year in force for a county; None where there is none.

    Raises:
        IntegrityError: `layer.missing`, `layer.damaged`.
    """
    if home is None or county is None:
        return None
    layer = Shelf(home.layers.list(SURVEY, county)).land(base)
    if layer is None:
        return None
    data = home.layers.read(layer)
    assert data.geometry is not None and data.crs is not None
    fields = tuple(FieldInfo(each.name, "other") for each in data.attributes.schema)
    wkb = pa.array(shapely.to_wkb(data.geometry), pa.large_binary())
    found = PackageLayer(
        SURVEY, layer.source_name, fields, data.attributes, wkb, layer.geometry_type, data.crs, data.crs.name
    )
    return Survey(found, "registered", layer.title, layer.digest, (base,))


def _columns(layer: PackageLayer) -> Mapping[str, str]:
    return {name.upper(): name for name in layer.table.column_names}


def _years(layer: PackageLayer) -> tuple[int, ...]:
    """Return the years that the rows say they are of; what is no year is none."""
    name = _columns(layer).get(YEAR)
    if name is None:
        return ()
    said = pc.unique(layer.table.column(name)).to_pylist()
    texts = {str(each).strip().removesuffix(".0") for each in said if each is not None}
    return tuple(np.unique([int(each) for each in texts if each.isdecimal()]).tolist())
