"""Layers: one Parquet file per layer, named by its digest, and a row in the registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS
from sqlalchemy import select

from lantu.core.area import Geometries
from lantu.core.crs import GEOGRAPHIC, Bounds, transformer
from lantu.core.digest import PREFIX, digest_stream, short
from lantu.core.errors import ConflictError, InputError, IntegrityError, NotFoundError
from lantu.lawbook import Lawbook
from lantu.store import geoparquet
from lantu.store.access import Access, Writing
from lantu.store.checks import Delivered, check_content, check_kind, check_place, name_of, rows_elsewhere
from lantu.store.deliveries import (
    in_force_from,
    last_in_force,
    moved_up,
    put_in_force_again,
    statement,
)
from lantu.store.facts import settle_plane
from lantu.store.files import readable_name, storage_faults
from lantu.store.tables import LayerDeliveryRow, LayerRow, VersionRow

FOLDER = "layers"
OUTLINE = "XZQX"
"""The kind of layer that outlines a county."""
_SHORTEST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class Layer:
    """What the registry knows of a layer. A feature's id is its row number (int32) in the file.

    Attributes:
        digest: of the file's bytes; the layer's name.
        kind: layer kind of the lawbook, e.g. DLTB.
        area_code: six to twelve digits.
        year: None for a layer that holds until it is superseded.
        epsg, geometry_type, bounds_lonlat: None for a table; bounds are west, south, east, north in degrees.
        source_name, source_layer, source_digest: the file it came from.
        invented: whether it is invented sample data.
        plan_version: digest of the plan version it belongs to, where it belongs to one.
        path: the Parquet file.
        added_at: when it last came in.
        draft: it came with a package and is not in force: nothing measures, reports, serves or looks it up.
        already_there: set by `LayerStore.add` where the same content had been added before.
        again: set by `LayerStore.add` where that content had been superseded, and now supersedes in its turn.
    """

    digest: str
    kind: str
    area_code: str
    year: int | None
    title: str
    epsg: int | None
    geometry_type: str | None
    features: int
    bounds_lonlat: Bounds | None
    source_name: str
    source_layer: str
    source_digest: str
    invented: bool
    plan_version: str | None
    added_at: datetime
    path: Path
    draft: bool = False
    already_there: bool = field(default=False, compare=False)
    again: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class LayerData:
    """A layer's content: `geometry` is (n,) shapely objects in `crs`; None for a table, or not asked for."""

    attributes: pa.Table
    geometry: Geometries | None
    crs: CRS | None


class LayerStore:
    """The layers of a home."""

    def __init__(self, access: Access, book: Lawbook) -> None:
        self._access = access
        self._book = book
        self._seen_whole: set[tuple[str, int, int, int]] = set()

    def add(
        self, table: Delivered, *, kind: str, area_code: str, year: int | None = None,
        title: str | None = None, invented: bool = False, plan_version: str | None = None,
        draft: bool = False,
    ) -> Layer:  # fmt: skip
        """Check a layer and keep it. Of one kind, area and year the last that came in is in force.

        Args:
            table: as intake read it.
            title: None for the kind's name and the year.
            draft: keep it out of force. Content in force stays so when it comes again as a draft; a draft
                that is added again as none is in force from now on, as if it had come in only now.

        Returns:
            The layer; `already_there` where the same content was added before: it changes nothing, or,
            where another has superseded it since, puts it in force again (`again`).

        Raises:
            InputError: `layer.*`, `crs.*`: what is wrong with it, where, how to mend it.
            NotFoundError: `layer.no_version`.
            ConflictError: `layer.other_version` where it already belongs to another plan version.
            BusyError, StorageError, IntegrityError: as `Home.writing`.
        """
        known = check_kind(self._book, kind)
        check_place(self._book, area_code, known, year)
        rows_elsewhere(table, area_code)
        crs = check_content(table, known)
        facts = {
            "kind": kind, "area_code": area_code, "year": year, "invented": invented,
            "source": name_of(table), "format": 1,
        }  # fmt: skip
        content = geoparquet.arrow_table(table.attributes, table.geometry, crs, facts)
        with self._access.writing() as writing:
            temporary = writing.staging.temporary(".parquet")
            geoparquet.write(content, temporary)
            digest, size = _digest_of(temporary)
            old = writing.session.scalar(select(LayerRow).where(LayerRow.digest == digest))
            last = last_in_force(writing, kind, area_code, year)
            at = in_force_from(writing, last)
            if old is not None and (draft or not old.draft):
                _check_same_version(old, plan_version)
                path = self._path(digest)
                writing.staging.publish(temporary, path, replace=not _is_whole(path, digest))
                if draft or last is None or last is old:
                    return replace(self._layer(old), already_there=True)
                _check_near_outline(writing, self._layer(old).bounds_lonlat, area_code, name_of(table))
                put_in_force_again(writing, old, last, at, table)
                return replace(self._layer(old), already_there=True, again=True)
            if plan_version is not None and writing.session.get(VersionRow, plan_version) is None:
                raise NotFoundError("layer.no_version", version=short(plan_version))
            bounds = None if crs is None or table.geometry is None else bounds_lonlat(table.geometry, crs)
            _check_near_outline(writing, bounds, area_code, name_of(table))
            row = LayerRow() if old is None else moved_up(writing, old)
            said = {
                "digest": digest, "kind": kind, "area_code": area_code, "year": year,
                "title": title or f"{known.name.zh}{year or ''}",
                "epsg": crs.to_epsg() if crs else None,
                "geometry_type": known.geometry if crs else None,
                "features": table.attributes.num_rows, "bytes": size,
                "west": bounds[0] if bounds else None, "south": bounds[1] if bounds else None,
                "east": bounds[2] if bounds else None, "north": bounds[3] if bounds else None,
                "source_name": readable_name(table.source_name), "source_layer": table.source_layer,
                "source_digest": table.source_digest,
                "invented": invented, "draft": draft, "plan_version": plan_version, "added_at": at,
            }  # fmt: skip
            for name, value in said.items():
                setattr(row, name, value)
            self._keep(writing, row, temporary)
            return self._layer(row)

    def _keep(self, writing: Writing, row: LayerRow, temporary: Path) -> None:
        writing.staging.publish(temporary, self._path(row.digest), replace=True)
        writing.session.add(row)
        writing.session.flush()
        if not row.draft:
            writing.session.add(LayerDeliveryRow(layer=row.digest, at=row.added_at))
        if row.epsg is not None and not row.draft:
            writing.afterwards(lambda: settle_plane(self._access))
        writing.attest("layer.drafted" if row.draft else "layer.added", statement(row, row.source_digest))

    def list(
        self, kind: str | None = None, area_code: str | None = None, year: int | None = None,
        *, drafts: bool = False,
    ) -> list[Layer]:  # fmt: skip
        """Return the layers that match, by area, kind, year and when they last came in.

        Args:
            drafts: list those that are not in force, too.
        """
        query = select(LayerRow).order_by(
            LayerRow.area_code, LayerRow.kind, LayerRow.year, LayerRow.added_at, LayerRow.id
        )
        if kind is not None:
            query = query.where(LayerRow.kind == kind)
        if area_code is not None:
            query = query.where(LayerRow.area_code == area_code)
        if year is not None:
            query = query.where(LayerRow.year == year)
        if not drafts:
            query = query.where(LayerRow.draft.is_(False))
        with self._access.reading() as session:
            return [self._layer(row) for row in session.scalars(query)]

    def deliveries(self) -> dict[str, tuple[datetime, ...]]:
        """Return when each layer that is no draft came in, first to last, by digest."""
        found: dict[str, tuple[datetime, ...]] = {}
        with self._access.reading() as session:
            for row in session.scalars(select(LayerDeliveryRow).order_by(LayerDeliveryRow.id)):
                found[row.layer] = (*found.get(row.layer, ()), row.at)
        return found

    def get(self, digest: str, *, drafts: bool = False) -> Layer:
        """Return a layer by its digest, or the first hex characters of it.

        Args:
            drafts: know those that are not in force, too.

        Raises:
            NotFoundError: `layer.unknown`.
            InputError: `layer.ambiguous`, `layer.short_digest`.
        """
        prefix = digest.strip().lower().removeprefix(PREFIX)
        if len(prefix) < _SHORTEST_PREFIX or not set(prefix) <= set("0123456789abcdef"):
            raise InputError("layer.short_digest", digest=digest, least=_SHORTEST_PREFIX)
        with self._access.reading() as session:
            query = select(LayerRow).where(LayerRow.digest.startswith(PREFIX + prefix))
            if not drafts:
                query = query.where(LayerRow.draft.is_(False))
            rows = [self._layer(row) for row in session.scalars(query.limit(2))]
        if not rows:
            raise NotFoundError("layer.unknown", digest=short(digest))
        if len(rows) > 1:
            raise InputError("layer.ambiguous", digest=prefix)
        return rows[0]

    def read(self, layer: Layer, columns: Sequence[str] | None = None, geometry: bool = True) -> LayerData:
        """Read a layer's content.

        Args:
            columns: attributes wanted, None for all; one the layer lacks is refused.
            geometry: False leaves the shapes on disk.

        Raises:
            IntegrityError: `layer.missing`, `layer.damaged`: the file is gone, cut off or changed.
            InputError: `layer.no_column`.
        """
        has_shapes = layer.epsg is not None
        with _layer_faults(layer):
            self._check_whole(layer)
            wanted = [name for name in geoparquet.names(layer.path) if columns is None or name in columns]
            if has_shapes and geometry != (geoparquet.GEOMETRY in wanted):
                (wanted.append if geometry else wanted.remove)(geoparquet.GEOMETRY)
            table = geoparquet.read(layer.path, wanted)
            shapes = geoparquet.geometry_of(table) if has_shapes and geometry else None
        if columns is not None and (lacking := set(columns) - set(table.column_names)):
            raise InputError("layer.no_column", title=layer.title, columns="、".join(sorted(lacking)))
        if shapes is not None:
            table = table.drop_columns([geoparquet.GEOMETRY])
        crs = CRS.from_epsg(layer.epsg) if layer.epsg is not None else None
        return LayerData(table.replace_schema_metadata(None), shapes, crs)

    def check_whole(self, layer: Layer) -> None:
        """Hold a layer's file against its digest, once as long as nobody touches it.

        Raises:
            IntegrityError: as `read`.
        """
        with _layer_faults(layer):
            self._check_whole(layer)

    def geometry_pieces(self, layer: Layer) -> tuple[CRS, Iterator[pa.Array]]:
        """Return the system of delivery of a layer with shapes and its WKB, read piece by piece.

        Raises:
            IntegrityError: as `read`, also while pieces are read.
        """

        assert layer.epsg is not None  # it has shapes

        def pieces() -> Iterator[pa.Array]:
            with _layer_faults(layer):
                self._check_whole(layer)
                yield from geoparquet.pieces(layer.path, geoparquet.GEOMETRY)

        return CRS.from_epsg(layer.epsg), pieces()

    def _check_whole(self, layer: Layer) -> None:
        if not layer.path.exists():
            raise IntegrityError("store.file_missing", where=layer.path)
        with storage_faults(layer.path):
            state = layer.path.stat()
        seen = (layer.digest, state.st_size, state.st_mtime_ns, state.st_ino)
        if seen not in self._seen_whole:
            if _digest_of(layer.path)[0] != layer.digest:
                raise IntegrityError("store.file_damaged", where=layer.path, why="SHA-256")
            self._seen_whole.add(seen)

    def _path(self, digest: str) -> Path:
        return self._access.path / FOLDER / f"{digest.removeprefix(PREFIX)}.parquet"

    def _layer(self, row: LayerRow) -> Layer:
        corners = (row.west, row.south, row.east, row.north)
        west, south, east, north = corners
        known = west is not None and south is not None and east is not None and north is not None
        return Layer(
            digest=row.digest, kind=row.kind, area_code=row.area_code, year=row.year, title=row.title,
            epsg=row.epsg, geometry_type=row.geometry_type, features=row.features,
            bounds_lonlat=(west, south, east, north) if known else None,  # type: ignore[arg-type]
            source_name=row.source_name, source_layer=row.source_layer or "",
            source_digest=row.source_digest, invented=row.invented, plan_version=row.plan_version,
            added_at=row.added_at, path=self._path(row.digest), draft=row.draft,
        )  # fmt: skip


@contextmanager
def _layer_faults(layer: Layer) -> Iterator[None]:
    """Say of a damaged file which layer it was."""
    try:
        yield
    except IntegrityError as error:
        code = "layer.missing" if error.code == "store.file_missing" else "layer.damaged"
        raise IntegrityError(
            code, where=layer.path, title=layer.title, kind=layer.kind, area=layer.area_code,
            source=layer.source_name, why=error.params.get("why", ""),
        ) from error  # fmt: skip


def _check_near_outline(writing: Writing, bounds: Bounds | None, area_code: str, where: str) -> None:
    """Refuse a layer, draft or not, that nowhere comes near the area's outline in force.

    Raises:
        InputError: `layer.far_away`.
    """
    query = select(LayerRow).where(
        LayerRow.kind == OUTLINE, LayerRow.area_code == area_code, LayerRow.draft.is_(False)
    )
    outline = writing.session.scalars(
        query.order_by(LayerRow.added_at.desc(), LayerRow.id.desc()).limit(1)
    ).first()
    if bounds is None or outline is None or outline.west is None:
        return
    assert outline.south is not None and outline.east is not None and outline.north is not None
    west, south, east, north = bounds
    if west > outline.east or east < outline.west or south > outline.north or north < outline.south:
        raise InputError("layer.far_away", where=where, area=area_code, outline=outline.title)


def bounds_lonlat(geometry: Geometries, crs: CRS) -> Bounds:
    """Return west, south, east, north in degrees, from the bounds of each geometry's own box corners."""
    boxes = shapely.bounds(geometry)
    west, south, east, north = (
        boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()
    )  # fmt: skip
    if not crs.is_geographic:
        # A box in a Gauss–Krüger plane has bent sides in degrees; points along them bound it closely enough.
        xs, ys = np.linspace(west, east, 33), np.linspace(south, north, 33)
        edge = np.array(
            [*((x, y) for x in xs for y in (south, north)), *((x, y) for y in ys for x in (west, east))]
        )
        forward = transformer(crs.to_string(), f"EPSG:{GEOGRAPHIC}")
        lon, lat = forward.transform(edge[:, 0], edge[:, 1])
        west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
    return float(west), float(south), float(east), float(north)


def _digest_of(path: Path) -> tuple[str, int]:
    with storage_faults(path), path.open("rb") as stream:
        return digest_stream(stream), path.stat().st_size


def _is_whole(path: Path, digest: str) -> bool:
    return path.exists() and _digest_of(path)[0] == digest


def _check_same_version(old: LayerRow, plan_version: str | None) -> None:
    if plan_version is not None and plan_version != old.plan_version:
        held = short(old.plan_version) if old.plan_version else "–"
        raise ConflictError("layer.other_version", title=old.title, version=held)
