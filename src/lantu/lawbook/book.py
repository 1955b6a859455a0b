"""The lawbook as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Any


@dataclass(frozen=True)
class Lawbook:
    """All pages, checked."""

    digest: str = ""
    sources: dict[str, Any] = field(default_factory=dict)
    code_lists: dict[str, Any] = field(default_factory=dict)
    unit_rules: dict[str, Any] = field(default_factory=dict)
    indicators: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    change_rules: dict[str, Any] = field(default_factory=dict)
    layer_kinds: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=8)
def load(root: Traversable | None = None) -> Lawbook:
    """Load the packaged lawbook (or the one below `root`); cached."""
    return Lawbook()
