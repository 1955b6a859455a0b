"""The chain: whatever is changed, dropped, doubled or swapped shows, with its line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.ledger import GENESIS, Entry, Head, entries, link, verify

_BODIES = st.dictionaries(
    st.text(max_size=6), st.none() | st.booleans() | st.integers() | st.text(max_size=12), max_size=4
)


@st.composite
def logs(draw: st.DrawFn, least: int = 1) -> list[Entry]:
    head, made = Head(), []
    for body in draw(st.lists(_BODIES, min_size=least, max_size=6)):
        entry = link(
            head, "2026-01-01T00:00:00+00:00", draw(st.sampled_from(["layer.added", "规划登记"])), body
        )
        made.append(entry)
        head = Head(entry.seq, entry.digest)
    return made


def data_of(log: list[Entry]) -> bytes:
    return b"".join(entry.line() for entry in log)


def head_of(log: list[Entry]) -> Head:
    return Head(log[-1].seq, log[-1].digest)


def lines_at_fault(data: bytes, log: list[Entry]) -> list[int]:
    return [int(str(fault.params["line"])) for fault in verify(data, head_of(log))]


@given(logs())
def test_an_honest_log_is_whole_and_reads_back(log: list[Entry]) -> None:
    assert verify(data_of(log), head_of(log)) == []
    assert list(entries(data_of(log))) == log


@given(logs(), st.data())
def test_any_changed_byte_is_found_on_its_line(log: list[Entry], data: st.DataObject) -> None:
    whole = bytearray(data_of(log))
    place = data.draw(st.integers(0, len(whole) - 1))
    line = whole[:place].count(b"\n") + 1
    whole[place] ^= data.draw(st.integers(1, 255))
    assert lines_at_fault(bytes(whole), log)[0] == line


@given(logs(), st.data())
def test_any_added_or_missing_byte_is_found(log: list[Entry], data: st.DataObject) -> None:
    whole = data_of(log)
    place = data.draw(st.integers(0, len(whole) - 1))
    assert lines_at_fault(whole[:place] + whole[place + 1 :], log)
    extra = bytes([data.draw(st.integers(0, 255))])
    assert lines_at_fault(whole[:place] + extra + whole[place:], log)


@given(logs(least=2), st.data())
def test_a_dropped_doubled_or_swapped_line_is_found(log: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log) - 1))
    dropped = log[:place] + log[place + 1 :]
    doubled = log[: place + 1] + log[place:]
    assert lines_at_fault(data_of(dropped), log)[0] == place + 1
    assert lines_at_fault(data_of(doubled), log)[0] == place + 2
    other = data.draw(st.integers(0, len(log) - 1).filter(lambda n: n != place))
    swapped = list(log)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    assert lines_at_fault(data_of(swapped), log)[0] == min(place, other) + 1


@given(logs(), st.data())
def test_a_rewritten_statement_is_found_though_its_own_digest_is_right(
    log: list[Entry], data: st.DataObject
) -> None:
    """Whoever can count digests can rewrite one line; the next one, or the registry, gives it away."""
    place = data.draw(st.integers(0, len(log) - 1))
    before = Head(log[place - 1].seq, log[place - 1].digest) if place else Head()
    forged = list(log)
    forged[place] = link(before, log[place].time, "forged", {})
    assert lines_at_fault(data_of(forged), log)[0] == min(place + 2, len(log) + 1)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_crash(noise: bytes) -> None:
    assert verify(noise, Head(1, GENESIS))
    assert list(entries(noise)) == []


def test_a_log_cut_off_at_a_line_end_is_only_found_by_where_it_should_end() -> None:
    first = link(Head(), "2026-01-01T00:00:00+00:00", "a", {})
    second = link(Head(1, first.digest), "2026-01-01T00:00:00+00:00", "b", {})
    assert verify(first.line()) == []
    (fault,) = verify(first.line(), Head(2, second.digest))
    assert fault.message == "ledger.wrong_end"
    assert verify(b"", Head()) == []


def test_the_form_of_a_line_is_fixed() -> None:
    """Old ledgers must verify for ever: this line may never come out otherwise."""
    entry = link(
        Head(), "2026-01-01T00:00:00+00:00", "layer.added", {"名称": "大安市", "n": 1, "v": Decimal("1.20")}
    )
    assert entry.line().decode() == (
        '{"body":{"n":1,"v":"1.20","名称":"大安市"},'
        f'"digest":"{entry.digest}","kind":"layer.added","previous":"{GENESIS}","seq":1,'
        '"time":"2026-01-01T00:00:00+00:00"}\n'
    )
    assert GENESIS == "sha256:65761067a07892e1929e6f5bb44143948ecf3296dc0f5c91825e41a0e8df5a8e"
    assert entry.digest == "sha256:5c637ccce6030646ccee6fc18ee7076d5ebf5d5b658e6197ba127015165b61ad"


def test_a_float_has_no_form() -> None:
    with pytest.raises(TypeError):
        link(Head(), "2026-01-01T00:00:00+00:00", "a", {"x": 0.1})
