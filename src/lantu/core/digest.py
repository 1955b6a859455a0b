"""Content digests: the names of everything that never changes."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import PurePath
from typing import BinaryIO

PREFIX = "sha256:"
_BLOCK = 1 << 20


def digest_bytes(data: bytes) -> str:
    """Return `sha256:<64 hex>` of the bytes."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def digest_stream(stream: BinaryIO) -> str:
    """Return the digest of everything left in an open binary stream."""
    state = hashlib.sha256()
    while block := stream.read(_BLOCK):
        state.update(block)
    return PREFIX + state.hexdigest()


def canonical_json(value: object) -> bytes:
    """Serialise to the one byte form that is digested: sorted keys, no spaces, UTF-8.

    Decimals become strings, so that 327.40 keeps its zero. Floats are refused: a digest must not
    hang on how a float prints.
    """
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest_json(value: object) -> str:
    """Return the digest of a value's canonical JSON form."""
    return digest_bytes(canonical_json(value))


def short(digest: str, length: int = 12) -> str:
    """Return the first hex characters of a digest, for tables and file lists."""
    return digest.removeprefix(PREFIX)[:length]


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() if value.is_finite():
            return format(value, "f")  # 1E+2 and 100 are one number with the same zeros
        case PurePath():
            return str(value)
        case dict():
            named = {str(k): _plain(v) for k, v in value.items()}
            if len(named) < len(value):
                raise TypeError("not digestible: two keys read the same")
            return named
        case list() | tuple():
            return [_plain(v) for v in value]
        case _:
            raise TypeError(f"not digestible: {type(value).__name__}")
