"""Conflicts for people: tables and sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from lantu.cli.context import console, hectares, language, line, say
from lantu.conflicts.rules import Pair, pairs_of
from lantu.core.digest import short
from lantu.core.finding import Answer
from lantu.core.operators import SIGNS
from lantu.lawbook import Words, load
from lantu.runs.scan_conflicts import Scan
from lantu.store import Home
from lantu.store.conflicts import Conflict, Event

SHOWN = 20
FEATURES = 8
_SEVERITIES = ("serious", "medium", "minor")
_COLOURS = {"serious": "bold red", "medium": "yellow", "minor": ""}
_ANSWERS = {
    Answer.PASS: "bold green", Answer.FAIL: "bold red", Answer.NEEDS_PERSON: "bold yellow",
    Answer.CANNOT_TELL: "bold yellow",
}  # fmt: skip
_FATES = ("new", "remaining", "changed", "reopened", "tolerated")


def show_scan(home: Home, found: Scan, conflicts: Sequence[Conflict], out: Path | None) -> None:
    """Print what a scan found, what it could not tell, what it left out."""
    result = found.result
    _invented(home)
    areas = "、".join(result["areas"])
    line(say("conflict.title", areas=areas, day=result["day"]), "bold")
    looked = result["pairs"]
    fates = {each["number"]: each["fate"] for pair in looked for each in pair["conflicts"]}
    worst_first = sorted(conflicts, key=lambda each: (_SEVERITIES.index(each.severity), -each.area_m2))
    console.print(_table(worst_first[:SHOWN], fates))
    if len(conflicts) > SHOWN:
        line(say("conflict.more", count=len(conflicts) - SHOWN), "dim")
    count = Counter("remaining" if fate == "back" else fate for fate in fates.values())
    gone = sum(len(each["gone"]) for each in looked)
    line(
        say("conflict.counts", total=len(fates), gone=gone, **{fate: count[fate] for fate in _FATES}), "bold"
    )
    if slivers := _sum(looked, "slivers"):
        least, width = result["tolerance"]["least_m2"], result["tolerance"]["least_width_m"]
        line(say("conflict.slivers", count=slivers[0], area=slivers[1], least=least, width=width), "dim")
    if fit := _sum(looked, "conditional"):
        line(say("conflict.conditional", count=fit[0], area=hectares(float(fit[1]))), "yellow")
    if fit := _sum(looked, "unknown"):
        line(say("conflict.unknown_fit", count=fit[0], area=hectares(float(fit[1]))), "yellow")
    for each in looked:
        if each["elsewhere"]:
            others = "、".join(each["elsewhere"])
            line(say("conflict.elsewhere", area=each["area_code"], others=others, pair=each["pair"]))
    _show_untold(looked)
    line(say(f"conflict.answer_{found.answer}"), _ANSWERS[found.answer])
    if out:
        line(say("conflict.written", where=out))
    line(
        say(
            "conflict.method", method=result["method"], lawbook=short(result["lawbook"]), run=result["run_id"]
        ),
        "dim",
    )


def _sum(looked: Sequence[Mapping[str, Any]], name: str) -> tuple[int, Decimal] | None:
    count = sum(each[name]["count"] for each in looked)
    return (count, sum((Decimal(each[name]["area_m2"]) for each in looked), Decimal(0))) if count else None


def _show_untold(looked: Sequence[Mapping[str, Any]]) -> None:
    """Print what cannot be told, each reason once with the areas and pairs that it holds for."""
    reasons: dict[str, list[str]] = {}
    for each in looked:
        for why in map(dict, [each["why"]] if each["why"] else each["partly"]):
            reasons.setdefault(say(why.pop("code"), **why), []).append(f"{each['area_code']} {each['pair']}")
    if not reasons:
        return
    line(say("conflict.untold_pairs", count=sum(map(len, reasons.values()))), "yellow")
    for reason, where in reasons.items():
        line(f"  {reason}: {'、'.join(where)}", "yellow")


def show_list(home: Home, conflicts: Sequence[Conflict], out: Path | None) -> None:
    """Print numbered conflicts."""
    _invented(home)
    if not conflicts:
        line(say("conflict.none"))
    else:
        console.print(_table(conflicts, None))
    if out:
        line(say("conflict.written", where=out))


def show_pairs(pairs: Sequence[Pair]) -> None:
    """Print the matrix."""
    table = Table()
    for name in ("pair", "relation", "type", "first", "second", "clause"):
        table.add_column(say(f"conflict.{name}"), overflow="fold")
    for each in pairs:
        table.add_row(
            Text(f"{each.code} {_words(each.title)}"), say(f"conflict.relation_{each.relation}"),
            say(f"conflict.type_{each.type}") if each.type else "", each.first.layer, each.second.layer,
            Text(_sources(each)),
        )  # fmt: skip
    console.print(table)


def show_conflict(home: Home, conflict: Conflict, over: Sequence[Conflict], history: Sequence[Event]) -> None:
    """Print one conflict, others on the same ground, and its history."""
    _invented(home)
    pairs = {each.code: each for each in pairs_of(load())}
    pair = pairs.get(conflict.pair)
    title = _words(pair.title) if pair else conflict.pair
    line(
        say("conflict.head", number=conflict.number, title=title, type=say(f"conflict.type_{conflict.type}"),
            severity=say(f"conflict.severity_{conflict.severity}")),
        _COLOURS[conflict.severity] or "bold",
    )  # fmt: skip
    lon, lat = conflict.place
    facts = conflict.facts
    if relation := facts.get("relation"):
        line(say(f"conflict.is_{relation}"), "bold red" if relation == "excludes" else "bold yellow")
    line(
        say("conflict.facts", area=hectares(float(conflict.area_m2)), square=conflict.area_m2,
            width=facts["width_m"], patches=facts["patches"], lon=f"{lon:.6f}", lat=f"{lat:.6f}")
    )  # fmt: skip
    for name, side in zip(("first", "second"), facts["sides"], strict=True):
        line(_side(name, side))
        for each in _grounds(side):
            line(each, "dim")
    if facts["classes"] is None:
        line(say("conflict.no_land"), "yellow")
    for each in facts["classes"] or ():
        name = load().code_lists["dltb_dlbm_2020"].name(each["code"]) or ""
        line(say("conflict.class_line", code=each["code"], name=name, area=hectares(float(each["area_m2"]))))
    if pair:
        line(say("conflict.after", sources=_sources(pair)), "dim")
        if pair.note:
            line(_words(pair.note), "dim")
    if over:
        named = (
            f"{each.number} {_words(pairs[each.pair].title) if each.pair in pairs else each.pair}"
            for each in over
        )
        line(say("conflict.over", numbers="；".join(named)))
    if conflict.origin:
        line(say("conflict.origin", origin=conflict.origin))
    for name in ("assigned_to", "deadline"):
        if said := getattr(conflict, name):
            line(f"{say('conflict.to' if name == 'assigned_to' else 'conflict.deadline')}: {said}")
    line(say("conflict.present" if conflict.present else "conflict.not_present"))
    for event in history:
        line(_event(event))
        if effect := event.said.get("effect"):
            _show_effect(effect)


def show_effect(conflict: Conflict, effect: Mapping[str, Any] | None) -> None:
    """Print what a proposal would do."""
    line(say("conflict.now", number=conflict.number, state=say(f"conflict.state_{conflict.state}")), "bold")
    if effect is not None:
        _show_effect(effect)


def _show_effect(effect: Mapping[str, Any]) -> None:
    area = hectares(float(effect["moved_m2"]))
    line(say(f"conflict.way_{effect['way']}", kind=effect["kind"], area=area))
    if effect["indicators"]:
        line(say("conflict.effect_title"))
        table = Table()
        for name in ("indicator", "required", "before", "after_change", "change", "margin"):
            table.add_column(say(f"conflict.{name}"), overflow="fold")
        for each in effect["indicators"]:
            table.add_row(*(Text(cell) for cell in _figures(each)))
        console.print(table)
    else:
        line(say("conflict.effect_none"), "yellow")
    found = effect["conflicts"]
    changed = [f"{each['number']} {each['before_m2']} → {each['after_m2']} m²" for each in found["changed"]]
    new = [f"{each['pair']} {each['area_m2']} m²" for each in found["new"]]
    for name, numbers in (
        ("gone", found["gone"]), ("changed", changed), ("new", new), ("untold", found["untold"]),
    ):  # fmt: skip
        if numbers:
            line(
                say(f"conflict.effect_{name}", numbers="、".join(numbers)), "" if name == "gone" else "yellow"
            )


def _figures(each: Mapping[str, Any]) -> tuple[str, ...]:
    unit, op = each["unit"] or "", SIGNS.get(each["op"] or "", "")
    then, now = each["before"], each["after"]

    def said(row: Mapping[str, Any]) -> str:
        answer = say(f"transmission.answer_{row['answer']}")
        return f"{row['value'] or '–'} {answer}"

    required = f"{op} {each['required'] or '–'} {unit}".strip()
    target = f"{each['indicator']} {each['target_year'] or ''}".strip()
    return target, required, said(then), said(now), each["change"] or "–", now["margin"] or "–"


def _table(conflicts: Sequence[Conflict], fates: Mapping[str, str] | None) -> Table:
    titles = {each.code: _words(each.title) for each in pairs_of(load())}
    table = Table()
    for name in ("number", "pair", "type", "severity"):
        table.add_column(say(f"conflict.{name}"), overflow="fold", no_wrap=name == "number")
    table.add_column(say("conflict.area"), justify="right")
    table.add_column(say("conflict.state"))
    if fates is None:
        table.add_column(say("conflict.to"), overflow="fold")
        table.add_column(say("conflict.deadline"))
    else:
        table.add_column(say("conflict.fate"))
    for each in conflicts:
        last = (
            [each.assigned_to or "", each.deadline or ""] if fates is None
            else [say(f"conflict.fate_{fates[each.number]}")]
        )  # fmt: skip
        table.add_row(
            each.number, Text(f"{each.pair} {titles.get(each.pair, '')}"), say(f"conflict.type_{each.type}"),
            Text(say(f"conflict.severity_{each.severity}"), style=_COLOURS[each.severity]),
            hectares(float(each.area_m2)), say(f"conflict.state_{each.state}"), *(Text(x) for x in last),
        )  # fmt: skip
    return table


def _side(name: str, side: Mapping[str, Any]) -> str:
    known, features = load().layer_kinds.get(side["kind"]), side["features"]
    kind = f"{_words(known.name)} {side['kind']}" if known else side["kind"]
    named = "、".join(features[:FEATURES]) or "–"
    if len(features) > FEATURES:
        named += say("conflict.more_features", count=len(features))
    return say(
        "conflict.side", side=say(f"conflict.{name}"), kind=kind, title=side["title"],
        digest=short(side["layer"]), features=named,
    )  # fmt: skip


def _grounds(side: Mapping[str, Any]) -> list[str]:
    """Return what a side rests on: the plan, the reply's sentence, what the features say."""
    found = []
    if plan := side.get("plan"):
        found.append(say("conflict.side_plan", title=plan["title"], document=plan["document"] or "–"))
    if clause := side.get("clause"):
        found.append(say("conflict.side_clause", document=clause["document"], text=clause["text"]))
    for saying in side.get("says", ()):
        said = (f"{_field(each['field'])} {each['value']} {each['name'] or ''}".strip() for each in saying)
        found.append(say("conflict.side_says", said="，".join(said)))
    if (more := side.get("says_count", 0) - len(side.get("says", ()))) > 0:
        found.append(say("conflict.side_says_more", count=more))
    return found


def _field(name: str) -> str:
    known = load().fields.get(name)
    return _words(known.title) if known else name


def _event(event: Event) -> str:
    said = event.said
    names = ("assigned_to", "deadline", "text", "document", "reason")
    parts = [str(said[name]) for name in names if said.get(name)]
    if said.get("outcome"):
        parts.insert(0, say(f"conflict.outcome_{said['outcome']}"))
    if said.get("layer"):
        parts.append(short(str(said["layer"])))
    if "area_m2" in said:
        parts.append(f"{said['area_m2']} m²")
    return say(
        "conflict.event", at=f"{event.at.astimezone():%Y-%m-%d %H:%M}",
        deed=say(f"conflict.deed_{event.deed}"),
        state=say(f"conflict.state_{event.state}"), by=event.by or say("conflict.by_scan"),
        said="；".join(parts),
    )  # fmt: skip


def _sources(pair: Pair) -> str:
    cited = "、".join(f"{each.id}{f' {each.article}' if each.article else ''}" for each in pair.sources)
    return cited if pair.verified else cited + say("conflict.unverified")


def _invented(home: Home) -> None:
    if home.invented:
        console.print(say("measure.invented"), style="bold magenta", markup=False)


def _words(words: Words) -> str:
    return words.en if language() == "en" else words.zh
