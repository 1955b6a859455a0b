"""PostGIS, in a server of its own: a cluster in the scratch folder, on loopback, gone when it stops."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import psycopg
import shapely

from bench.measure import MIN_GAP_M2, MIN_OVERLAP_M2, CannotRunError

_TYPE = {"parcels": "dlbm text", "control": "ctype text", "parcels_dirty": "dlbm text"}


class Pieces:
    """GiST indexes, ST_Subdivide, ST_Covers before ST_Intersection, parallel workers."""

    single_sites = 1000

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        self.data, self.threads = data, threads
        programs = _programs()
        # The server refuses to run as root.
        user = "postgres" if os.geteuid() == 0 else None
        cluster, secret = scratch / "cluster", scratch / "secret"
        password = secrets.token_hex(16)
        secret.touch(mode=0o600)
        secret.write_text(password, encoding="utf-8")
        cluster.mkdir()
        if user:
            scratch.chmod(0o711)
            for path in (cluster, secret):
                shutil.chown(path, user)
        made = subprocess.run(
            [programs / "initdb", "-D", cluster, "-U", "bench", "--auth=scram-sha-256",
             f"--pwfile={secret}", "--no-sync", "--encoding=UTF8", "--locale=C"],
            user=user, cwd=scratch, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise CannotRunError(f"initdb: {made.stderr.strip()}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off",
            "shared_buffers": "1GB", "work_mem": "256MB", "maintenance_work_mem": "512MB", "jit": "off",
            "max_worker_processes": threads + 4, "max_parallel_workers": threads, "autovacuum": "off",
            "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": 0, "max_wal_size": "4GB",
        }  # fmt: skip
        with (scratch / "server.log").open("w") as log:
            options = [f"--{name}={value}" for name, value in settings.items()]
            self.server = subprocess.Popen(
                [programs / "postgres", "-D", cluster, *options],
                user=user, cwd=scratch, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            self.db = self._connect(port, password)
            self.db.execute("CREATE EXTENSION postgis")
        except psycopg.Error as why:
            self.stop()
            raise CannotRunError(str(why).strip().splitlines()[0]) from why
        version = self.db.execute(
            "SELECT postgis_lib_version(), postgis_geos_version(), version()"
        ).fetchone()
        assert version is not None
        self._workers(0)
        return f"PostGIS {version[0]}, GEOS {version[1].split('-')[0]}, {' '.join(version[2].split()[:2])}"

    def _connect(self, port: int, password: str) -> psycopg.Connection[Any]:
        give_up = time.monotonic() + 60
        while True:
            try:
                return psycopg.connect(
                    host="127.0.0.1",
                    port=port,
                    user="bench",
                    password=password,
                    dbname="postgres",
                    autocommit=True,
                )
            except psycopg.OperationalError:
                if time.monotonic() > give_up or self.server.poll() is not None:
                    raise
                time.sleep(0.1)

    def prepare(self, operation: str) -> None:
        if operation in ("overlaps", "gaps"):
            self._load("parcels_dirty")
            self._index("parcels_dirty")
            if operation == "gaps":
                self._load("boundary")
        else:
            self._load("parcels")
            self._load("control")
            self.db.execute(
                "CREATE UNLOGGED TABLE control_piece AS "
                "SELECT id, ctype, ST_Subdivide(g, 256) AS g FROM control"
            )
            for table in ("parcels", "control_piece"):
                self._index(table)
        if operation == "sites":
            sites = self._load("sites")
            self._index("sites")
            self.site_wkb = [bytes(wkb) for wkb in shapely.to_wkb(sites.geometry.to_numpy())]
        self._workers(self.threads)

    def _load(self, table: str) -> gpd.GeoDataFrame:
        layer = gpd.read_parquet(self.data / f"{table}.parquet")
        self._copy(table, layer)
        return layer

    def _copy(self, table: str, layer: gpd.GeoDataFrame) -> None:
        columns = ["id", *([_TYPE[table].split()[0]] if table in _TYPE else [])]
        typed = ["id bigint", *([_TYPE[table]] if table in _TYPE else []), "g geometry"]
        self.db.execute(f"CREATE UNLOGGED TABLE {table} ({', '.join(typed)})")
        with self.db.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for start in range(0, len(layer), 10_000):
                part = layer.iloc[start : start + 10_000]
                wkb = shapely.to_wkb(part.geometry.to_numpy(), hex=True)
                rows = zip(*(part[name].astype(str) for name in columns), wkb, strict=True)
                copy.write("".join("\t".join(row) + "\n" for row in rows))

    def _index(self, table: str) -> None:
        self.db.execute(f"CREATE INDEX ON {table} USING gist (g)")
        self.db.execute(f"ALTER TABLE {table} SET (parallel_workers = {self.threads})")
        self.db.execute(f"VACUUM ANALYZE {table}")

    def _workers(self, count: int) -> None:
        self.db.execute(
            f"SET max_parallel_workers_per_gather = {count}; "
            "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; "
            f"SET parallel_leader_participation = {'off' if count else 'on'}"
        )

    def overlay(self) -> dict[str, float]:
        rows = self.db.execute(
            "SELECT ctype, dlbm, sum(CASE WHEN ST_Covers(c.g, p.g) THEN ST_Area(p.g) "
            "ELSE ST_Area(ST_Intersection(c.g, p.g)) END) "
            "FROM control_piece c JOIN parcels p ON ST_Intersects(c.g, p.g) GROUP BY 1, 2"
        ).fetchall()
        return {f"{ctype} {dlbm}": area for ctype, dlbm, area in rows}

    def sites(self) -> float:
        return sum(
            self._area(
                "SELECT sum(ST_Area(ST_Intersection(s.g, t.g))) "
                f"FROM sites s JOIN {table} t ON ST_Intersects(t.g, s.g)"
            )
            for table in ("parcels", "control_piece")
        )

    def site(self, row: int) -> float:
        if row == 0:
            self._workers(0)
        site = self.site_wkb[row]
        return sum(
            self._area(
                "SELECT sum(ST_Area(ST_Intersection(g, %(site)s::geometry))) "
                f"FROM {table} WHERE ST_Intersects(g, %(site)s::geometry)",
                site=site,
            )
            for table in ("parcels", "control_piece")
        )

    def _area(self, query: str, **given: Any) -> float:
        (area,) = self.db.execute(query, given).fetchone() or (None,)
        return area or 0.0

    def overlaps(self) -> tuple[int, float]:
        count, area = self.db.execute(
            "SELECT count(*), coalesce(sum(area), 0) FROM (SELECT ST_Area(ST_Intersection(a.g, b.g)) AS area "
            "FROM parcels_dirty a JOIN parcels_dirty b ON a.g && b.g AND a.id < b.id "
            f"AND ST_Relate(a.g, b.g, 'T********')) pair WHERE area > {MIN_OVERLAP_M2}"
        ).fetchone() or (0, 0.0)
        return count, area

    def gaps(self) -> tuple[int, float]:
        count, area = self.db.execute(
            "SELECT count(*), coalesce(sum(area), 0) FROM (SELECT ST_Area((ST_Dump(ST_Difference(b.g, "
            "(SELECT ST_Union(g) FROM parcels_dirty)))).geom) AS area FROM boundary b) gap "
            f"WHERE area > {MIN_GAP_M2}"
        ).fetchone() or (0, 0.0)
        return count, area

    def stop(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
        self.server.terminate()
        try:
            self.server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL that has PostGIS."""
    if found := [*Path("/usr/lib/postgresql").glob("*/lib/postgis-3.so")]:
        return max(found, key=lambda path: int(path.parts[-3])).parents[1] / "bin"
    raise CannotRunError("no PostgreSQL with PostGIS in /usr/lib/postgresql")
