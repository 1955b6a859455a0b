"""Take a checked and accepted plan package into a home as a draft: its layers, and why it was accepted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyproj import CRS

from lantu.core.area import Geometries
from lantu.core.crs import is_wgs84
from lantu.core.errors import ConflictError, InputError
from lantu.core.finding import Answer
from lantu.lawbook import message
from lantu.quality.check import Checked
from lantu.quality.findings import Verdict
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace
from lantu.store import Home, PackageNote, RegisteredPackage


@dataclass(frozen=True, slots=True)
class PackageTable:
    """A layer or table of a package as the store takes it: rows in the order of the file."""

    attributes: pa.Table
    geometry: Geometries | None
    crs: CRS | None
    source_name: str
    source_layer: str
    source_digest: str


def register(
    home: Home, checked: Checked, work: Workspace, findings_json: bytes, *, invented: bool = False
) -> RegisteredPackage:
    """Register a package as a draft; the same one again changes nothing.

    Nothing that measures, reports, serves or looks up sites sees a draft. Its files are not copied: their
    digests are in the findings.

    Args:
        checked: the result of all rules of the lawbook over `work`.
        findings_json: the findings as they were written, kept as evidence.
        invented: whether it is invented sample data.

    Raises:
        ConflictError: `package.not_accepted`, `.nothing_judged`, `.rules_left_out`, `.no_county`,
            `.layer_twice`, `.no_layers`: it cannot be taken in as it is.
        InputError: `package.column_twice`, or as `LayerStore.add`: the store cannot hold one of its layers.
        BusyError, StorageError, IntegrityError: as `Home.writing`; nothing is then registered.
    """
    assert (checked.digest, checked.profile) == (work.package.digest, work.profile.id)
    _check_accepted(checked, work)
    if checked.county is None:
        raise ConflictError("package.no_county", name=checked.name)
    layers, notes = _layers(work)
    if not layers:
        raise ConflictError("package.no_layers", name=checked.name)
    accepted = {each.acceptance.id: each.acceptance for each in checked.findings if each.acceptance}
    return home.packages.register(
        layers, findings_json, digest=checked.digest, name=checked.name, profile=checked.profile,
        area_code=checked.county, verdict=checked.verdict.value,
        acceptances=[
            {"id": each.id, "reason": each.reason, "person": each.person, "until": each.until}
            for _, each in sorted(accepted.items())
            if not each.expired
        ],
        notes=notes, invented=invented,
    )  # fmt: skip


def _check_accepted(checked: Checked, work: Workspace) -> None:
    """Refuse what the rules did not accept, and what not all rules have looked at."""
    if checked.verdict is not Verdict.ACCEPT:
        code = f"quality.verdict_{checked.verdict.value}"
        verdict = f"{message(code, 'zh')} {message(code, 'en')}"
        count = _holding_back(checked)
        if count:
            raise ConflictError("package.not_accepted", name=checked.name, verdict=verdict, count=count)
        raise ConflictError("package.nothing_judged", name=checked.name, verdict=verdict)
    lacking = sorted(set(work.book.quality_rules) - {result.rule.code for result in checked.results})
    if lacking:
        said = "、".join(lacking[:10]) + (" …" if len(lacking) > 10 else "")
        raise ConflictError("package.rules_left_out", name=checked.name, count=len(lacking), rules=said)


def _holding_back(checked: Checked) -> int:
    """Count what stands against acceptance: open findings of mandatory rules, and rules that cannot tell."""
    open_ = (Answer.FAIL, Answer.NEEDS_PERSON, Answer.CANNOT_TELL)
    return sum(
        sum(each.answer in open_ and not each.accepted for each in result.findings)
        if result.findings
        else result.answer in open_
        for result in checked.results
        if result.rule.severity == "must"
    )


def _layers(work: Workspace) -> tuple[dict[str, PackageTable], list[PackageNote]]:
    """Return what the store takes, by kind, and a note on everything else."""
    taken: dict[str, PackageTable] = {}
    notes = [PackageNote("package.note_not_in_profile", each.name, each.where) for each in work.unknown]
    for kind, sheet in work.sheets.items():
        several = work.matched[kind]
        if len(several) > 1:
            where = "、".join(each.where for each in several)
            raise ConflictError("package.layer_twice", layer=kind, name=work.layer_name(kind), where=where)
        known, where = work.book.layer_kinds.get(kind), sheet.source.where
        if known is None:
            notes.append(PackageNote("package.note_unknown_kind", kind, where))
        elif known.yearly:
            notes.append(PackageNote("package.note_yearly", kind, where))
        elif not len(sheet):
            notes.append(PackageNote("package.note_no_rows", kind, where))
        else:
            taken[kind] = _table(sheet, work)
            if is_wgs84(sheet.source.crs):
                notes.append(PackageNote("package.note_wgs84", kind, where))
    return taken, notes


def _table(sheet: Sheet, work: Workspace) -> PackageTable:
    source = sheet.source
    names = source.table.column_names
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError("package.column_twice", where=source.where, fields="、".join(twice))
    shapes = None
    if source.wkb is not None:
        shapes = np.empty(len(sheet), object)
        shapes[sheet.order] = sheet.shapes  # back in the order of the file
    files = {file.name: file.digest for file in work.package.files}
    # The name as `lantu layer add` would have it, so that the same file added later is the same layer.
    return PackageTable(
        source.table, shapes, sheet.crs or source.crs, source.file.rpartition("/")[2], source.name,
        files.get(source.file, work.package.digest),
    )  # fmt: skip
