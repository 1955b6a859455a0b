"""Lantu itself, in the environment of the product."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import lantu
from bench.measure import MIN_GAP_M2, MIN_OVERLAP_M2
from lantu.overlay.coverage import coverage
from lantu.overlay.engine import KernelEngine, prepare
from lantu.overlay.index import LayerIndex
from lantu.overlay.pack import PackedLayer
from lantu.overlay.packing import PIECE_ROWS, pack


class Lantu:
    """Layers packed from their files; the kernel on all threads, on one for a single site."""

    single_sites = 1000

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        self.data, self.threads, self.engine = data, threads, KernelEngine()
        prepare()
        return f"lantu {lantu.__version__}"

    def prepare(self, operation: str) -> None:
        if operation in ("overlaps", "gaps"):
            self.dirty = self._layer("parcels_dirty")
            self.boundary = self._layer("boundary")
            return
        self.parcels, self.control = self._layer("parcels"), self._layer("control")
        if operation == "overlay":
            dlbm = self._column("parcels", "dlbm").dictionary_encode()
            ctype = self._column("control", "ctype").dictionary_encode()
            self.dlbm, self.ctype = dlbm.indices.to_numpy(), ctype.indices.to_numpy()
            self.names = [
                f"{c} {d}" for c in ctype.dictionary.to_pylist() for d in dlbm.dictionary.to_pylist()
            ]
            self.classes = len(dlbm.dictionary)
        else:
            self.index = LayerIndex([self.parcels, self.control], self.engine)
            self.site_wkb = self._column("sites", "geometry")

    def _column(self, layer: str, name: str) -> pa.Array:
        return pq.read_table(self.data / f"{layer}.parquet", columns=[name])[name].combine_chunks()

    def _layer(self, name: str) -> PackedLayer:
        file = pq.ParquetFile(self.data / f"{name}.parquet")
        batches = file.iter_batches(PIECE_ROWS, columns=["geometry"])
        return pack((batch.column(0) for batch in batches), name, threads=self.threads)

    def overlay(self) -> dict[str, float]:
        shared = self.engine.overlay(self.control, self.parcels, threads=self.threads)
        by = self.ctype[shared.left_id] * self.classes + self.dlbm[shared.right_id]
        area = np.bincount(by, weights=shared.area_m2, minlength=len(self.names))
        return {name: value for name, value in zip(self.names, area.tolist(), strict=True) if value}

    def sites(self) -> float:
        return self._shared(_packed(self.site_wkb), self.threads)

    def site(self, row: int) -> float:
        return self._shared(_packed(self.site_wkb[row : row + 1]), 1)

    def _shared(self, sites: PackedLayer, threads: int) -> float:
        return float(self.index.query(sites, threads).area_m2.sum())

    def overlaps(self) -> tuple[int, float]:
        area = self.engine.overlaps(self.dirty, threads=self.threads).area_m2
        area = area[area > MIN_OVERLAP_M2]
        return len(area), float(area.sum())

    def gaps(self) -> tuple[int, float]:
        found = coverage(self.dirty, self.boundary, least_m2=MIN_GAP_M2, crack_m=0.001)
        return len(found.gaps), sum(gap.area_m2 for gap in found.gaps)

    def stop(self) -> None:
        pass


class OneThread(Lantu):
    """The same, one thread."""

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        return super().start(data, scratch, 1)


def _packed(wkb: pa.Array) -> PackedLayer:
    return pack([wkb], "sites", threads=1)
