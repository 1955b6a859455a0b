"""The append-only log of everything done: statements, chained by digest. Pure bytes."""

from lantu.ledger.chain import GENESIS, Entry, Head, entries, link, parse, verify

__all__ = ["GENESIS", "Entry", "Head", "entries", "link", "parse", "verify"]
