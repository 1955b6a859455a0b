"""One page of the lawbook as text, values and line numbers. Knows YAML and CSV, nothing of the law."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources.abc import Traversable
from typing import Any, ClassVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lantu.core.errors import LawbookError

Path_ = tuple[str | int, ...]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BARE_CODE = re.compile(r"0\d+")
_DEEPEST = 12  # no page nests so deep; an alias that holds itself would for ever
_CORE = "tag:yaml.org,2002:"
_PLAIN_SCALARS = (  # what a bare word means: YAML 1.2, where `no` and `on` are words, and dates
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("int", r"[-+]?[0-9_]+|[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?0x[0-9a-fA-F_]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("timestamp", r"\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d.*", "0123456789"),
)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """libyaml where it is there: every command reads some 300 pages, and in Python that took it seconds."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # its own, not those of YAML 1.1


for _tag, _form, _first in _PLAIN_SCALARS:
    _Loader.add_implicit_resolver(_CORE + _tag, re.compile(f"(?:{_form})$"), list(_first))


@dataclass(frozen=True, slots=True)
class Page:
    """A YAML page: its name below the lawbook root, plain values, and the line of every key and item."""

    name: str
    data: Any
    lines: dict[Path_, int] = field(repr=False)

    @property
    def stem(self) -> str:
        return self.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]

    def line(self, *path: str | int) -> int:
        """Return the line (from 1) of the deepest known part of `path`."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, what: str, *path: str | int, **params: object) -> LawbookError:
        """Return the error `lawbook.<what>` with this page's file and the line of `path`."""
        return LawbookError(f"lawbook.{what}", file=self.name, line=self.line(*path), **params)


@dataclass(frozen=True, slots=True)
class Row:
    """One CSV row: column → text, and its line (from 1, the header being 1)."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV page: its columns in order and its rows; every row has every column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def error(self, what: str, line: int, **params: object) -> LawbookError:
        """Return the error `lawbook.<what>` with this page's file and the given line."""
        return LawbookError(f"lawbook.{what}", file=self.name, line=line, **params)


def text_of(data: bytes, name: str) -> str:
    """Decode a page; a page is UTF-8 (a byte-order mark, which Excel writes, is let through).

    Raises:
        LawbookError: `lawbook.not_utf8`.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LawbookError("lawbook.not_utf8", file=name, line=line) from None


def read_yaml(text: str, name: str) -> Page:
    """Read one YAML document.

    Fractional numbers become Decimal with the digits as written; ISO dates stay text. A number that
    begins with 0 is a code that somebody forgot to quote, and is refused: 0101 must not become 101.

    Raises:
        LawbookError: `lawbook.not_yaml`, `.empty`, `.duplicate_key`, `.bare_code`, `.odd_tag`, `.too_deep`.
    """
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LawbookError("lawbook.not_yaml", file=name, line=line, why=error.problem or "") from None
    except RecursionError:
        raise LawbookError("lawbook.too_deep", file=name, line=1) from None
    except yaml.YAMLError as error:
        raise LawbookError("lawbook.not_yaml", file=name, line=1, why=str(error)[:200]) from None
    if root is None:
        raise LawbookError("lawbook.empty", file=name, line=1)
    lines: dict[Path_, int] = {}
    return Page(name, _value(root, (), name, lines), lines)


def _value(node: Node, path: Path_, name: str, lines: dict[Path_, int]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _DEEPEST:
        raise LawbookError("lawbook.too_deep", file=name, line=node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in found:
                raise LawbookError("lawbook.duplicate_key", file=name, line=line, key=key)
            lines[(*path, key)] = line
            found[key] = _value(value_node, (*path, key), name, lines)
        return found
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, i), name, lines) for i, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)  # YAML has no fourth kind of node
    return _scalar(node, name)


def _scalar(node: ScalarNode, name: str) -> Any:
    text, tag = node.value, str(node.tag).removeprefix(_CORE)
    if tag == "str":
        return text
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    if tag == "timestamp" and _DATE.fullmatch(text):
        return text
    if tag in ("int", "float") and _BARE_CODE.fullmatch(text):
        raise LawbookError("lawbook.bare_code", file=name, line=node.start_mark.line + 1, value=text)
    try:
        if tag == "int":
            return int(text)
        if tag == "float":
            return Decimal(text)
    except (ValueError, ArithmeticError):
        pass
    raise LawbookError("lawbook.odd_tag", file=name, line=node.start_mark.line + 1, value=text)


def read_csv(text: str, name: str) -> Table:
    """Read a CSV page with a header line.

    Raises:
        LawbookError: `lawbook.empty`, `.duplicate_key` for a column, `.ragged_row`.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = tuple(next(reader, ()))
        if not columns:
            raise LawbookError("lawbook.empty", file=name, line=1)
        for column in columns:
            if columns.count(column) > 1:
                raise LawbookError("lawbook.duplicate_key", file=name, line=1, key=column)
        rows = []
        for cells in reader:
            if len(cells) != len(columns):
                raise LawbookError(
                    "lawbook.ragged_row",
                    file=name,
                    line=reader.line_num,
                    found=len(cells),
                    expected=len(columns),
                )
            rows.append(Row(reader.line_num, dict(zip(columns, cells, strict=True))))
    except csv.Error as error:
        raise LawbookError("lawbook.not_csv", file=name, line=reader.line_num, why=str(error)) from None
    return Table(name, columns, tuple(rows))


def walk(root: Traversable, below: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield (name below root, file) of every .yaml, .yml and .csv, in name order."""
    for entry in sorted(root.iterdir(), key=lambda e: e.name):
        name = f"{below}{entry.name}"
        if entry.is_dir():
            if not entry.name.startswith(("_", ".")):
                yield from walk(entry, f"{name}/")
        elif entry.name.endswith((".yaml", ".yml", ".csv")):
            yield name, entry
