"""One table of exit codes, and what a shell sees when things go wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.shell import lantu
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


def test_an_error_is_json_where_json_was_asked_for(tmp_path: Path) -> None:
    told = {
        json_: lantu("layer", "list", "--home", tmp_path / "none", *json_, LANTU_LANG="en")
        for json_ in ((), ("--json",))
    }
    for ended in told.values():
        assert (ended.returncode, ended.stdout) == (EXIT_CODES[errors.NotFoundError], "")
    sentence, error = told[()].stderr.strip(), json.loads(told["--json",].stderr)["error"]
    assert (error["code"], error["en"]) == ("store.no_home", sentence)
    assert "不是蓝图的数据目录" in error["zh"]
    assert error["params"] == {"home": str(tmp_path / "none")}


def test_a_file_that_is_called_like_the_option_asks_for_nothing(tmp_path: Path) -> None:
    ended = lantu("approval", "read", "--", "--json")
    assert (ended.returncode, ended.stdout) == (EXIT_CODES[errors.InputError], "")
    assert "--json" in ended.stderr and not ended.stderr.startswith("{")
