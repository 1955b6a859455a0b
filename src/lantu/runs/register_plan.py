"""Register the plans that a reply approves: reading → versions → registry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from lantu.core.digest import digest_bytes
from lantu.core.errors import InputError
from lantu.core.finding import Clause
from lantu.core.operators import SIGNS
from lantu.core.progress import Progress, silent
from lantu.lawbook import Division, Lawbook, load
from lantu.plans import Approval, PlanKind, PlanLevel, PlanVersion, Target, level_of_code
from lantu.runs.read_approval import published, read_files
from lantu.store import Evidence, Home, Registered

Readings = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PublishedReading:
    """A file that holds readings already; the text they point into is not in it."""

    source_name: str
    source_digest: str
    data: bytes
    kind: str = "json"
    ocr: bool = False
    text: str = ""


def read_replies(
    paths: Sequence[Path], *, book: Lawbook | None = None, progress: Progress = silent
) -> list[tuple[Evidence, Readings]]:
    """Read replies (.txt, .pdf, .docx) or readings in their published form (.json).

    Raises:
        InputError, UnavailableError: as `read_approval.read_files`; `plan.bad_reading` for another .json.
    """
    found: list[tuple[Evidence, Readings]] = []
    for path in paths:
        if path.suffix.lower() == ".json":
            found.append(_read_published(path))
        else:
            found += [(document, published(readings)) for document, readings in
                      read_files([path], book=book, progress=progress)]  # fmt: skip
    return found


def _read_published(path: Path) -> tuple[Evidence, Readings]:
    try:
        data = path.read_bytes()
        readings = json.loads(data)
    except FileNotFoundError:
        raise InputError("document.missing", where=path) from None
    except OSError as error:
        raise InputError("document.unreadable", where=path, why=error.strerror or "") from None
    except ValueError as error:
        raise InputError("plan.bad_reading", where=path.name, why=str(error)) from None
    if not isinstance(readings, list) or not all(isinstance(each, dict) for each in readings):
        raise InputError("plan.bad_reading", where=path.name, why="[{…}]")
    return PublishedReading(path.name, digest_bytes(data), data), readings


def register_approval(
    home: Home,
    document: Evidence,
    readings: Readings,
    *,
    layers: Mapping[str, Mapping[str, str]] | None = None,
    areas: Mapping[str, str] | None = None,
    book: Lawbook | None = None,
) -> list[PlanVersion]:
    """Register every plan that a file's replies approve; registering the same again changes nothing.

    Args:
        document: the reply's file, kept as evidence.
        readings: the approval reader's JSON.
        layers: area code → layer kind → digest of a layer of this home.
        areas: area name → code, for names that are not one division's alone.

    Raises:
        InputError: `plan.*`: the reading does not say what is approved, or where.
        NotFoundError, ConflictError: `plan.no_layer`, `plan.layer_mismatch`.
        BusyError, StorageError, IntegrityError: as `Home.writing`; nothing is then registered.
    """
    found = register(home, document, readings, layers=layers, areas=areas, book=book)
    return [each.version for each in found]


def register(
    home: Home,
    document: Evidence,
    readings: Readings,
    *,
    layers: Mapping[str, Mapping[str, str]] | None = None,
    areas: Mapping[str, str] | None = None,
    book: Lawbook | None = None,
) -> list[Registered]:
    """Register as `register_approval`; return each version with its number and whether it stood before."""
    book = book or load()
    drafts = [
        (reading, versions_of(document, reading, layers or {}, areas or {}, book)) for reading in readings
    ]
    if not any(versions for _, versions in drafts):
        raise InputError("plan.nothing_approved", where=document.source_name)
    registered: list[Registered] = []
    with home.writing():
        for reading, versions in drafts:
            if versions:
                registered += home.registry.register(document, reading, versions)
    return registered


def versions_of(
    document: Evidence,
    reading: Mapping[str, Any],
    layers: Mapping[str, Mapping[str, str]],
    areas: Mapping[str, str],
    book: Lawbook,
) -> list[PlanVersion]:
    """Return what one reply approves, as plan versions; raises as `register_approval`."""
    where = document.source_name
    try:
        day = reading.get("date")
        approval = Approval(
            reading.get("title"), reading.get("issuer"), reading.get("document_number"),
            date.fromisoformat(day) if day else None, document.source_digest,
        )  # fmt: skip
        return [_version(plan, approval, layers, areas, book) for plan in reading.get("plans", ())]
    except (LookupError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        # The published form is a file like any other: whoever made it may have made it wrong.
        raise InputError("plan.bad_reading", where=where, why=f"{type(error).__name__}: {error}") from None


def _version(
    plan: Mapping[str, Any],
    approval: Approval,
    layers: Mapping[str, Mapping[str, str]],
    areas: Mapping[str, str],
    book: Lawbook,
) -> PlanVersion:
    name, title = str(plan["area"]), str(plan["plan_title"])
    code = area_code_of(name, plan.get("level"), approval.issuer, areas, book)
    period = plan.get("period")
    return PlanVersion(
        area_code=code,
        area_name=name,
        title=title,
        level=PlanLevel(plan["level"]) if plan.get("level") else level_of_code(code),
        kind=PlanKind(plan.get("kind") or PlanKind.MASTER),
        period=(int(period[0]), int(period[1])) if period else None,
        targets=tuple(_target(target, approval, book) for target in plan["targets"]),
        approval=approval,
        layers=dict(layers.get(code, {})),
    )


def _target(read: Mapping[str, Any], approval: Approval, book: Lawbook) -> Target:
    text = read.get("value_text")
    if text is None and read.get("value") is not None:
        text = str(read["value"])
    if read["op"] not in (None, *SIGNS):
        raise ValueError(f"op {read['op']}")
    value = None if text is None else Decimal(text)
    if value is not None and not value.is_finite():
        raise ValueError(f"value {text}")
    indicator = book.indicator_named(read["indicator"])
    span = read.get("span")
    return Target(
        indicator=str(read["indicator"]),
        indicator_id=indicator.id if indicator else None,
        op=read["op"],
        value=value,
        unit=read.get("unit"),
        year=None if read.get("year") is None else int(read["year"]),
        of=read.get("of"),
        note=read.get("note"),
        clause=Clause(
            approval.document_number or approval.title or "",
            str(read.get("sentence", "")),
            (int(span[0]), int(span[1])) if span else None,
            approval.source,
        ),
    )


def area_code_of(
    name: str, level: str | None, issuer: str | None, areas: Mapping[str, str], book: Lawbook
) -> str:
    """Return the administrative code 行政区划代码 of a plan's area.

    The name alone decides where only one division bears it; else its level, else the province or city
    whose government replied.

    Raises:
        InputError: `plan.unknown_area`, `plan.ambiguous_area`, `plan.bad_area_code`.
    """
    if (given := areas.get(name)) is not None:
        if not (given.isascii() and given.isdigit() and len(given) in (6, 9, 12)):
            raise InputError("plan.bad_area_code", area=name, area_code=given)
        return given
    found = book.divisions.by_name(name)
    sieves = (
        lambda d: d.level == level,
        lambda d: not d.statistical,
        lambda d: d.code in _below_issuer(name, issuer, book),
    )
    for sieve in sieves:
        if len(found) > 1:
            found = [division for division in found if sieve(division)] or found
    if not found or (level == PlanLevel.TOWNSHIP):
        raise InputError("plan.unknown_area", area=name)
    if len(found) > 1:
        raise InputError("plan.ambiguous_area", area=name, choices=_choices(found, book))
    return found[0].code


def _below_issuer(name: str, issuer: str | None, book: Lawbook) -> set[str]:
    area = (issuer or "").removesuffix("人民政府")
    above = book.divisions.by_name(area) if area else []
    return {division.code for up in above for division in book.divisions.by_name(name, up.code)}


def _choices(found: Sequence[Division], book: Lawbook) -> str:
    def chain(division: Division) -> str:
        upper = [up.name for up in reversed(book.divisions.parents(division.code))]
        return f"{division.code} {''.join([*upper, division.name])}"

    return "、".join(chain(division) for division in found)
