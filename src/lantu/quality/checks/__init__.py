"""Every check that a quality rule can name."""

from __future__ import annotations

from collections.abc import Mapping

from lantu.quality.checks import values
from lantu.quality.runner import Check

CHECKS: Mapping[str, Check] = {
    "unique": Check(values.unique),
}
