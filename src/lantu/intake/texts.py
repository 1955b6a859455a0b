"""The texts of a layer, decoded by what their bytes are: each distinct value once, whatever is declared."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lantu.intake.encoding import encoding_of
from lantu.intake.incidents import Log

BYTE_FOR_BYTE = "ISO-8859-1"
"""Read so, every byte of a .dbf becomes the character of its number, and none is lost."""
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030"}
_LANGUAGES = {0x4D: "GBK", 0x7A: "GBK", 0x4F: "Big5", 0x78: "Big5", 0x03: "Windows-1252"}
"""Language driver ids of a .dbf that name one encoding; 0x57, most common, says: that of the machine."""
_LOST = "\ufffd"
_BLOCK = 1 << 20
_JUDGED = 8 << 20
_QUOTED = re.compile(rb'"[^"\n]*[\x80-\xff][^"\n]*"')


@dataclass(frozen=True, slots=True)
class Texts:
    """Decoded attributes: `names` of the columns, the encoding used (None where none explains them)."""

    table: pa.Table
    names: tuple[str, ...]
    encoding: str | None


def decode_dbf(
    table: pa.Table, names: Sequence[bytes], said: str | None, where: str, layer: str, log: Log
) -> Texts:
    """Decode the attributes of a .dbf that was read BYTE_FOR_BYTE.

    Args:
        names: of the columns, undecoded.
        said: the encoding that .cpg or .dbf declare, None where they do not.
    """
    columns = {n: column for n, column in enumerate(table.columns) if _foreign(column)}
    coded = {n: _coded(column, byte_for_byte=True) for n, column in columns.items()}
    foreign = [*(name for name in names if not name.isascii()), *_foreign_values(coded)]
    if not foreign:
        known = said and _known(said)
        return Texts(table, tuple(name.decode() for name in names), _NAMES[known or "utf-8"])
    used = encoding_of(_sample(foreign))
    if used and said and _known(said) != used:
        log.add("encoding_wrong", where, layer=layer, said=said, used=_NAMES[used])
    decoded = tuple(_decode(name, used) for name in names)
    table = _with(table, coded, used)
    _note_lost(table, list(coded), [decoded[n] for n in coded], used, where, layer, log)
    return Texts(table, decoded, used and _NAMES[used])


def repair_utf8(table: pa.Table, where: str, layer: str, log: Log) -> pa.Table:
    """Decode what a format that is UTF-8 by definition holds in something else."""
    columns = {n: each for n, each in enumerate(table.columns) if _is_text(each) and not _sound(each)}
    if not columns:
        return table
    coded = {n: _coded(column, byte_for_byte=False) for n, column in columns.items()}
    used = encoding_of(_sample(_foreign_values(coded)))
    if used == "gb18030":
        log.add("encoding_wrong", where, layer=layer, said="UTF-8", used=_NAMES[used])
    table = _with(table, coded, used)
    _note_lost(table, list(coded), [table.field(n).name for n in coded], used, where, layer, log)
    return table


def utf8_copy(path: Path, where: str, layer: str, log: Log, copy: Path) -> Path:
    """Return a text file itself if it is UTF-8, else a copy of it that is, made at `copy`."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        try:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
            return path
        except UnicodeDecodeError:
            stream.seek(0)
            data = stream.read()
    used = encoding_of(_sample(_QUOTED.findall(data)))
    if used == "gb18030":
        log.add("encoding_wrong", where, layer=layer, said="UTF-8", used=_NAMES[used])
    text = data.decode(used or "utf-8", errors="replace")
    if used != "gb18030" or _LOST in text:
        log.add("encoding_unknown", where, layer=layer, fields="")
    copy.write_text(text, encoding="utf-8")
    return copy


def said_encoding(cpg: Path | None, language: int) -> str | None:
    """Return what a .cpg says, else what the language driver id of a .dbf says, else None."""
    if cpg is not None:
        said = cpg.read_bytes()[:40].decode("ascii", errors="replace").strip()
        if said:
            return said
    return _LANGUAGES.get(language)


def _sample(values: list[bytes]) -> bytes:
    """Return enough text to judge its encoding by."""
    return b"\n".join(values)[:_JUDGED]


def _known(said: str) -> str | None:
    name = re.sub(r"[^a-z0-9]", "", said.casefold())
    if name in ("utf8", "65001", "cp65001"):
        return "utf-8"
    return (
        "gb18030"
        if re.fullmatch(r"(ansi|cp|windows|ms)?936|gbk|gb2312|gb18030|(cp)?54936|euccn", name)
        else None
    )


def _is_text(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _foreign(column: pa.ChunkedArray) -> bool:
    return _is_text(column) and pc.all(pc.string_is_ascii(column)).as_py() not in (True, None)


def _sound(column: pa.ChunkedArray) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Coded:
    """A piece of a column: its distinct values as bytes, and which of them each row has."""

    rows: pa.Array
    values: list[bytes | None]

    def decoded(self, encoding: str | None) -> pa.Array:
        texts = [None if each is None else _decode(each, encoding) for each in self.values]
        return pa.DictionaryArray.from_arrays(self.rows, pa.array(texts, pa.string())).dictionary_decode()


def _coded(column: pa.ChunkedArray, *, byte_for_byte: bool) -> list[_Coded]:
    found = []
    for chunk in column.chunks:
        each = chunk.cast(pa.large_binary()).dictionary_encode()
        values = each.dictionary.to_pylist()
        if byte_for_byte:
            values = [None if value is None else value.decode().encode(BYTE_FOR_BYTE) for value in values]
        found.append(_Coded(each.indices, values))
    return found


def _foreign_values(coded: dict[int, list[_Coded]]) -> list[bytes]:
    every = {value for chunks in coded.values() for chunk in chunks for value in chunk.values}
    return sorted(value for value in every if value and not value.isascii())


def _with(table: pa.Table, coded: dict[int, list[_Coded]], encoding: str | None) -> pa.Table:
    for n, chunks in coded.items():
        column = pa.chunked_array([chunk.decoded(encoding) for chunk in chunks], pa.string())
        table = table.set_column(n, table.field(n).with_type(pa.string()), column)
    return table


def _decode(value: bytes, encoding: str | None) -> str:
    for each in (encoding,) if encoding else ("utf-8", "gb18030"):
        try:
            return value.decode(each)
        except UnicodeDecodeError:
            continue
    return value.decode(encoding or "utf-8", errors="replace")


def _note_lost(
    table: pa.Table, columns: list[int], names: list[str], used: str | None, where: str, layer: str, log: Log
) -> None:
    lost: set[int] = set()
    fields = []
    for n, name in zip(columns, names, strict=True):
        odd = pc.fill_null(pc.match_substring(table.column(n), _LOST), False)
        if rows := pc.indices_nonzero(odd).to_pylist():
            lost.update(rows)
            fields.append(name)
    if lost or used is None:
        rows = tuple(sorted(row + 1 for row in lost))
        log.add("encoding_unknown", where, layer=layer, rows=rows, fields="、".join(fields))
