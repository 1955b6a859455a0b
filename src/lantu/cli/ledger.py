"""`lantu ledger`: list the statements, verify the chain."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from lantu.cli.context import HomeOption, JsonOption, console, emit, home_path, language, say
from lantu.core.digest import canonical_json, short
from lantu.core.errors import IntegrityError
from lantu.core.finding import Finding
from lantu.lawbook import message
from lantu.ledger import Entry
from lantu.store import Home


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="账本 / the ledger")
    app.add_typer(group, name="ledger")

    @group.command("verify")
    def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
        """核验账本没有被改动、删去、调换 / check that nothing was changed, dropped or swapped."""
        ledger = Home.open(home_path(home), create=False).ledger
        faults, head = ledger.verify(), ledger.head
        value = {
            "whole": not faults, "statements": head.seq, "digest": head.digest,
            "faults": [_fault_json(fault) for fault in faults],
        }  # fmt: skip
        emit(value, as_json, lambda: _show_faults(faults))
        if faults:
            first = faults[0]
            why = message(first.message, language(), **first.params)
            raise IntegrityError("ledger.not_whole", line=first.params["line"], count=len(faults), why=why)
        if not as_json:
            console.print(
                say("ledger.whole", count=head.seq, digest=short(head.digest)), markup=False, highlight=False
            )

    @group.command("list")
    def list_(
        last: Annotated[
            int | None, typer.Option("--last", min=1, help="只列最后几条 / only the last")
        ] = None,
        home: HomeOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """列出账本的每一条 / list the statements."""
        entries = Home.open(home_path(home), create=False).ledger.entries()
        shown = entries[-last:] if last else entries
        emit([entry.to_json() for entry in shown], as_json, lambda: _show(shown))


def _fault_json(fault: Finding) -> dict[str, Any]:
    return {
        "line": fault.params["line"], "code": fault.message,
        "message": {lang: message(fault.message, lang, **fault.params) for lang in ("zh", "en")},
    }  # fmt: skip


def _show_faults(faults: list[Finding]) -> None:
    for fault in faults:
        console.print(say(fault.message, **fault.params), markup=False, highlight=False)


def _show(entries: list[Entry]) -> None:
    if not entries:
        console.print(say("ledger.empty"), markup=False, highlight=False)
        return
    table = Table()
    for column in ("seq", "time", "kind", "body", "digest"):
        table.add_column(
            say(f"ledger.show.{column}"), justify="right" if column == "seq" else "left", overflow="fold"
        )
    for entry in entries:
        body = canonical_json(entry.body).decode()
        cells = (str(entry.seq), entry.time, _kind(entry.kind), body, short(entry.digest))
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def _kind(kind: str) -> str:
    """Name a kind of statement; one of a later Lantu shows its own name."""
    code = f"ledger.kind.{kind}"
    named = say(code)
    return kind if named == code else named
