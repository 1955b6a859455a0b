"""Below the shells nothing reads a file, the clock or chance: the part that import contracts cannot see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lantu

SRC = Path(lantu.__file__).parent
PURE = (
    "core", "lawbook", "approvals", "plans", "ledger", "overlay", "monitoring", "quality", "compliance",
    "transmission", "conflicts",
)  # fmt: skip
CLOCK_AND_CHANCE = {
    "now", "utcnow", "today", "fromtimestamp", "default_rng", "RandomState", "shuffle", "getenv",
}  # fmt: skip
DISK = {
    "open", "read_bytes", "read_text", "write_text", "write_bytes", "unlink", "mkdir", "iterdir", "glob",
    "read_parquet", "to_parquet", "write_table", "read_table",
}  # fmt: skip
READS_THE_PACKAGE = {
    "lawbook/pages.py", "lawbook/book.py", "lawbook/messages.py", "lawbook/schema.py", "overlay/compiled.py",
}  # fmt: skip
"""The lawbook's pages are part of the program, as its sources are; these read them, and nothing else."""


def calls(layer: str) -> Iterator[tuple[str, int, str]]:
    """Yield file, line and last name of every call."""
    for file in sorted((SRC / layer).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                yield str(file.relative_to(SRC)), node.lineno, name


@pytest.mark.parametrize("layer", PURE)
def test_nothing_below_the_shells_looks_at_the_world(layer: str) -> None:
    found = [
        (file, line, name)
        for file, line, name in calls(layer)
        if name in CLOCK_AND_CHANCE or (name in DISK and file not in READS_THE_PACKAGE)
    ]
    assert found == []


def test_no_exception_waits_for_nobody() -> None:
    found = {file for layer in PURE for file, _, name in calls(layer) if name in DISK}
    assert found == READS_THE_PACKAGE
