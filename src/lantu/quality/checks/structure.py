"""Layers and fields against the profile: there, named, typed, and of the right kind of geometry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely

from lantu.core.finding import Answer
from lantu.lawbook import FieldSpec
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.package import FieldInfo, FieldType
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

_LISTED = 20
_TYPE = re.compile(r"([CIDF])([0-9]+)(?:\.([0-9]+))?|(Date)")
_TYPES: dict[str, FieldType] = {"C": "text", "I": "integer", "D": "decimal", "F": "decimal", "Date": "date"}
_BRACKET = re.compile(r"\([^()]*\)$")
_DIMENSIONS = {"point": 0, "line": 1, "polygon": 2}
_COLLECTION = 7
_DECLARED = {0: "Point", 1: "Line", 2: "Polygon"}
"""What a declared type of geometry has in its name, by dimension, curves and surfaces aside."""
_ROUND_TYPES = {"curve": 1, "surface": 2}


def layers_present(work: Workspace, *, presence: str) -> Iterator[Defect]:
    """Every layer of that presence is there; where something could not be read, it may be in there.

    Raises:
        NotApplicable: `quality.none_of_presence`.
    """
    wanted = [spec for spec in work.profile.layers.values() if spec.presence == presence]
    if not wanted:
        raise NotApplicable("quality.none_of_presence", profile=work.profile.id)
    shut = work.shut()
    for spec in wanted:
        if spec.kind in work.matched:
            continue
        why = work.broken(spec.kind) or shut
        yield Defect(
            spec.kind, ("absent",), answer=Answer.CANNOT_TELL if why else Answer.FAIL,
            params={"name": spec.name.zh, "where": why.where if why else work.package.name},
            message="quality.layer_unread" if why else None,
        )  # fmt: skip


def layers_known(work: Workspace) -> Iterator[Defect]:
    """Every layer is one of the profile's, or another name of one.

    Raises:
        NotApplicable: `quality.nothing_to_check`.
    """
    if not work.package.layers:
        raise NotApplicable("quality.nothing_to_check")
    for layer in work.unknown:
        yield Defect(layer.name, ("unknown", layer.file), params={"where": layer.where, "count": layer.rows})


def layers_filled(work: Workspace, *, presence: Sequence[str]) -> Iterator[Defect]:
    """Every layer that is there has rows; one that is not is `layers_present`'s.

    Raises:
        CannotTell: `quality.no_layer_known`.
        NotApplicable: `quality.none_of_presence`.
    """
    sheets = [sheet for sheet in _known(work) if sheet.spec.presence in presence]
    if not sheets:
        raise NotApplicable("quality.none_of_presence", profile=work.profile.id)
    for sheet in sheets:
        if not len(sheet):
            yield Defect(sheet.kind, ("empty",), params={"name": sheet.spec.name.zh})


def layers_named(work: Workspace) -> Iterator[Defect]:
    """Every layer has its standard name, in capitals, not another that it is also known by.

    Raises:
        CannotTell: `quality.no_layer_known`.
    """
    for sheet in _known(work):
        if sheet.source.name != sheet.kind:
            yield Defect(sheet.kind, ("name", sheet.source.name), params={"said": sheet.source.name})


def shapes_present(work: Workspace) -> Iterator[Defect]:
    """No layer that the profile has with shapes is a mere table; one that is absent is `layers_present`'s.

    Raises:
        CannotTell: `quality.no_layer_known`.
        NotApplicable: `quality.nothing_to_check`.
    """
    for sheet in _of_geometry(work, tuple(_DIMENSIONS)):
        if sheet.source.wkb is None:
            yield Defect(sheet.kind, ("no_shapes",), params={"count": len(sheet)})


def tables_plain(work: Workspace) -> Iterator[Defect]:
    """Nothing that the profile has as a table has shapes.

    Raises:
        CannotTell: `quality.no_layer_known`.
        NotApplicable: `quality.nothing_to_check`.
    """
    for sheet in _of_geometry(work, ("none",)):
        if sheet.source.wkb is not None and sheet.source.wkb.null_count < len(sheet):
            yield Defect(sheet.kind, ("shapes",), params={"count": len(sheet)})


def fields_known(work: Workspace, *, ignored: Sequence[str]) -> Iterator[Defect]:
    """Every field is one of the profile's; one finding names all others of a layer.

    Args:
        ignored: fields that programs add by themselves.

    Raises:
        CannotTell: `quality.no_layer_known`.
    """
    for sheet in _known(work):
        known = {*sheet.spec.fields, *(name.upper() for name in ignored)}
        strange = sorted(each.name for each in sheet.source.fields if each.name.upper() not in known)
        if strange:
            more = " …" if len(strange) > _LISTED else ""
            params = {"fields": "、".join(strange[:_LISTED]) + more, "count": len(strange)}
            yield Defect(sheet.kind, ("unknown",), params=params)


def fields_present(sheet: Sheet, work: Workspace, *, presence: str) -> Iterator[Defect]:
    """Every field of that presence is there, filled or not.

    Raises:
        NotApplicable: `quality.no_field_of_presence`.
    """
    wanted = [spec for spec in sheet.spec.fields.values() if spec.presence == presence]
    if not wanted:
        raise NotApplicable("quality.no_field_of_presence", layer=sheet.kind)
    for spec in wanted:
        if not sheet.has(spec.name):
            yield Defect(sheet.kind, ("absent", spec.name), params=_of(spec) | {"count": len(sheet)})


def field_types(
    sheet: Sheet, work: Workspace, *, untyped: Sequence[str], inferred: Sequence[str]
) -> Iterator[Defect]:
    """Every field has the type that the profile gives it.

    Args:
        untyped: suffixes of files that have no types: the rule does not apply.
        inferred: suffixes of files whose types are read off the values: there a whole number may be a decimal
            one, and a field without a value may be anything.

    Raises:
        NotApplicable: `quality.no_types`.
    """
    pairs = _declared(sheet, untyped)
    read_off = sheet.source.file.lower().endswith(tuple(inferred))
    for spec, info, (kind, _, _) in pairs:
        right = _TYPES[kind]
        if info.type == right or (info.type == "integer" and right == "decimal" and read_off):
            continue
        if read_off and sheet.column(spec.name).null_count == len(sheet):
            continue
        params = _of(spec) | {"found": _words(info), "wanted": spec.type, "count": len(sheet)}
        yield Defect(sheet.kind, ("type", spec.name), params=params)


def field_widths(
    sheet: Sheet, work: Workspace, *, untyped: Sequence[str], widest: Mapping[str, int]
) -> Iterator[Defect]:
    """Fields are as wide, with as many decimals, as the profile says, where the file has such a thing.

    A whole number may be wider: programs choose among few widths. Of a field of another type `field_types`
    speaks.

    Args:
        untyped: suffixes of files that have neither types nor widths.
        widest: suffix → how wide a text can be in such a file at most.

    Yields:
        One defect for the layer: how its fields were made is one cause.

    Raises:
        NotApplicable: `quality.no_types`, `quality.no_widths`.
    """
    pairs = [each for each in _declared(sheet, untyped) if each[1].type == _TYPES[each[2][0]] and each[2][1]]
    if not any(info.width is not None for _, info, _ in pairs):
        raise NotApplicable("quality.no_widths", layer=sheet.kind, where=sheet.source.where)
    most = min((w for end, w in widest.items() if sheet.source.file.lower().endswith(end)), default=None)
    wrong: list[str] = []
    for spec, info, (kind, width, decimals) in pairs:
        if info.width is None or (kind == "C" and info.width == most and width > most):
            continue
        narrower, other = info.width < width, info.width != width or (info.decimals or 0) != decimals
        if narrower if kind == "I" else other:
            wrong.append(f"{spec.name} {_words(info)} ≠ {spec.type}")
    if wrong:
        params = {"fields": "、".join(wrong), "number": len(wrong), "count": len(sheet)}
        yield Defect(sheet.kind, ("widths",), params=params)


def geometry_type(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Layer and shapes are of the profile's kind of geometry; null and empty ones are other rules' business.

    Yields:
        One defect for a layer that declares another kind, else one for the features of each other kind.
    """
    wanted = _DIMENSIONS[sheet.spec.geometry]
    params = {"wanted": _DECLARED[wanted]}
    declared = _dimension(sheet.source.geometry_type or "")
    if declared is not None and declared != wanted:
        yield Defect(
            sheet.kind, ("layer",), message="quality.layer_of_other_geometry",
            params=params | {"found": sheet.source.geometry_type, "count": len(sheet)},
        )  # fmt: skip
        return
    kind, dimension = shapely.get_type_id(sheet.shapes), shapely.get_dimensions(sheet.shapes)
    there = (kind >= 0) & ~shapely.is_empty(sheet.shapes)
    wrong = there & ((dimension != wanted) | (kind == _COLLECTION))
    for found in np.unique(kind[wrong]).tolist():
        rows = np.flatnonzero(wrong & (kind == found))
        name = sheet.shapes[rows[0]].geom_type
        yield Defect(sheet.kind, ("rows", name), rows.tolist(), params=params | {"found": name})


def _known(work: Workspace) -> list[Sheet]:
    if not work.sheets:
        raise CannotTell("quality.no_layer_known", profile=work.profile.id)
    return list(work.sheets.values())


def _of_geometry(work: Workspace, kinds: Sequence[str]) -> list[Sheet]:
    found = [sheet for sheet in _known(work) if sheet.spec.geometry in kinds]
    if not found:
        raise NotApplicable("quality.nothing_to_check")
    return found


def _declared(
    sheet: Sheet, untyped: Sequence[str]
) -> list[tuple[FieldSpec, FieldInfo, tuple[str, int, int]]]:
    """Return the fields that profile and file have a type for: kind, width, decimals wanted (0: unsaid)."""
    if sheet.source.file.lower().endswith(tuple(untyped)):
        raise NotApplicable("quality.no_types", layer=sheet.kind, where=sheet.source.where)
    found = []
    for spec in sheet.field_specs():
        said, info = _TYPE.fullmatch(spec.type or ""), sheet.field_info(spec.name)
        if said and info is not None:
            wanted = (said[1] or said[4], int(said[2] or 0), int(said[3] or 0))
            found.append((spec, info, wanted))
    return found


def field_aliases(sheet: Sheet, work: Workspace) -> Iterator[Defect]:
    """Every field that has an alias has the one of the profile; one finding names all others of a layer.

    An alias that is but the name again, as programs write it, is none. Spaces and what stands in brackets at
    the end (a unit) make no difference.

    Raises:
        NotApplicable: `quality.no_aliases`.
    """
    given = {
        spec: info.alias
        for spec in sheet.field_specs()
        if (info := sheet.field_info(spec.name)) and info.alias and info.alias.upper() != spec.name
    }
    if not given:
        raise NotApplicable("quality.no_aliases", layer=sheet.kind, where=sheet.source.where)
    other = [
        f"{spec.name}“{alias}”（{spec.title.zh}）"
        for spec, alias in given.items()
        if _bare(alias) != _bare(spec.title.zh)
    ]
    if other:
        more = " …" if len(other) > _LISTED else ""
        params = {"fields": "、".join(other[:_LISTED]) + more, "count": len(other)}
        yield Defect(sheet.kind, ("aliases",), params=params)


def _bare(text: str) -> str:
    return _BRACKET.sub("", "".join(unicodedata.normalize("NFKC", text).split()))


def _of(spec: FieldSpec) -> dict[str, object]:
    return {"field": spec.name, "title": spec.title.zh}


def _words(info: FieldInfo) -> str:
    """Return a field's type as a profile writes it, without width where the file has none: C18, D18.2, I4."""
    letter = {"text": "C", "integer": "I", "decimal": "D", "date": "Date"}.get(info.type, info.type)
    width = "" if info.width is None or info.type == "date" else str(info.width)
    return letter + width + (f".{info.decimals}" if info.decimals and width else "")


def _dimension(declared: str) -> int | None:
    """Return the dimension of a declared type of geometry; None for Unknown and collections."""
    name = declared.lower()
    for dimension, part in _DECLARED.items():
        if part.lower() in name:
            return dimension
    return next(
        (
            dimension
            for part, dimension in _ROUND_TYPES.items()
            if name.removeprefix("multi").startswith(part)
        ),
        None,
    )
