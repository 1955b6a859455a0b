"""`lantu overlay change`: between two vintages of a survey, what became what."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import (
    AnySystemOption,
    JsonOption,
    console,
    emit,
    line,
    notes,
    progress_bars,
    say,
    value,
)
from lantu.core.errors import InputError
from lantu.core.units import convert, round_half_up
from lantu.overlay.change import NOWHERE, Account, Fate
from lantu.runs.overlay_change import FileChange, Measured, VintageFile, change_files, write_change
from lantu.runs.table_file import check_out

SHOWN = 40
MATRIX = 12
"""Up to so many values a transition matrix is shown, where the terminal is wide enough for it."""
SQUARE_METRE = 10_000
"""Values are shown in whole square metres, as hectares of four places: what stands there adds up, too."""


def run(
    old: Annotated[Path, typer.Argument(help="旧版文件 / file of the earlier year", show_default=False)],
    new: Annotated[Path, typer.Argument(help="新版文件 / file of the later year", show_default=False)],
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="比较字段的值：字段 或 旧字段,新字段 / compare values, of FIELD or of OLDFIELD,NEWFIELD",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="另存为 Parquet 表 / also write a Parquet table", show_default=False),
    ] = None,
    old_layer: Annotated[
        str | None,
        typer.Option("--old-layer", help="旧版文件的图层 / layer of the earlier file", show_default=False),
    ] = None,
    new_layer: Annotated[
        str | None,
        typer.Option("--new-layer", help="新版文件的图层 / layer of the later file", show_default=False),
    ] = None,
    assume_cgcs2000: AnySystemOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measure, print what became what; write it where asked."""
    if out:
        check_out(out, (old, new))
    with progress_bars() as progress:
        result = change_files(
            old, new, _fields(by), old_layer=old_layer, new_layer=new_layer,
            assume_cgcs2000=assume_cgcs2000, progress=progress,
        )  # fmt: skip
    if out:
        write_change(result, out)
    emit(_plain(result) if as_json else None, as_json, lambda: show(result, out))


def show(result: FileChange, out: Path | None) -> None:
    """Print a result for people."""
    by_value = result.values is not None
    shown = result.account.coarser(SQUARE_METRE) if by_value else result.account
    of = {fate: shown.total(shown.fate == fate) for fate in Fate}
    figures = {
        "unchanged": of[Fate.UNCHANGED],
        "changed": shown.total() - of[Fate.UNCHANGED] - of[Fate.GONE] - of[Fate.COME],
        "gone": of[Fate.GONE],
        "come": of[Fate.COME],
    }
    for side, name, area in ((result.old, "old", _old(shown)), (result.new, "new", _new(shown))):
        said = {"file": side.file, "features": f"{side.features:,}", "area": _area(area, shown)}
        line(say(f"overlay.change_{name}", unit=_unit(shown), **said))
    areas = {name: _area(units, shown) for name, units in figures.items()}
    line(say("overlay.change_total", unit=_unit(shown), **areas))
    _show_features(result, shown)
    matrix = _matrix(result, shown) if by_value and len(_order(result)) <= MATRIX else None
    if matrix and _fits(matrix):
        console.print(matrix)
    else:
        _show_changes(result, shown)
    if by_value:
        _show_values(result, shown)
    _show_notes(result)
    line(say("overlay.change_rounded", unit=say(f"overlay.change_to_{'m2' if by_value else 'cm2'}")), "dim")
    line(say("overlay.method", method=result.method), "dim")
    if out:
        line(say("overlay.written", path=out), "dim")


def _show_features(result: FileChange, shown: Account) -> None:
    """Print how many features had each fate; where they are accounted for, their ground as well."""
    table = _table("features")
    table.add_column(Text(say("overlay.change_fate")), overflow="fold")
    for title in ("old_features", "old_area", "new_features", "new_area"):
        if result.values is None or title.endswith("features"):
            _add_figures(table, f"overlay.change_{title}", unit=_unit(shown))
    for fate, counted in result.features(shown).items():
        cells = [f"{counted.old:,}", f"{counted.new:,}"]
        if counted.old_units is not None and counted.new_units is not None:
            cells = [cells[0], _area(counted.old_units, shown), cells[1], _area(counted.new_units, shown)]
        table.add_row(Text(_fate(fate)), *cells)
    console.print(table)


def _show_changes(result: FileChange, shown: Account) -> None:
    """Print the flows that are a change, biggest first."""
    # What is less than a unit on screen would stand there as nothing.
    told = (shown.fate != Fate.UNCHANGED) & (result.account.amount >= SQUARE_METRE)
    small = (shown.fate != Fate.UNCHANGED) & ~told
    rows = list(result.rows(shown.only(np.flatnonzero(told)[:SHOWN])))
    if rows:
        console.print(_changes(result, shown, rows))
    if more := int(told.sum()) - len(rows):
        line(say("overlay.more", count=f"{more:,}"), "dim")
    if small.any():
        said = {"count": f"{int(small.sum()):,}", "area": _area(shown.total(small), shown)}
        line(say("overlay.change_small", unit=_unit(shown), **said), "dim")


def _changes(result: FileChange, shown: Account, rows: list[tuple[Any, Any, Fate, int, int]]) -> Table:
    table = _table("rows")
    for side, name in ((result.old, "old"), (result.new, "new")):
        title = say(f"overlay.change_{name}_{'value' if side.field else 'feature'}", field=side.field)
        table.add_column(Text(title), overflow="fold")
    table.add_column(Text(say("overlay.change_fate")), overflow="fold")
    _add_figures(table, "overlay.change_area", unit=_unit(shown))
    if result.values is not None:
        _add_figures(table, "overlay.pairs")
    for old, new, fate, units, pairs in rows:
        table.add_row(
            Text("" if fate is Fate.COME else value(old)), Text("" if fate is Fate.GONE else value(new)),
            Text(_fate(fate)), _area(units, shown), *([] if result.values is None else [f"{pairs:,}"]),
        )  # fmt: skip
    return table


def _matrix(result: FileChange, shown: Account) -> Table:
    """Return the old values down, the new ones across, what is gone and what has come at the far ends."""
    order = _order(result)
    cells = {(old, new): n for old, new, n in zip(*_lists(shown.old, shown.new, shown.amount), strict=True)}
    down = [n for n in order if (shown.old == n).any()] + [NOWHERE] * bool((shown.old == NOWHERE).any())
    across = [n for n in order if (shown.new == n).any()] + [NOWHERE] * bool((shown.new == NOWHERE).any())
    table = _table("matrix")
    fields = dict.fromkeys([result.old.field or "", result.new.field or ""])
    table.add_column(Text(" → ".join(fields)))
    for n in across:
        name = say("overlay.fate_gone") if n == NOWHERE else _called(result, n)
        table.add_column(Text(name), justify="right")
    table.add_column(Text(say("overlay.change_sum")), justify="right")
    for o in down:
        amounts = [cells.get((o, n)) for n in across]
        name = say("overlay.fate_come") if o == NOWHERE else _called(result, o)
        every = [*amounts, sum(filter(None, amounts))]
        table.add_row(
            Text(name), *("" if n is None else _area(n, shown) for n in every), end_section=o == down[-1]
        )
    sums = [sum(cells.get((o, n), 0) for o in down) for n in across]
    table.add_row(Text(say("overlay.change_sum")), *(_area(n, shown) for n in (*sums, sum(sums))))
    return table


def _show_values(result: FileChange, shown: Account) -> None:
    """Print what each value had, kept, lost, gained and has: in a narrow terminal less of what follows."""
    rows = _values(result, shown)
    every = ["had", "kept", "lost", "gained", "has", "net"]
    for left_out in ([], ["kept"], ["kept", "net"]):
        table = _table("values")
        table.add_column(Text(say("overlay.change_value")), overflow="fold")
        titles = [title for title in every if title not in left_out]
        for title in titles:
            _add_figures(table, f"overlay.change_{title}")
        for number, had, kept, has in rows[:SHOWN]:
            figures = zip(every, (had, kept, had - kept, has - kept, has, has - had), strict=True)
            said = {title: _area(units, shown) for title, units in figures}
            said["net"] = "+" * (has > had) + said["net"]
            table.add_row(Text(_called(result, number)), *(said[title] for title in titles))
        if _fits(table):
            break
    console.print(table)
    if len(rows) > SHOWN:
        line(say("overlay.more", count=len(rows) - SHOWN), "dim")


def _show_notes(result: FileChange) -> None:
    if result.slivers.count:
        limits = {"width": f"{result.sliver.width_m:g}", "most": f"{result.sliver.area_m2:g}"}
        line(say("overlay.change_slivers", **limits, **_few(result.slivers)))
    for side, total in ((result.old, _old(result.account)), (result.new, _new(result.account))):
        if side.doubled.count:
            line(say("overlay.change_doubled", file=side.file, **_few(side.doubled)), "yellow")
        measured = round_half_up(Decimal(side.area_m2), 4)
        counted = total * result.account.unit_m2
        if abs(measured - counted) >= 1:
            line(
                say(
                    "overlay.change_left_out", file=side.file, measured=f"{measured:,}",
                    difference=f"{measured - counted:+,}",
                ),
                "yellow",
            )  # fmt: skip
    notes(result.old.notes, result.new.notes)


def _fields(by: str | None) -> tuple[str, str] | None:
    """Read `FIELD` or `OLDFIELD,NEWFIELD`, also with a full-width comma.

    Raises:
        InputError: `overlay.change_by`.
    """
    if by is None:
        return None
    names = [part.strip() for part in by.replace("，", ",").split(",")]
    if len(names) > 2 or not all(names):
        raise InputError("overlay.change_by", by=by)
    return names[0], names[-1]


def _values(result: FileChange, account: Account) -> list[tuple[int, int, int, int]]:
    """Return number, and what it had, kept and has in units, of each value with ground, by its code."""
    assert result.values is not None
    had, kept, has = account.per_group(len(result.values[0]))
    rows = zip(*_lists(had, kept, has), strict=True)
    every = {n: (n, *row) for n, row in enumerate(rows) if any(row)}
    return [every[n] for n in _order(result) if n in every]


def _order(result: FileChange) -> list[int]:
    """Return the numbers of the values by value; none comes last."""
    assert result.values is not None
    values = result.values[0]

    def key(n: int) -> tuple[bool, Any, str]:
        number = values[n] if isinstance(values[n], (int, float, Decimal)) else 0
        return values[n] is None, number, str(values[n])

    return sorted(range(len(values)), key=key)


def _called(result: FileChange, number: int) -> str:
    assert result.values is not None
    return value(result.values[0][number])


def _table(name: str) -> Table:
    return Table(title=say(f"overlay.change_{name}"), title_justify="left")


def _fits(table: Table) -> bool:
    wide = console.options.update(width=10_000)
    return console.measure(table, options=wide).maximum <= console.width


def _add_figures(table: Table, title: str, **said: str) -> None:
    """Add a column of figures; none of their digits is ever cut off."""
    table.add_column(Text(say(title, **said)), justify="right", overflow="fold")


def _fate(fate: Fate) -> str:
    return say(f"overlay.fate_{fate.name.lower()}")


def _area(units: int, account: Account) -> str:
    """Return hectares of whole square metres, square metres of anything finer, as `_unit` says: exactly."""
    area = units * account.unit_m2
    return f"{round_half_up(convert(area, '平方米', '公顷') if account.unit_m2 == 1 else area, 4):,}"


def _unit(account: Account) -> str:
    return say("overlay.hectares" if account.unit_m2 == 1 else "overlay.change_square_metres")


def _few(measured: Measured) -> dict[str, str]:
    return {"count": f"{measured.count:,}", "area": f"{round_half_up(Decimal(measured.area_m2), 4):,}"}


def _lists(*columns: Any) -> list[list[int]]:
    return [column.tolist() for column in columns]


def _old(account: Account) -> int:
    return account.total(account.old != NOWHERE)


def _new(account: Account) -> int:
    return account.total(account.new != NOWHERE)


def _plain(result: FileChange) -> dict[str, Any]:
    """Return everything for JSON: areas that add up, in m² with four places and as whole units.

    A double prints the four places of less than 10¹¹ m² unharmed: read as decimals they add up exactly.
    """
    found, unit = result.account, result.account.unit_m2
    of = {fate: found.total(found.fate == fate) for fate in Fate}
    changed = found.total() - of[Fate.UNCHANGED] - of[Fate.GONE] - of[Fate.COME]
    plain = {
        "unit_m2": float(unit),
        "method": result.method,
        "old": _side(result.old, _old(found), unit),
        "new": _side(result.new, _new(found), unit),
        "unchanged_m2": float(of[Fate.UNCHANGED] * unit),
        "changed_m2": float(changed * unit),
        "gone_m2": float(of[Fate.GONE] * unit),
        "come_m2": float(of[Fate.COME] * unit),
        "slivers": _measured(result.slivers),
        "features": {
            fate.name.lower(): {"old": counted.old, "new": counted.new}
            | ({} if counted.old_units is None else {"old_m2": float(counted.old_units * unit)})
            | ({} if counted.new_units is None else {"new_m2": float(counted.new_units * unit)})
            for fate, counted in result.features(found).items()
        },
    }
    if result.values is not None:
        plain["classes"] = [
            {
                "value": result.values[0][n], "old_m2": float(had * unit), "kept_m2": float(kept * unit),
                "lost_m2": float((had - kept) * unit), "gained_m2": float((has - kept) * unit),
                "new_m2": float(has * unit), "net_m2": float((has - had) * unit),
            }
            for n, had, kept, has in _values(result, found)
        ]  # fmt: skip
    plain["rows"] = [
        {
            "old": old, "new": new, "fate": fate.name.lower(), "area_m2": float(units * unit),
            "area_units": units, "pairs": pairs,
        }
        for old, new, fate, units, pairs in result.rows(found)
    ]  # fmt: skip
    return plain


def _side(side: VintageFile, units: int, unit: Decimal) -> dict[str, Any]:
    return {
        "file": side.file,
        "layer": side.layer,
        "digest": side.digest,
        "system": side.system,
        "features": side.features,
        "field": side.field,
        "total_m2": float(units * unit),
        "total_units": units,
        "measured_m2": side.area_m2,
        "overlapping": _measured(side.doubled),
        "notes": list(side.notes),
    }


def _measured(measured: Measured) -> dict[str, Any]:
    return {"count": measured.count, "area_m2": measured.area_m2}
