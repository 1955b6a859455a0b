"""Values of columns: filled in, in their lists, unique, well formed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lantu.quality.findings import Defect
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Workspace


def unique(sheet: Sheet, work: Workspace, *, field: str) -> Iterator[Defect]:
    """No value of a column comes twice; empty ones do not count.

    Yields:
        One defect per repeated value.
    """
    sheet.needs(field)
    value = sheet.text(field)
    filled = np.array([bool(each and str(each).strip()) for each in value], np.bool_)
    rows = np.flatnonzero(filled)
    said, number, times = np.unique(value[rows].astype(str), return_inverse=True, return_counts=True)
    for nth in np.flatnonzero(times > 1):
        yield Defect(
            sheet.kind, (field, said[nth]), rows[number == nth].tolist(),
            params={"field": field, "value": said[nth]},
        )  # fmt: skip
