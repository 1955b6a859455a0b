"""进出平衡: farmland that may leave because as much comes in, by an approved record naming both."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

_SEPARATORS = re.compile(r"[;；,，、\s]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One row of the table of approved exchanges.

    Attributes:
        out, into: BSM of the parcels whose farmland leaves, and of those that become farmland.
        approved_by: who approved it and under which number; "" where the row does not say.
    """

    number: str
    year: int
    name: str
    out: frozenset[str]
    into: frozenset[str]
    approved_by: str


def read_exchanges(table: pa.Table) -> list[Exchange]:
    """Read the view `exchange(bh, year, xmmc, bsm_out, bsm_in, approved_by)`, sorted by number.

    Raises:
        KeyError: a column is lacking.
        ValueError: a year is no number.
    """
    columns = {
        name: table.column(name).to_pylist() for name in ("bh", "year", "bsm_out", "bsm_in", "approved_by")
    }
    names = table.column("xmmc").to_pylist() if "xmmc" in table.column_names else [""] * table.num_rows
    rows = [
        Exchange(
            number=str(columns["bh"][i] or ""),
            year=int(columns["year"][i]),
            name=str(names[i] or ""),
            out=_numbers(columns["bsm_out"][i]),
            into=_numbers(columns["bsm_in"][i]),
            approved_by=str(columns["approved_by"][i] or ""),
        )
        for i in range(table.num_rows)
    ]
    return sorted(rows, key=lambda row: (row.year, row.number, sorted(row.out)))


def _numbers(text: object) -> frozenset[str]:
    return frozenset(part for part in _SEPARATORS.split(str(text or "")) if part)
