"""`lantu conflict`: what contradicts what, where, by how much; and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lantu.cli.conflict_show import show_conflict, show_effect, show_list, show_pairs, show_scan
from lantu.cli.context import (
    DayOption,
    HomeOption,
    JsonOption,
    emit,
    home_path,
    language,
    line,
    progress_bars,
    say,
)
from lantu.conflicts.rules import LEAST_M2, pairs_of
from lantu.core.errors import InputError
from lantu.lawbook import load
from lantu.runs import conflict_life as life
from lantu.runs.conflict_proposal import Proposal
from lantu.runs.conflict_table import SUFFIXES, plain_conflict, write_conflicts
from lantu.runs.scan_conflicts import scan
from lantu.runs.table_file import check_out
from lantu.store import Home
from lantu.store.conflicts import Conflict

NumberArgument = Annotated[
    str, typer.Argument(help="矛盾编号 / number of the conflict: 220882-MD-0001", show_default=False)
]
ByOption = Annotated[
    str | None, typer.Option("--by", help="谁（姓名和单位）/ who: name and office", show_default=False)
]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="理由 / why", show_default=False)]
AreasOption = Annotated[
    list[str] | None,
    typer.Option("--area", help="行政区代码，可多次 / area code, repeatable: 220882", show_default=False),
]
PairsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--pair", help="只看这些对，可多次 / only these pairs, repeatable: CF01", show_default=False
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="写入 .csv 或 .gpkg / write as .csv or .gpkg", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(
        no_args_is_help=True,
        help="规划矛盾：扫描、分派、方案、裁定、销号 / conflicts and what is done about them",
    )
    app.add_typer(group, name="conflict")
    for name, command in (
        ("scan", scan_), ("pairs", pairs_), ("list", list_), ("show", show_), ("assign", assign_),
        ("propose", propose_), ("decide", decide_), ("correct", correct_), ("verify", verify_),
        ("close", close_), ("reopen", reopen_),
    ):  # fmt: skip
        group.command(name)(command)


def scan_(
    area: AreasOption = None,
    pair: PairsOption = None,
    day: DayOption = None,
    out: OutOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """扫描矛盾，给新的编号，并与上次比 / look for conflicts, number new ones, compare with last time."""
    opened = Home.open(home_path(home), create=False)
    if out:
        check_out(out, [], SUFFIXES)
    with progress_bars() as progress:
        found = scan(opened, areas=area, pairs=pair, day=_day(day), progress=progress)
    numbers = {each["number"] for looked in found.result["pairs"] for each in looked["conflicts"]}
    conflicts = [each for each in opened.conflicts.list() if each.number in numbers]
    if out:
        write_conflicts(opened, conflicts, _facts(opened, found.result), out, language())
    emit(dict(found.result), as_json, lambda: show_scan(opened, found, conflicts, out))


def pairs_(as_json: JsonOption = False) -> None:
    """矛盾矩阵：哪些互斥、附条件、可并存 / the matrix: which pairs exclude each other, or may coexist."""
    pairs = pairs_of(load())
    emit([_pair_json(each) for each in pairs], as_json, lambda: show_pairs(pairs))


def list_(
    area: AreasOption = None,
    pair: PairsOption = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state", help="只看这些状态，可多次 / only these states, repeatable", show_default=False
        ),
    ] = None,
    out: OutOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """列出已编号的矛盾 / the numbered conflicts."""
    opened = Home.open(home_path(home), create=False)
    if out:
        check_out(out, [], SUFFIXES)
    found = opened.conflicts.list(areas=area, pairs=pair, states=state)
    if out:
        write_conflicts(opened, found, _facts(opened, {}), out, language())
    emit([plain_conflict(each) for each in found], as_json, lambda: show_list(opened, found, out))


def show_(number: NumberArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """一处矛盾：双方、面积、地类、条款、经过 / one conflict: sides, areas, land, clauses, history."""
    opened = Home.open(home_path(home), create=False)
    conflict, history = opened.conflicts.get(number), opened.conflicts.history(number)
    over = opened.conflicts.over(number, float(load().number(LEAST_M2, date.today())))
    value = plain_conflict(conflict) | {
        "over": [each.number for each in over],
        "history": [
            {"at": each.at, "deed": each.deed, "state": each.state, "by": each.by, "said": each.said}
            for each in history
        ],
    }
    emit(value, as_json, lambda: show_conflict(opened, conflict, over, history))


def assign_(
    number: NumberArgument,
    to: Annotated[
        str | None, typer.Option("--to", help="交给谁办 / who is to deal with it", show_default=False)
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option("--deadline", help="期限 / deadline, YYYY-MM-DD", show_default=False),
    ] = None,
    by: ByOption = None,
    reason: ReasonOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """分派，定期限 / hand it to somebody, with a deadline."""
    _step(number, "assign", {"to": to, "deadline": deadline, "by": by, "reason": reason}, home, as_json)


def propose_(
    number: NumberArgument,
    text: Annotated[
        str | None, typer.Option("--text", help="怎样解决 / how to settle it", show_default=False)
    ] = None,
    take_out: Annotated[
        str | None,
        typer.Option(
            "--take-out", help="从哪类图层划出 / kind of layer the ground leaves: YJJBNT", show_default=False
        ),
    ] = None,
    put_in: Annotated[
        str | None,
        typer.Option(
            "--put-in", help="划入哪类图层 / kind of layer the ground goes to: STBHHX", show_default=False
        ),
    ] = None,
    geometry: Annotated[
        Path | None,
        typer.Option(
            "--geometry",
            help="方案的图形，缺省为矛盾本身 / its shape; the conflict's own if not given",
            show_default=False,
        ),
    ] = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="文件中的图层 / layer of the file", show_default=False)
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(
            "--crs", help="文件未注明的坐标系 / system of a file that names none", show_default=False
        ),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option("--code", help="划入的地的分类代码 / class of the ground put in", show_default=False),
    ] = None,
    day: DayOption = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """提方案，先算对各项指标的影响 / propose; the effect on every indicator is computed first."""
    if (take_out and put_in) or ((geometry or code) and not (take_out or put_in)):
        raise InputError("conflict.which_way")
    proposal = None
    if take_out:
        proposal = Proposal(take_out, "take_out")
    elif put_in:
        proposal = Proposal(put_in, "put_in", code=code)
    opened = Home.open(home_path(home), create=False)
    with progress_bars() as progress:
        conflict, effect = life.propose(
            opened, number, {"text": text, "by": by}, proposal, file=geometry, layer=layer, crs=crs,
            day=_day(day), progress=progress,
        )  # fmt: skip
    emit(plain_conflict(conflict) | {"effect": effect}, as_json, lambda: show_effect(conflict, effect))


def decide_(
    number: NumberArgument,
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome",
            help="adopt 采纳、reject 退回、tolerate 暂予保留 / adopt, reject or tolerate",
            show_default=False,
        ),
    ] = None,
    document: Annotated[
        str | None,
        typer.Option("--document", help="裁定的文号 / number of the decision's document", show_default=False),
    ] = None,
    by: ByOption = None,
    reason: ReasonOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """裁定 / decide on the proposal."""
    said = {"outcome": outcome, "document": document, "by": by, "reason": reason}
    _step(number, "decide", said, home, as_json)


def correct_(
    number: NumberArgument,
    layer: Annotated[
        str | None,
        typer.Option(
            "--layer", help="改正后图层的摘要值 / digest of the corrected layer", show_default=False
        ),
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """写明哪个已登记的图层是改正后的 / say which registered layer carries the correction."""
    opened = Home.open(home_path(home), create=False)
    _tell(life.correct(opened, number, {"layer": layer, "by": by}), as_json)


def verify_(
    number: NumberArgument,
    day: DayOption = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """再扫描这一对，确已消除才通过 / scan the pair again; verified only where it is gone."""
    opened = Home.open(home_path(home), create=False)
    with progress_bars() as progress:
        conflict = life.verify(opened, number, {"by": by}, day=_day(day), progress=progress)
    _tell(conflict, as_json)


def close_(
    number: NumberArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """销号 / close it."""
    _step(number, "close", {"by": by, "reason": reason}, home, as_json)


def reopen_(
    number: NumberArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """重新打开 / open it again."""
    _step(number, "reopen", {"by": by, "reason": reason}, home, as_json)


def _step(number: str, deed: str, said: Mapping[str, str | None], home: Path | None, as_json: bool) -> None:
    _tell(life.take(Home.open(home_path(home), create=False), number, deed, said), as_json)


def _tell(conflict: Conflict, as_json: bool) -> None:
    state = say(f"conflict.state_{conflict.state}")
    emit(
        plain_conflict(conflict),
        as_json,
        lambda: line(say("conflict.now", number=conflict.number, state=state)),
    )


def _day(day: datetime | None) -> date:
    return (day or datetime.now().astimezone()).date()


def _facts(home: Home, result: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: result[name] for name in ("day", "run_id", "lawbook", "method") if name in result}
    return facts | ({"invented": say("measure.invented")} if home.invented else {})


def _pair_json(pair: Any) -> dict[str, Any]:
    return {
        "pair": pair.code, "title": pair.title.to_json(), "relation": pair.relation, "type": pair.type,
        "test": pair.test, "matrix": pair.matrix,
        "first": {"layer": pair.first.layer, "of": pair.first.of, "codes": sorted(pair.first.codes)},
        "second": {"layer": pair.second.layer, "of": pair.second.of, "codes": sorted(pair.second.codes)},
        "cause": pair.cause, "sources": [{"id": each.id, "article": each.article} for each in pair.sources],
        "verified": pair.verified, "note": pair.note and pair.note.to_json(),
    }  # fmt: skip
