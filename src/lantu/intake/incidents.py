"""What may be odd about a delivered package: the kinds of incident, and where they are noted down."""

from __future__ import annotations

from lantu.quality.package import Incident

KINDS = {
    "empty_package": "nothing in it could be a layer or a table",
    "unreadable": "a file or layer cannot be read: damaged, or of a form not read here; params why",
    "not_what_it_says": "its bytes are not of the form that its suffix names; params said, found",
    "cut_off": "it is shorter than it says itself; params part, expected (bytes; None where unsaid), found",
    "rows_missing": "fewer rows could be read than the file says it has; params said, found",
    "no_companion": "a Shapefile lacks a part; params suffix",
    "no_prj": "a Shapefile without .prj",
    "bomb": "more than a limit allows, or than an archive says: it was not unpacked, or not read; params "
    "what (members, bytes, ratio, said, layer_bytes, arc_points, document_bytes), limit, found",
    "traversal": "a member of an archive that leads out of it, or a link: never written, never followed",
    "too_deep": "an archive within more archives than are opened; params deepest",
    "encrypted": "it needs a password",
    "changed": "somebody wrote to it while it was read",
    "stray": "left behind by a program, no part of a delivery (Thumbs.db, ~$…)",
    "locked": "a lock, or a journal that holds something: a program had it open when it was copied",
    "encoding_unknown": "text that no known encoding explains; params fields",
    "encoding_wrong": "text in another encoding than the file says; params said, used",
    "curves": "true curves, now chords; rows; params points (added), sagitta (at most; units of the system)",
    "z_dropped": "shapes had heights; params count",
    "m_dropped": "shapes had measures; params count",
    "bad_wkb": "shapes that cannot be read, now null; rows",
    "bad_value": "values that are not of their field's type, now null; rows; params field, first",
    "many_columns": "a layer of more columns than are read: it was not read; params columns, limit",
    "field_twice": "names of fields that are equal, or equal but for case; params fields",
    "gdb_table_missing": "a table that a FileGDB's catalogue names has no file; params part",
    "warned": "GDAL had something to say of it while reading; params why, count",
    "unknown_file": "a file of no known form",
}  # fmt: skip
"""Every kind of incident, and what it means.

An incident of `unreadable`, `not_what_it_says`, `cut_off`, `no_companion`, `bomb`, `many_columns` or
`gdb_table_missing` with a `layer` that is not among the package's layers means that this layer was delivered
and could not be read: it is not missing. (A Shapefile's layer is named by its file.)
"""


class Log:
    """Incidents in the order in which they were met."""

    def __init__(self) -> None:
        self.incidents: list[Incident] = []

    def add(
        self, kind: str, where: str, *, layer: str | None = None, rows: tuple[int, ...] = (), **params: object
    ) -> None:
        """Note an incident of one of KINDS; see `Incident`."""
        if kind not in KINDS:
            raise ValueError(kind)
        self.incidents.append(Incident(kind, where, layer, rows, params))
