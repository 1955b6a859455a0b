"""Code lists: a YAML header that says what the columns are, and a CSV of the same name with the rows."""

from __future__ import annotations

from typing import Any

from lantu.lawbook import models as m
from lantu.lawbook.divisions import Division, Divisions
from lantu.lawbook.pages import Page, Row, Table
from lantu.lawbook.reading import Draft

LAND_CLASSES = "codes/land_classes.csv"
LAND_CLASS_COLUMNS = ("class", "code_list", "code", "source", "verified")
DIVISIONS = "divisions"
SEPARATOR = ";"
_TRUTH = ("true", "false")


def read_code_list(page: Page, draft: Draft) -> None:
    """Read header and rows.

    Raises:
        LawbookError: `lawbook.no_csv`, `.columns_differ`, `.stem_differs`, `.duplicate_id` for a code,
            `.blank_cell`, `.cell_not_one_of`.
    """
    d, name = page.data, page.name.removesuffix(".yaml") + ".csv"
    table = draft.tables.get(name)
    if table is None:
        raise page.error("no_csv", csv=name)
    draft.used_tables.add(name)
    columns = d["columns"]
    if tuple(columns) != table.columns or table.columns[0] != "code":
        raise table.error("columns_differ", 1, found=", ".join(table.columns), expected=", ".join(columns))
    rows: dict[str, dict[str, str]] = {}
    for row in table.rows:
        code = row.values["code"]
        _check_cells(table, row, columns)
        if code in rows:
            raise table.error("duplicate_id", row.line, id=code, other=name)
        rows[code] = row.values
    read = m.CodeList(
        id=d["id"],
        title=m.Words(d["title"]["zh"], d["title"]["en"]),
        source=m.Citation(d["source"]["id"], d["source"].get("article")),
        year=d["year"],
        verified=d["verified"],
        complete=d.get("complete", True),
        columns={key: m.Words(column["zh"], column["en"]) for key, column in columns.items()},
        rows=rows,
        note=d.get("note"),
    )
    draft.add(draft.code_lists, "code list", read.id, read, page, "id")


def _check_cells(table: Table, row: Row, columns: dict[str, Any]) -> None:
    for name, column in columns.items():
        cell = row.values[name]
        if cell != cell.strip() or (not cell and not column.get("optional")):
            raise table.error("blank_cell", row.line, column=name)
        allowed = _TRUTH if name == "verified" else column.get("one_of")
        if cell and allowed and cell not in allowed:
            raise table.error(
                "cell_not_one_of", row.line, column=name, value=cell, allowed=", ".join(allowed)
            )


def check_code_list(page: Page, draft: Draft) -> None:
    """Check that a column which takes its values from a list takes only codes of that list.

    Raises:
        LawbookError: `lawbook.unknown_code_list`, `.unknown_code`.
    """
    table = draft.tables[page.name.removesuffix(".yaml") + ".csv"]
    for name, column in page.data["columns"].items():
        if "list" not in column:
            continue
        known = draft.code_lists.get(column["list"])
        if known is None:
            raise page.error("unknown_code_list", "columns", name, "list", id=column["list"])
        for row in table.rows:
            cell = row.values[name]
            for code in (cell.split(SEPARATOR) if column.get("several") else [cell]) if cell else []:
                if code not in known.rows:
                    raise table.error("unknown_code", row.line, code=code, list=known.id)


def read_land_classes(draft: Draft) -> None:
    """Read the named sets of codes, if the page is there.

    Raises:
        LawbookError: `lawbook.columns_differ`, `.unknown_code_list`, `.unknown_code`, `.unknown_source`,
            `.cell_not_one_of`, `.duplicate_id`.
    """
    table = draft.tables.get(LAND_CLASSES)
    if table is None:
        return
    draft.used_tables.add(LAND_CLASSES)
    if table.columns != LAND_CLASS_COLUMNS:
        raise table.error(
            "columns_differ", 1, found=", ".join(table.columns), expected=", ".join(LAND_CLASS_COLUMNS)
        )
    seen: set[tuple[str, str, str]] = set()
    for row in table.rows:
        v, line = row.values, row.line
        known = draft.code_lists.get(v["code_list"])
        if known is None:
            raise table.error("unknown_code_list", line, id=v["code_list"])
        if v["code"] not in known.rows:
            raise table.error("unknown_code", line, code=v["code"], list=known.id)
        if v["source"] not in draft.sources:
            raise table.error("unknown_source", line, id=v["source"])
        if v["verified"] not in _TRUTH:
            raise table.error(
                "cell_not_one_of", line, column="verified", value=v["verified"], allowed=", ".join(_TRUTH)
            )
        key = (v["class"], v["code_list"], v["code"])
        if key in seen:
            raise table.error("duplicate_id", line, id=" ".join(key), other=LAND_CLASSES)
        seen.add(key)
        draft.land_classes.append(
            m.LandClass(v["class"], v["code_list"], v["code"], v["source"], v["verified"] == "true")
        )


def divisions_of(draft: Draft) -> Divisions:
    """Build the tree of administrative divisions from its code list; empty where there is none."""
    page = draft.code_lists.get(DIVISIONS)
    return Divisions(
        Division(
            code=code,
            name=row["name"],
            short=row["short"],
            level=row["level"],  # type: ignore[arg-type]  # the header's one_of holds it to the three
            parent=row["parent"] or None,
            statistical=row["statistical"] == "true",
        )
        for code, row in (page.rows if page else {}).items()
    )
