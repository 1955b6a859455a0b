"""DuckDB with its spatial extension, which comes as a package: nothing is fetched while it runs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb
import geopandas as gpd
import pyarrow as pa
import shapely

from bench.measure import MIN_OVERLAP_M2, CannotRunError
from bench.peers.pieces import cut


class Plain:
    """Spatial joins over tables as they are read."""

    single_sites = 200
    pieces = False

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        package = find_spec("duckdb_extension_spatial")
        if package is None or package.origin is None:
            raise CannotRunError("duckdb_extension_spatial")
        (extension,) = Path(package.origin).parent.glob("extensions/*/spatial.duckdb_extension")
        self.data = data
        self.db = duckdb.connect()
        self.db.execute(f"LOAD '{extension}'")
        self.db.execute(
            f"SET threads={threads}; SET temp_directory='{scratch}'; SET preserve_insertion_order=false"
        )
        return f"DuckDB {duckdb.__version__}"

    def prepare(self, operation: str) -> None:
        if operation == "overlaps":
            self._load("parcels_dirty")
            return
        self._load("parcels")
        if self.pieces:
            layer = gpd.read_parquet(self.data / "control.parquet")
            piece, row = cut(layer.geometry.to_numpy())
            pieces = pa.table({"ctype": layer.ctype.to_numpy()[row].tolist(), "wkb": shapely.to_wkb(piece)})
            self.db.execute("CREATE TABLE control AS SELECT ctype, ST_GeomFromWKB(wkb) AS g FROM pieces")
            del pieces
        else:
            self._load("control")
        if operation == "sites":
            self._load("sites")
            for table in ("parcels", "control"):
                self.db.execute(f"CREATE INDEX {table}_tree ON {table} USING RTREE (g)")
            sites = self.db.execute("SELECT ST_AsHEXWKB(g) FROM sites ORDER BY id").fetchall()
            self.site_wkb = [site for (site,) in sites]

    def _load(self, table: str) -> None:
        self.db.execute(
            f"CREATE TABLE {table} AS SELECT * EXCLUDE (geometry, bbox), geometry::GEOMETRY AS g "
            f"FROM '{self.data / table}.parquet'"
        )

    def overlay(self) -> dict[str, float]:
        rows = self.db.execute(
            "SELECT ctype, dlbm, sum(ST_Area(ST_Intersection(c.g, p.g))) "
            "FROM parcels p JOIN control c ON ST_Intersects(p.g, c.g) GROUP BY ALL"
        ).fetchall()
        return {f"{ctype} {dlbm}": area for ctype, dlbm, area in rows}

    def sites(self) -> float:
        return sum(
            self._area(
                "SELECT sum(ST_Area(ST_Intersection(s.g, t.g))) "
                f"FROM {table} t JOIN sites s ON ST_Intersects(t.g, s.g)"
            )
            for table in ("parcels", "control")
        )

    def site(self, row: int) -> float:
        # The tree is used for a constant, not for a parameter.
        site = f"ST_GeomFromHEXWKB('{self.site_wkb[row]}')"
        return sum(
            self._area(
                f"SELECT sum(ST_Area(ST_Intersection(g, {site}))) FROM {table} WHERE ST_Intersects(g, {site})"
            )
            for table in ("parcels", "control")
        )

    def _area(self, query: str) -> float:
        (area,) = self.db.execute(query).fetchone() or (None,)
        return area or 0.0

    def overlaps(self) -> tuple[int, float]:
        # An inequality beside the spatial predicate would make the join a nested loop.
        count, area = self.db.execute(
            "WITH pair AS MATERIALIZED (SELECT a.id i, b.id j, a.g g, b.g h "
            "FROM parcels_dirty a JOIN parcels_dirty b ON ST_Intersects(a.g, b.g)) "
            "SELECT count(*), coalesce(sum(area), 0) "
            "FROM (SELECT ST_Area(ST_Intersection(g, h)) area FROM pair WHERE i < j) "
            f"WHERE area > {MIN_OVERLAP_M2}"
        ).fetchone() or (0, 0.0)
        return count, area

    def stop(self) -> None:
        self.db.close()


class Pieces(Plain):
    """Control polygons cut to 256 vertices beforehand."""

    pieces = True
