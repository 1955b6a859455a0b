"""One table of exit codes, and what a shell sees when things go wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lantu.cli import exit_codes
from lantu.cli.exit_codes import EXIT_CODES, exit_code
from lantu.core import errors
from lantu.core.errors import LantuError

PAGE = Path(__file__).parents[2] / "docs/guide/exit-codes.md"


def documented() -> dict[str, int]:
    rows = re.findall(r"^\| (\d+) \| (\w+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: int(code) for code, name in rows}


def test_the_page_is_the_table() -> None:
    names = ("OK", "UNEXPECTED", "USAGE", "RETURNED", "PERSON_DECIDES", "INTERRUPTED")
    plain = {name: getattr(exit_codes, name) for name in names}
    assert documented() == plain | {kind.__name__: code for kind, code in EXIT_CODES.items()}


def test_every_kind_of_error_has_a_code_of_its_own() -> None:
    kinds = {
        each for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, LantuError) and each is not LantuError
    }  # fmt: skip
    assert set(EXIT_CODES) == kinds
    taken = [
        *EXIT_CODES.values(),
        exit_codes.OK,
        exit_codes.UNEXPECTED,
        exit_codes.USAGE,
        exit_codes.RETURNED,
        exit_codes.PERSON_DECIDES,
        exit_codes.INTERRUPTED,
    ]
    assert len(set(taken)) == len(taken)


@pytest.mark.parametrize("kind", EXIT_CODES)
def test_a_kind_of_a_kind_shares_its_code(kind: type[LantuError]) -> None:
    finer = type("Finer", (kind,), {})
    assert exit_code(finer("x.y")) == EXIT_CODES[kind]
    assert exit_code(LantuError("x.y")) == exit_codes.UNEXPECTED
