"""Where tests find the real reference files, which are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHARED = Path(os.environ.get("LANTU_SHARED", Path(__file__).parents[2] / "shared"))


def shared(name: str) -> Path:
    """Return the path of a reference file, or skip the test with a sentence."""
    path = _SHARED / name
    if not path.exists():
        pytest.skip(f"needs the reference file {name}, which lies outside the repository (set LANTU_SHARED)")
    return path
