"""PostGIS's own test of a coverage, and pairs of parcels that overlap: no gaps, no reports."""

from __future__ import annotations

import time
from pathlib import Path

from bench.measure import MIN_OVERLAP_M2, CannotRunError, Looked
from bench.peers.with_coverage import LEAST_M2, parcels_of
from bench.peers.with_postgis import Pieces


class Coverage(Pieces):
    """ST_CoverageInvalidEdges; ST_Relate before ST_Intersection, parallel workers."""

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        version = super().start(data, scratch, threads)
        if not self.db.execute("SELECT 1 FROM pg_proc WHERE proname = 'st_coverageinvalidedges'").fetchone():
            self.stop()
            raise CannotRunError(f"{version.split(',')[0]} has no ST_CoverageInvalidEdges: 3.4 has")
        return version

    def prepare(self, operation: str) -> None:
        layer = parcels_of(self.data, operation)
        layer["id"] = range(len(layer))
        self._copy("dltb", layer)
        self._index("dltb")
        self._workers(self.threads)

    def planted(self) -> Looked:
        begin = time.perf_counter()
        row = self.db.execute(
            "SELECT count(*) FROM (SELECT ST_CoverageInvalidEdges(g) OVER () AS e FROM dltb) edges "
            "WHERE NOT coalesce(ST_IsEmpty(e), true)"
        ).fetchone()
        between = time.perf_counter()
        pairs = self.db.execute(
            "SELECT id, other, area FROM (SELECT a.id, b.id AS other, "
            "ST_Area(ST_Intersection(a.g, b.g)) AS area FROM dltb a JOIN dltb b ON a.g && b.g "
            f"AND a.id < b.id AND ST_Relate(a.g, b.g, 'T********')) pair WHERE area >= {LEAST_M2}"
        ).fetchall()
        area = [each for _, _, each in pairs if each > MIN_OVERLAP_M2]
        parcels = len({each for one, other, _ in pairs for each in (one, other)})
        counts = {"parcels": parcels, "flagged": row[0] if row else 0}
        parts = {"edges": between - begin, "pairs": time.perf_counter() - between}
        return Looked(len(area), sum(area), counts, parts)

    giant = planted
