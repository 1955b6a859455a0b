"""Fields that must agree within a row: a condition in SQL over the columns of one layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from lantu.core.finding import Answer
from lantu.quality.findings import Defect
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace

_SETTINGS: dict[str, Any] = {
    "threads": 1,
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "lock_configuration": True,
}


def condition(
    sheet: Sheet,
    work: Workspace,
    *,
    uses: Sequence[str],
    bad: str,
    numbers: Sequence[str] = (),
    sets: Mapping[str, Mapping[str, Any]] | None = None,
    maps: Mapping[str, Mapping[str, str]] | None = None,
    unless_null: Sequence[str] = (),
    by: Sequence[str] = (),
    answer: str = Answer.FAIL,
) -> Iterator[Defect]:
    """No row is as the condition says.

    Columns are named in capitals and are text, NULL also where a text says nothing (blank, or a word for
    null). Where the condition comes out NULL the row is not judged: one cannot tell, unless other rules
    report what is missing there.

    Args:
        uses: the columns it reads.
        bad: SQL expression, true where a row is at fault.
        numbers: those of `uses` that are read as numbers, NULL where they are none.
        sets: name → codes. `list` and either `class` (of land), or `column` and its `values`; `also`: further
            codes. `name(X)` in the expression is true where X is one of them, NULL where X is null or in no
            list: what a code that does not exist would stand for, nobody can tell.
        maps: name → `list` and `column`: `name(X)` is what that column has for the code X, else NULL.
            A list may be `land_use` or `zones`: that of the profile.
        unless_null: codes of the rules that report the missing values.
        by: columns whose values make a defect of their own.

    Yields:
        One defect per values of `by`, and one for the rows that are not judged.
    """
    sheet.needs(*uses)
    views = {name: _numbers(sheet, name) if name in numbers else sheet.values(name).arrow() for name in uses}
    with duckdb.connect(":memory:", config=_SETTINGS) as connection:
        for name, of in (sets or {}).items():
            codes = _codes(work, of)
            known = {*work.book.code_lists[of["list"]].rows, *codes}
            connection.execute(
                f"CREATE MACRO {name}(x) AS CASE WHEN x IN ({_quoted(sorted(known))})"
                f" THEN x IN ({_quoted(codes)}) END"
            )
        for name, of in (maps or {}).items():
            column = _column(work, of["list"], of["column"])
            connection.execute(
                f"CREATE MACRO {name}(x) AS map([{_quoted(column)}], [{_quoted(column.values())}])[x]"
            )
        connection.register("layer", pa.table(views))
        found = connection.sql(f"SELECT CAST(({bad}) AS BOOLEAN) AS bad FROM layer").to_arrow_table()
    said = found.column("bad")
    wrong = np.flatnonzero(said.fill_null(False).to_numpy())
    for cause, rows in _grouped(sheet, by, wrong):
        example = "，".join(f"{name}={_show(views[name][rows[0]].as_py())}" for name in uses)
        yield Defect(
            sheet.kind, cause, rows, params=dict(zip(by, cause, strict=True)) | {"example": example},
            answer=Answer(answer),
        )  # fmt: skip
    if not unless_null and said.null_count:
        rows = np.flatnonzero(said.is_null().to_numpy()).tolist()
        yield Defect(
            sheet.kind, ("not judged",), rows, params={"fields": "、".join(uses)},
            answer=Answer.CANNOT_TELL, message="quality.not_judged",
        )  # fmt: skip


def _grouped(sheet: Sheet, by: Sequence[str], rows: Any) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """Yield the rows by what some of their columns say, in the order of that."""
    if not len(rows):
        return
    columns = [sheet.text(name)[rows] for name in by]
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, *values in zip(rows.tolist(), *columns, strict=True):
        groups.setdefault(tuple("–" if each is None else each for each in values), []).append(row)
    yield from sorted(groups.items())


def _numbers(sheet: Sheet, field: str) -> pa.Array:
    figures = sheet.number(field)
    return pa.array(figures, mask=np.isnan(figures))


def _codes(work: Workspace, of: Mapping[str, Any]) -> list[str]:
    """Return the codes of a set.

    Raises:
        LookupError: it is empty: a condition on it would never, or always, hold.
    """
    found: list[str] = []
    if "class" in of:
        found = sorted(work.book.land_class(of["class"], of["list"]))
    elif "column" in of:
        column = _column(work, of["list"], of["column"])
        found = [code for code, value in column.items() if value in of["values"]]
    if not found:
        raise LookupError(of)
    return [*found, *of.get("also", ())]


def _column(work: Workspace, name: str, column: str) -> dict[str, str]:
    """Return code → what a column of a code list has for it, where it has something."""
    own = {"land_use": work.profile.land_use, "zones": work.profile.zones}
    rows = work.book.code_lists[own.get(name, name)].rows
    return {code: row[column] for code, row in rows.items() if row[column]}


def _quoted(codes: Any) -> str:
    return ", ".join("'" + str(each).replace("'", "''") + "'" for each in codes)


def _show(value: object) -> str:
    if value is None:
        return "NULL"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
