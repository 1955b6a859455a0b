"""A plan package as it was delivered: files, layers as they are, and what was met on the way in.

Nothing is refused and nothing is mended here: what is odd is an `Incident`, for a rule to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
from pyproj import CRS

FieldType = Literal["text", "integer", "decimal", "date", "binary", "other"]


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A column as the file declares it.

    Attributes:
        width, decimals: None where the format has none (GeoJSON, most of a GeoPackage).
        alias: None where the format has none, or the field has none (FileGDB and GeoPackage may have).
    """

    name: str
    type: FieldType
    width: int | None = None
    decimals: int | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class PackageLayer:
    """One layer or table of a package, every row of it, in the file's order.

    Attributes:
        name: as the file calls it.
        file: its path in the package, with slashes; for a Shapefile that of the .shp.
        table: attributes, columns as the file names them; as many rows as `wkb`.
        wkb: large_binary, null where a row has no geometry; straight-lined and 2D; None for a table.
        geometry_type: as the layer declares it (`Polygon`, `MultiPolygon`, `Unknown` …), None for a table.
        crs: None where the file names no system that PROJ understands; `crs_text` is what it says.
        encoding: of the attributes, where the format has one of its own.
    """

    name: str
    file: str
    fields: tuple[FieldInfo, ...]
    table: pa.Table
    wkb: pa.Array | None
    geometry_type: str | None
    crs: CRS | None
    crs_text: str | None = None
    encoding: str | None = None

    @property
    def rows(self) -> int:
        return self.table.num_rows if self.wkb is None else len(self.wkb)

    @property
    def where(self) -> str:
        """Return how messages name it: the file, and the layer where its name differs."""
        stem = self.file.rpartition("/")[2].rpartition(".")[0]
        return self.file if stem == self.name else f"{self.file}:{self.name}"


@dataclass(frozen=True, slots=True)
class Incident:
    """Something odd that was met while the package was opened.

    Attributes:
        kind: one of the kinds that `intake/package.py` lists; rules name them.
        where: file in the package, or file:layer.
        layer: name of the layer it is about, None where it is about a file.
        rows: FIDs (from 1) of the rows it is about.
        params: for the sentence.
    """

    kind: str
    where: str
    layer: str | None = None
    rows: tuple[int, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file of the package: its path with slashes, bytes, digest."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text of the package (规划文本): its file and what it says, pages parted by form feeds."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Package:
    """Everything that was found.

    Attributes:
        name: of the file or folder, as the user knows it.
        digest: over the names and digests of all files.
    """

    name: str
    files: tuple[PackageFile, ...]
    layers: tuple[PackageLayer, ...]
    incidents: tuple[Incident, ...] = ()
    documents: tuple[Document, ...] = ()
    digest: str = ""
