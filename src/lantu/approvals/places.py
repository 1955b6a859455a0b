"""What the reader asks of the lawbook's administrative divisions."""

from __future__ import annotations

from typing import Protocol


class Places(Protocol):
    """Level of an administrative area by its name; None for a name that is not in the divisions table."""

    def level_of(self, name: str, within: str | None = None) -> str | None: ...
