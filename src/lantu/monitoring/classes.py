"""Which land is farmland, which is built: sets of codes of the lawbook, asked about whole columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lantu.lawbook import Lawbook

LAND_CODES = "dltb_dlbm_2020"
SETTLEMENT_CODES = "czcsxm"

Mask = NDArray[np.bool_]


class LandClasses:
    """The named sets of codes of `codes/land_classes.csv`.

    A parcel belongs to a set that has its 地类编码 (DLBM) or its 城镇村属性码 (CZCSXM).
    """

    def __init__(self, book: Lawbook) -> None:
        self._members = [(member.name, member.code_list, member.code) for member in book.land_classes]
        self._known = frozenset(book.code_lists[LAND_CODES].rows)
        self._names = {code: book.code_lists[LAND_CODES].name(code) or "" for code in self._known}

    def belongs(self, classes: Iterable[str], dlbm: Sequence[str], czcsxm: Sequence[str]) -> Mask:
        """Return for each parcel whether it belongs to one of the classes."""
        wanted = set(classes)
        land = {code for name, codes, code in self._members if name in wanted and codes == LAND_CODES}
        settlement = {
            code for name, codes, code in self._members if name in wanted and codes == SETTLEMENT_CODES
        }
        return np.fromiter(
            (d in land or c in settlement for d, c in zip(dlbm, czcsxm, strict=True)), np.bool_, len(dlbm)
        )

    def unknown(self, dlbm: Sequence[str]) -> Mask:
        """Return for each parcel whether its 地类编码 is none of the standard's."""
        return np.fromiter((code not in self._known for code in dlbm), np.bool_, len(dlbm))

    def describe(self, codes: Iterable[str]) -> str:
        """Return codes with their Chinese names, each once, in order: `0101 水田、0103 旱地`."""
        return "、".join(f"{code} {self._names.get(code, '')}".strip() for code in sorted(set(codes)))

    def table(self) -> pa.Table:
        """Return the view `land_class(class, code_list, code)`; any code of the standard is `known`."""
        rows = self._members + [("known", LAND_CODES, code) for code in sorted(self._known)]
        return pa.table(
            [list(column) for column in zip(*rows, strict=True)], names=["class", "code_list", "code"]
        )
