"""`lantu plan`: register approved plans, list them as a tree, show what binds one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from lantu.cli.context import HomeOption, JsonOption, console, emit, home_path, language, progress_bars, say
from lantu.core.digest import short
from lantu.core.errors import InputError
from lantu.core.operators import sign
from lantu.core.progress import Progress
from lantu.lawbook import load
from lantu.plans import Node, Plan, PlanVersion, Target
from lantu.runs.add_layer import add_layer
from lantu.runs.register_plan import Readings, read_replies, versions_of
from lantu.runs.register_plan import register as register_plans
from lantu.store import Evidence, Home, Registered


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="规划 / plans")
    app.add_typer(group, name="plan")

    @group.command("register")
    def register_(
        files: Annotated[
            list[Path],
            typer.Argument(help="批复 .txt .pdf .docx，或批复读取结果 .json / replies or readings"),
        ],
        layers: Annotated[
            list[str] | None,
            typer.Option("--layer", help="随规划批准的图层 / layer approved with it: [CODE:]KIND=PATH"),
        ] = None,
        areas: Annotated[
            list[str] | None, typer.Option("--area", help="行政区代码 / area code: NAME=CODE")
        ] = None,
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """登记批复所批准的规划 / register the plans that replies approve."""
        codes = dict(_pair(text, "plan.bad_area_option") for text in areas or ())
        wanted = [_pair(text, "plan.bad_layer_option") for text in layers or ()]
        found: list[Registered] = []
        with progress_bars() as progress:
            replies = read_replies(files, progress=progress)
            opened = Home.open(home_path(home))
            # One writing: a layer that is refused leaves no plan behind, and the other way round.
            with opened.writing():
                chosen = _layers(opened, replies, wanted, codes, progress)
                for evidence, readings in replies:
                    found += register_plans(opened, evidence, readings, layers=chosen, areas=codes)
        open_ends = [
            (evidence.source_name, len(reading.get("questions", ())), bool(reading.get("source_truncated")))
            for evidence, readings in replies
            for reading in readings
        ]
        dropped = {each.digest: _dropped(opened, each) for each in found}
        value = [_version_json(each) | {"dropped": dropped[each.digest]} for each in found]
        emit(value, as_json, lambda: _show_registered(found, open_ends, dropped))

    @group.command("list")
    def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
        """列出已登记的规划 / list the registered plans."""
        opened = Home.open(home_path(home), create=False)
        tree, current = opened.registry.tree(), {each.plan_id: each for each in opened.registry.current()}
        plans = [_plan_json(plan, current[plan.id]) for plan in opened.registry.plans()]
        emit(plans, as_json, lambda: _show_tree(tree, current))

    @group.command("show")
    def show(
        plan: Annotated[str, typer.Argument(help="规划编号或行政区代码 / plan id or area code: 220882")],
        version: Annotated[
            int | None, typer.Option("--version", help="版本号，缺省为现行版本 / number; the standing one")
        ] = None,
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """一个规划的指标，每项附批复原句 / a plan's targets, each with the sentence behind it."""
        registry = Home.open(home_path(home), create=False).registry
        known = registry.plan(plan)
        versions = registry.versions(known.id)
        chosen = versions[-1]
        if version is not None:
            numbered = {each.number: each for each in versions}
            if version not in numbered:
                raise InputError("plan.no_number", plan=known.id, number=version, last=versions[-1].number)
            chosen = numbered[version]
        value = _version_json(chosen) | {
            "parent": known.parent,
            "versions": [{"number": each.number, "digest": each.digest} for each in versions],
        }
        emit(value, as_json, lambda: _show_version(known, chosen, versions))


def _dropped(home: Home, new: Registered) -> list[str]:
    """Name the targets that bound before a new version and that it does not speak of any more."""
    before = [each for each in home.registry.versions(new.plan_id) if each.number < new.number]
    if (new.already_there and not new.again) or not before:
        return []
    kept = {(target.indicator, target.year) for target in new.version.targets}
    gone = [each for each in before[-1].version.targets if (each.indicator, each.year) not in kept]
    return [f"{target.indicator}（{target.year or '?'}）" for target in gone]


def _pair(text: str, code: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not (found and name and value):
        raise InputError(code, text=text)
    return name.strip(), value.strip()


def _layers(
    home: Home,
    replies: list[tuple[Evidence, Readings]],
    wanted: list[tuple[str, str]],
    areas: dict[str, str],
    progress: Progress,
) -> dict[str, dict[str, str]]:
    """Add the layers named on the command line; a kind without an area needs a reply with one plan only."""
    if not wanted:
        return {}
    book = load()
    codes = {
        version.area_code
        for evidence, readings in replies
        for reading in readings
        for version in versions_of(evidence, reading, {}, areas, book)
    }
    chosen: dict[str, dict[str, str]] = {}
    for name, path in wanted:
        code, _, kind = name.rpartition(":")
        if not code and len(codes) != 1:
            raise InputError("plan.layer_of_which", text=f"{name}={path}", areas="、".join(sorted(codes)))
        code = code or next(iter(codes))
        if code not in codes:
            raise InputError("plan.layer_of_which", text=f"{name}={path}", areas="、".join(sorted(codes)))
        layer = add_layer(home, Path(path), kind=kind, area_code=code, progress=progress).layer
        chosen.setdefault(code, {})[kind] = layer.digest
    return chosen


# --- JSON ---------------------------------------------------------------------------------------------


def _plan_json(plan: Plan, current: Registered) -> dict[str, Any]:
    return {
        "id": plan.id, "area_code": plan.area_code, "area_name": plan.area_name, "title": plan.title,
        "level": plan.level, "kind": plan.kind, "parent": plan.parent, "period": current.version.period,
        "version": current.number, "digest": current.digest, "approval": _approval_json(current.version),
        "target_count": len(current.version.targets),
    }  # fmt: skip


def _version_json(each: Registered) -> dict[str, Any]:
    version = each.version
    return {
        "id": each.plan_id, "version": each.number, "digest": each.digest,
        "already_there": each.already_there, "again": each.again,
        "area_code": version.area_code, "area_name": version.area_name, "title": version.title,
        "level": version.level, "kind": version.kind, "period": version.period,
        "approval": _approval_json(version), "layers": dict(version.layers),
        "targets": [_target_json(target) for target in version.targets], "added_at": each.added_at,
    }  # fmt: skip


def _approval_json(version: PlanVersion) -> dict[str, Any]:
    reply = version.approval
    return {
        "document_number": reply.document_number, "date": reply.date, "issuer": reply.issuer,
        "title": reply.title, "source": reply.source,
    }  # fmt: skip


def _target_json(target: Target) -> dict[str, Any]:
    clause = target.clause
    return {
        "indicator": target.indicator, "indicator_id": target.indicator_id, "op": target.op,
        "value": target.value, "unit": target.unit, "year": target.year, "of": target.of, "note": target.note,
        "clause": {
            "document": clause.document, "text": clause.text, "span": clause.span, "source": clause.source
        },
    }  # fmt: skip


# --- for people ---------------------------------------------------------------------------------------


def _show_registered(
    found: list[Registered], open_ends: list[tuple[str, int, bool]], dropped: dict[str, list[str]]
) -> None:
    for each in found:
        console.print(registered_line(each), markup=False, highlight=False, soft_wrap=True)
        if gone := dropped[each.digest]:
            text = say("plan.show.dropped", number=each.number, targets="、".join(gone))
            console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
    for where, questions, cut_off in open_ends:
        if questions:
            text = say("plan.show.questions", where=where, count=questions)
            console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
        if cut_off:
            text = say("plan.show.cut_off", where=where)
            console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)


def registered_line(each: Registered) -> str:
    """Return what registering a version did."""
    if not each.already_there:
        code = "plan.show.registered"
    elif each.again:
        code = "plan.show.again"
    else:
        code = "plan.show.stood_before" if each.standing == each.number else "plan.show.stands_behind"
    more = {"standing": each.standing} if code == "plan.show.stands_behind" else {}
    return say(
        code, title=each.version.title, plan=each.plan_id, number=each.number, digest=short(each.digest),
        targets=len(each.version.targets), **more,
    )  # fmt: skip


def _show_tree(nodes: tuple[Node, ...], current: dict[str, Registered]) -> None:
    if not nodes:
        console.print(say("plan.show.none"), markup=False, highlight=False)

    def grow(branch: Tree, node: Node) -> None:
        grown = branch.add(_line(node.plan, current[node.plan.id]), highlight=False)
        for below in node.below:
            grow(grown, below)

    for node in nodes:
        root = Tree(_line(node.plan, current[node.plan.id]), highlight=False)
        for below in node.below:
            grow(root, below)
        console.print(root)


def _line(plan: Plan, current: Registered) -> Text:
    level, kind = say(f"plan.level.{plan.level}"), say(f"plan.kind.{plan.kind}")
    count = say("plan.show.count", count=len(current.version.targets))
    number = current.version.approval.document_number or ""
    parts = (
        plan.id,
        plan.title,
        f"{level}·{kind}",
        number,
        f"v{current.number} {short(current.digest)}",
        count,
    )
    return Text("  ".join(part for part in parts if part))


def _show_version(plan: Plan, chosen: Registered, versions: list[Registered]) -> None:
    version, reply = chosen.version, chosen.version.approval
    console.print(f"{version.title}  {plan.id}", style="bold", markup=False, highlight=False)
    facts = [
        reply.issuer, reply.document_number, reply.date.isoformat() if reply.date else None,
        f"v{chosen.number}/{versions[-1].number} {short(chosen.digest)}",
    ]  # fmt: skip
    console.print("  ".join(fact for fact in facts if fact), markup=False, highlight=False)
    table = Table()
    for column in ("indicator", "limit", "unit", "year", "note"):
        table.add_column(
            say(f"plan.show.{column}"), justify="right" if column == "limit" else "left", overflow="fold"
        )
    sentences: dict[str, int] = {}
    for target in version.targets:
        mark = sentences.setdefault(target.clause.text, len(sentences) + 1)
        limit = f"{sign(target.op, '–')} {target.value}" if target.value is not None else "–"
        note = "；".join(
            part for part in (target.note, target.of and say("plan.show.of", of=target.of)) if part
        )
        table.add_row(
            *(
                Text(cell)
                for cell in (
                    f"{target.indicator} [{mark}]",
                    limit,
                    target.unit or "",
                    str(target.year or "?"),
                    note,
                )
            )
        )
    console.print(table)
    for sentence, mark in sentences.items():
        console.print(f"[{mark}] {sentence}", markup=False, highlight=False, soft_wrap=True)
    if language() == "en":
        console.print(say("plan.show.sentences_zh"), style="dim", markup=False)
