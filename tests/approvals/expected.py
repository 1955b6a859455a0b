"""How a reading is compared with an expected one: the rules of `cases/README.md`."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from lantu.approvals import read
from lantu.lawbook import Lawbook, load, message

Json = dict[str, Any]
_ABOUT = ("约", "左右")
_JUDGED = ("indicator", "op", "value", "unit", "year", "of")


@cache
def book() -> Lawbook:
    """Return the lawbook, loaded once."""
    return load()


def reading_of(text: str, name: str = "case.txt") -> list[Json]:
    """Read a text; the published form of its documents."""
    return [reading.to_json(message) for reading in read(text, name, book())]


def dashes(text: str | None) -> str | None:
    """Dashes in titles are one dash."""
    return re.sub(r"[-—–~－]+", "-", text) if text else text


def differences(case: Json, found: list[Json], source: str) -> list[str]:
    """Say in sentences where `found` departs from `case`; empty where it agrees."""
    expected = case.get("documents", [case])
    if len(expected) != len(found):
        return [f"{len(found)} documents instead of {len(expected)}: {[f['title'] for f in found]}"]
    return [
        f"document {i}: {line}" if len(expected) > 1 else line
        for i, (one, other) in enumerate(zip(expected, found, strict=True))
        for line in _document(one, other, source)
    ]


def _document(case: Json, found: Json, source: str) -> list[str]:
    ignored = set(case.get("ignore", ()))
    wrong = [
        f"{key}: {found[key]!r} instead of {case[key]!r}"
        for key in ("title", "issuer", "document_number", "date", "source_truncated")
        if key in case and key not in ignored and dashes(_plain(case[key])) != dashes(_plain(found[key]))
    ]
    areas = [plan["area"] for plan in case["plans"]]
    if areas != [plan["area"] for plan in found["plans"]]:
        return [*wrong, f"plans {[p['area'] for p in found['plans']]} instead of {areas}"]
    for one, other in zip(case["plans"], found["plans"], strict=True):
        wrong += _plan(case, one, other, found, source)
    if len(found["questions"]) < case.get("questions_min", 0):
        wrong.append(f"{len(found['questions'])} questions instead of {case['questions_min']}")
    return wrong


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, bool) else value


def _plan(case: Json, one: Json, other: Json, found: Json, source: str) -> list[str]:
    ignored = set(case.get("ignore", ()))
    wrong = [
        f"{one['area']} {key}: {other[key]!r} instead of {one[key]!r}"
        for key in ("plan_title", "level", "period", "positioning")
        if key in one and key not in ignored
        and (dashes(one[key]) != dashes(other[key]) if key == "plan_title" else one[key] != other[key])
    ]  # fmt: skip
    disputed = {d["indicator"] for d in case.get("disputed", ()) if d["plan"] == one["area"]}
    left = [t for t in other["targets"] if t["indicator"] not in disputed]
    if "targets" in ignored:
        return wrong + [f"a number from nowhere: {_show(t)}" for t in left if t["value"] is not None]
    for target in one["targets"]:
        if isinstance(target["indicator"], str) and target["indicator"] in disputed:
            continue
        match = next((t for t in left if not _unlike(target, t)), None)
        if match is None:
            near = min(left, key=lambda t: len(_unlike(target, t)), default=None)
            wrong.append(f"{one['area']} lacks {_show(target)}; nearest: {_show(near) if near else None}")
        else:
            left.remove(match)
    for passage in (p for p in case.get("or_question", ()) if p["plan"] == one["area"]):
        read_as = [next((t for t in left if not _unlike(target, t)), None) for target in passage["targets"]]
        if all(read_as):
            left = [t for t in left if t not in read_as]
        elif not asks_about(found, source, passage["text"]):
            wrong.append(f"{passage['text']!r} is neither read nor asked about")
    wrong += [f"{one['area']} has a target too many: {_show(t)}" for t in left]
    wrong += [
        f"no question names {indicator}"
        for indicator in disputed
        if not any(indicator in q["text"] + str(q["message"]) for q in found["questions"])
    ]
    return wrong


def _show(target: Json) -> str:
    return " ".join(str(target.get(key)) for key in (*_JUDGED, "op_text", "note"))


def _unlike(expected: Json, found: Json) -> list[str]:
    """Name the fields in which a target departs from the expected one."""
    unlike = [key for key in _JUDGED if not _any_of(expected.get(key), found.get(key))]
    text = expected.get("value_text")
    if text and "." in text and text != found.get("value_text"):
        unlike.append("value_text")
    if not _notes_agree(expected.get("note"), found.get("note")):
        unlike.append("note")
    if expected.get("op_text") not in _ABOUT and not all(
        part in found["op_text"].replace("于", "") for part in _op_parts(expected)
    ):
        unlike.append("op_text")
    return unlike


def _op_parts(expected: Json) -> list[str]:
    parts = (expected.get("op_text") or "").replace("于", "").split("…")
    return [part for part in parts if part]


def _any_of(allowed: Any, value: Any) -> bool:
    choices = allowed if isinstance(allowed, list) else [allowed]
    if isinstance(value, int | float):
        return any(isinstance(c, int | float) and Decimal(str(c)) == Decimal(str(value)) for c in choices)
    return value in choices


def _notes_agree(expected: str | None, found: str | None) -> bool:
    """A note must name what the expected one names: the base year, or whose figure it is."""
    if expected is None:
        return found is None
    if found is None:
        return False
    years = re.findall(r"\d{4}", expected)
    if years:
        return all(year in found for year in years)
    one, other = (re.sub(r"[的所]", "", note) for note in (expected, found))
    return one in other or other in one or (len(one) > 3 and one[:2] in other and one[-2:] in other)


def asks_about(found: Json, source: str, text: str) -> bool:
    """Say whether a question's span touches a place where `text` stands."""
    places = [m.span() for m in re.finditer(re.escape(text), source)]
    return any(q["span"][0] < b and a < q["span"][1] for q in found["questions"] for a, b in places)
