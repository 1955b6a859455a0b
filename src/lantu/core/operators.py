"""The three ways a limit binds, as readings and targets carry them, and their signs in print."""

from __future__ import annotations

AT_LEAST, AT_MOST, EQUAL = ">=", "<=", "="

SIGNS = {AT_LEAST: "≥", AT_MOST: "≤", EQUAL: "="}


def sign(op: str | None, none: str = "") -> str:
    """Return ≥, ≤ or = of an operator; `none` for a target without one."""
    return none if op is None else SIGNS[op]
