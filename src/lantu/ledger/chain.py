"""The ledger as a chain: each statement carries the digest of the one before. Pure bytes, no disk, no clock.

One line per statement, in canonical JSON, so that there is exactly one way to write it: whatever is changed
in a line, even a blank, shows. A later tree (RFC 6962) takes the same lines as its leaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lantu.core.digest import canonical_json, digest_bytes, digest_json
from lantu.core.finding import Answer, Finding

FORMAT = 1
GENESIS = digest_bytes(f"lantu ledger {FORMAT}\n".encode())
"""What the first statement names as its predecessor; binds the format's version."""

_KEYS = {"seq", "time", "kind", "body", "previous", "digest"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement.

    Attributes:
        seq: 1, 2, 3 …
        time: ISO 8601, UTC.
        kind: what happened, e.g. `layer.added`.
        body: small facts and digests; no floats.
        previous: digest of the statement before, `GENESIS` for the first.
        digest: of all of the above.
    """

    seq: int
    time: str
    kind: str
    body: Mapping[str, Any]
    previous: str
    digest: str

    def line(self) -> bytes:
        """Return the statement's one line, with its line end."""
        return canonical_json(self.to_json()) + b"\n"

    def to_json(self) -> dict[str, Any]:
        return _content(self.seq, self.time, self.kind, self.body, self.previous) | {"digest": self.digest}


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: number and digest of its last statement."""

    seq: int = 0
    digest: str = GENESIS


def link(head: Head, time: str, kind: str, body: Mapping[str, Any]) -> Entry:
    """Make the statement that follows `head`.

    Raises:
        TypeError: the body holds a float or something else that has no canonical form.
    """
    # Once through JSON: what is digested is what a reader of the line gets back.
    body = json.loads(canonical_json(body))
    digest = digest_json(_content(head.seq + 1, time, kind, body, head.digest))
    return Entry(head.seq + 1, time, kind, body, head.digest, digest)


def _content(seq: int, time: str, kind: str, body: Mapping[str, Any], previous: str) -> dict[str, Any]:
    return {"seq": seq, "time": time, "kind": kind, "body": body, "previous": previous}


def parse(line: bytes) -> Entry | None:
    """Read one line without its line end; None unless it is exactly a statement in canonical form."""
    try:
        value = json.loads(line)
        if not isinstance(value, dict) or set(value) != _KEYS or canonical_json(value) != line:
            return None
    except (ValueError, TypeError, RecursionError):
        return None
    if type(value["seq"]) is not int or not isinstance(value["body"], dict):
        return None
    if not all(isinstance(value[key], str) for key in ("time", "kind", "previous", "digest")):
        return None
    return Entry(**value)


def entries(data: bytes) -> Iterator[Entry]:
    """Yield the statements of a log that can be read; says nothing about whether they are true."""
    for line in data.split(b"\n"):
        if (entry := parse(line)) is not None:
            yield entry


def verify(data: bytes, head: Head | None = None) -> list[Finding]:
    """Check every line of a log against itself and the one before.

    Args:
        data: the log's bytes.
        head: where the chain is known to end (from the registry); without it a log cut off at a line
            end looks whole.

    Returns:
        One finding per fault, by line number; empty where the log is whole.
    """
    found: list[Finding] = []
    before = Head()
    lines = data.split(b"\n")
    if lines[-1]:
        found.append(_fault("ledger.no_line_end", len(lines)))
    for number, line in enumerate(lines[:-1], start=1):
        entry = parse(line)
        if entry is None:
            found.append(_fault("ledger.malformed", number))
            # What this line said is lost; the next one is held to its own predecessor's word.
            before = Head(before.seq + 1, "")
            continue
        found += _faults_of(entry, before, number)
        before = Head(entry.seq, entry.digest)
    if head is not None and not found and before != head:
        found.append(_fault("ledger.wrong_end", len(lines), seq=before.seq, expected=head.seq))
    return found


def _faults_of(entry: Entry, before: Head, number: int) -> Sequence[Finding]:
    own = digest_json(_content(entry.seq, entry.time, entry.kind, entry.body, entry.previous))
    if own != entry.digest:
        return [_fault("ledger.changed", number)]
    if entry.seq != before.seq + 1:
        return [_fault("ledger.out_of_order", number, seq=entry.seq, expected=before.seq + 1)]
    if before.digest and entry.previous != before.digest:
        return [_fault("ledger.broken_chain", number)]
    return []


def _fault(code: str, line: int, **params: object) -> Finding:
    return Finding("ledger.chain", ("line", str(line)), Answer.FAIL, code, {"line": line, **params})
