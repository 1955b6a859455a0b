"""`findings.json`: all that a check found, for programs and for the next check.

Spec: docs/formats/quality-findings.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from lantu import __version__
from lantu.core.errors import InputError
from lantu.lawbook import Words
from lantu.quality.check import Checked, Earlier, LayerSummary
from lantu.quality.findings import Acceptance, Status
from lantu.quality.reference import Survey
from lantu.runs.package_report.arrange import SEVERITIES, Count, Line, Report, RuleLine, Used
from lantu.runs.package_report.sentences import clean, plain
from lantu.runs.pages.page import read

FILE = "findings.json"
FORMAT, VERSION = "lantu package findings", 1
_SCHEMA = "findings.schema.json"
_MOST_BYTES = 1 << 30


def to_json(report: Report, made_at: datetime) -> bytes:
    """Return the file: the same bytes for the same check, but for `made_at`."""
    checked = report.checked
    said = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": made_at.isoformat(timespec="seconds"),
        "made_by": f"lantu {__version__}",
        "package": {
            "name": clean(checked.name),
            "digest": checked.digest,
            "county": checked.county,
            "files": [{"name": clean(f.name), "size": f.size, "digest": f.digest} for f in checked.files],
        },
        "invented": checked.invented,
        "profile": checked.profile,
        "day": checked.day.isoformat(),
        "lawbook": checked.lawbook,
        "method": checked.method,
        "survey": _survey(checked.survey),
        "verdict": checked.verdict.value,
        "reason": report.reason.to_json(),
        "counts": {severity: _count(report.count(severity)) for severity in SEVERITIES},
        "parameters": [_parameter(each) for each in report.used],
        "layers": [_summary(each) for each in checked.layers],
        "rules": [_rule(each) for each in report.rules],
        "findings": [_finding(line) for line in report.lines],
        "gone": _gone(checked),
    }
    return (json.dumps(said, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def read_earlier(path: Path) -> list[Earlier]:
    """Return the findings of an earlier check that a new one is to be compared with.

    What the earlier check could not look at is among them: it is neither mended nor new.

    Args:
        path: a findings.json, or the folder of a report.

    Raises:
        InputError: `quality_report.no_earlier`, `.earlier_unreadable`, `.earlier_newer`, `.earlier_odd`.
    """
    file = path / FILE if path.is_dir() else path
    said = _read(file)
    version = said.get("version")
    if said.get("format") != FORMAT:
        raise InputError("quality_report.earlier_odd", path=file, where="format", why=FORMAT)
    if isinstance(version, int) and version > VERSION:
        raise InputError("quality_report.earlier_newer", path=file, found=version, known=VERSION)
    fault = next(iter(sorted(_validator().iter_errors(said), key=lambda each: each.json_path)), None)
    if fault is not None:
        raise InputError(
            "quality_report.earlier_odd", path=file, where=fault.json_path, why=fault.message[:160]
        )
    rows = [(row, row["message"]) for row in said["findings"]]
    rows += [(row, row["said"]) for row in said["gone"] if row["status"] == Status.NOT_LOOKED_AT]
    return [
        Earlier(row["id"], row["rule"], row["layer"], {"zh": words["zh"], "en": words["en"]})
        for row, words in rows
    ]


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise InputError("quality_report.earlier_unreadable", path=file, why="> 1 GiB")
        said = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("quality_report.no_earlier", path=file) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError("quality_report.earlier_unreadable", path=file, why=why) from None
    except (ValueError, RecursionError) as error:
        raise InputError("quality_report.earlier_unreadable", path=file, why=str(error)[:160]) from None
    if not isinstance(said, dict):
        raise InputError("quality_report.earlier_odd", path=file, where="$", why="object")
    return said


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(read("lantu.runs.package_report", _SCHEMA)))


def _count(count: Count) -> dict[str, int]:
    counted = asdict(count)
    del counted["severity"]
    return counted


def _parameter(used: Used) -> dict[str, Any]:
    dated, value = used.dated, used.dated.value
    return {
        "id": used.parameter.id,
        "title": used.parameter.title.to_json(),
        "value": plain(value) if isinstance(value, Decimal) else value,
        "unit": used.parameter.unit,
        "since": dated.since.isoformat(),
        "source": {"id": dated.source.id, "article": dated.source.article},
        "verified": dated.verified,
    }


def _survey(survey: Survey | None) -> dict[str, Any] | None:
    if survey is None:
        return None
    return {
        "origin": survey.origin,
        "name": clean(survey.name),
        "layer": clean(survey.layer.where),
        "features": survey.layer.rows,
        "years": list(survey.years),
        "digest": survey.digest,
    }


def _summary(layer: LayerSummary) -> dict[str, Any]:
    heaviest = layer.heaviest
    return {
        "kind": layer.kind,
        "name": clean(layer.name),
        "where": clean(layer.where),
        "features": layer.features,
        "system": _text(layer.system),
        "encoding": _text(layer.encoding),
        "points": layer.points,
        "rings": layer.rings,
        "parts": layer.parts,
        "heaviest": None if heaviest is None else {"feature": clean(heaviest[0]), "points": heaviest[1]},
        "area_m2": None if layer.area_m2 is None else f"{layer.area_m2:.2f}",
    }


def _rule(line: RuleLine) -> dict[str, Any]:
    rule = line.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title.to_json(),
        "category": rule.category,
        "severity": rule.severity,
        "reach": rule.reach,
        "verified": rule.verified,
        "answer": line.answer,
        "why": _words(line.why),
        "looked_at": line.result.looked_at,
        "findings": len(line.lines),
        "accepted": line.accepted,
        "mend": rule.mend.to_json(),
        "parameters": list(rule.parameters),
        "sources": [{"id": each.id, "article": each.article} for each in rule.sources],
    }


def _finding(line: Line) -> dict[str, Any]:
    each = line.finding
    return {
        "id": each.id,
        "number": line.number,
        "rule": each.rule.code,
        "answer": each.answer.value,
        "severity": each.rule.severity,
        "layer": clean(each.layer),
        "message": {"code": each.message, **line.said.to_json()},
        "params": {name: _param(value) for name, value in sorted(each.params.items())},
        "features": list(map(clean, each.features)),
        "rows": list(each.rows),
        "count": each.count,
        "place": None if each.place is None else [round(degrees, 9) for degrees in each.place],
        "area_m2": None if line.area_m2 is None else plain(line.area_m2),
        "measured": None if each.measured is None else plain(each.measured),
        "required": None if each.required is None else plain(each.required),
        "unit": each.unit,
        "status": each.status.value if each.status else None,
        "accepted": None if each.acceptance is None else _acceptance(each.acceptance),
    }


def _acceptance(said: Acceptance) -> dict[str, Any]:
    return {
        "reason": clean(said.reason),
        "person": clean(said.person),
        "until": said.until,
        "expired": said.expired,
    }


def _gone(checked: Checked) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "rule": each.rule,
            "layer": each.layer,
            "status": status.value,
            "said": dict(each.said),
        }
        for each, status in sorted(checked.gone, key=lambda pair: (pair[0].rule, pair[0].layer, pair[0].id))
    ]


def _param(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case Words():
            return value.to_json()
        case Decimal():
            return plain(value)
        case Mapping():
            return {str(name): _param(each) for name, each in value.items()}
        case str():
            return clean(value)
        case Sequence():
            return [_param(each) for each in value]
        case _:
            return clean(value)


def _words(said: Words | None) -> dict[str, str] | None:
    return None if said is None else said.to_json()


def _text(said: str | None) -> str | None:
    return None if said is None else clean(said)
