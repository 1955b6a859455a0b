"""SedonaDB: SQL over tables in memory, control polygons cut to 256 vertices beforehand."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import sedonadb
import shapely

from bench.measure import MIN_OVERLAP_M2
from bench.peers.pieces import cut


class Pieces:
    """Spatial joins; a single site scans, as there is no index to keep."""

    single_sites = 50

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        self.data = data
        self.db = sedonadb.connect()
        self.db.sql(f"SET datafusion.execution.target_partitions = {threads}").execute()
        return f"SedonaDB {sedonadb.__version__}"

    def prepare(self, operation: str) -> None:
        if operation == "overlaps":
            self._load("parcels_dirty", "id")
            return
        self._load("parcels", "dlbm")
        layer = gpd.read_parquet(self.data / "control.parquet", columns=["ctype", "geometry"])
        piece, row = cut(layer.geometry.to_numpy())
        pieces = gpd.GeoDataFrame({"ctype": layer.ctype.to_numpy()[row]}, geometry=piece)
        self.db.create_data_frame(pieces).to_view("control_source", True)
        self._keep("control", "SELECT ctype, geometry AS g FROM control_source")
        if operation == "sites":
            self._load("sites", "id")
            sites = gpd.read_parquet(self.data / "sites.parquet")
            self.site_wkb = [wkb.hex() for wkb in shapely.to_wkb(sites.geometry.to_numpy())]

    def _load(self, table: str, column: str) -> None:
        self.db.read_parquet(str(self.data / f"{table}.parquet")).to_view(f"{table}_file", True)
        # Without CRS, so that it meets the constants.
        self._keep(table, f"SELECT {column}, ST_SetSRID(geometry, 0) AS g FROM {table}_file")

    def _keep(self, table: str, query: str) -> None:
        self.db.sql(query).to_memtable().to_view(table, True)

    def overlay(self) -> dict[str, float]:
        rows = self.db.sql(
            "SELECT ctype, dlbm, sum(ST_Area(ST_Intersection(c.g, p.g))) AS area "
            "FROM parcels p JOIN control c ON ST_Intersects(p.g, c.g) GROUP BY ctype, dlbm"
        ).to_pandas()
        return {f"{row.ctype} {row.dlbm}": float(row.area) for row in rows.itertuples()}

    def sites(self) -> float:
        return sum(
            self._area(
                "SELECT sum(ST_Area(ST_Intersection(s.g, t.g))) AS area "
                f"FROM {table} t JOIN sites s ON ST_Intersects(t.g, s.g)"
            )
            for table in ("parcels", "control")
        )

    def site(self, row: int) -> float:
        site = f"ST_GeomFromWKB(X'{self.site_wkb[row]}')"
        return sum(
            self._area(
                f"SELECT coalesce(sum(ST_Area(ST_Intersection(g, {site}))), 0) AS area "
                f"FROM {table} WHERE ST_Intersects(g, {site})"
            )
            for table in ("parcels", "control")
        )

    def _area(self, query: str) -> float:
        return float(self.db.sql(query).to_pandas().area[0])

    def overlaps(self) -> tuple[int, float]:
        found = self.db.sql(
            "SELECT count(*) AS pairs, sum(area) AS area FROM "
            "(SELECT ST_Area(ST_Intersection(a.g, b.g)) AS area "
            "FROM parcels_dirty a JOIN parcels_dirty b ON ST_Intersects(a.g, b.g) "
            f"WHERE a.id < b.id AND NOT ST_Touches(a.g, b.g)) WHERE area > {MIN_OVERLAP_M2}"
        ).to_pandas()
        return int(found.pairs[0]), float(found.area[0])

    def stop(self) -> None:
        pass
