"""A page against its JSON Schema; the first fault becomes a `LawbookError` with file and line."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from lantu.core.errors import LawbookError
from lantu.lawbook.pages import Page

_FOLDER = "schemas"
_SHARED = "shared.json"

_TYPES = {
    "string": "文字 text",
    "integer": "整数 whole number",
    "number": "数 number",
    "boolean": "true / false",
    "array": "列表 list",
    "object": "键值表 mapping",
    "null": "空 null",
}


def has_schema(name: str) -> bool:
    """Return whether `schemas/<name>.json` exists."""
    return files("lantu.lawbook").joinpath(_FOLDER, f"{name}.json").is_file()


def check(page: Page, schema: str) -> None:
    """Check a page against `schemas/<schema>.json`.

    Raises:
        LawbookError: for the fault nearest to the top of the page: `lawbook.unknown_key`, `.missing_key`,
            `.wrong_type`, `.not_one_of`, `.bad_form` or `.bad_value`.
    """
    faults = [_error(page, error) for error in _validator(schema).iter_errors(page.data)]
    if faults:
        raise min(faults, key=lambda fault: (fault.params["line"], fault.code))


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resource(_SHARED, DRAFT202012.create_resource(_read(_SHARED)))
    return Draft202012Validator(_read(f"{schema}.json"), registry=registry)


def _read(name: str) -> Any:
    return json.loads(files("lantu.lawbook").joinpath(_FOLDER, name).read_text(encoding="utf-8"))


def _error(page: Page, fault: ValidationError) -> LawbookError:
    path, rule, value = tuple(fault.absolute_path), fault.validator, fault.instance
    at = ".".join(map(str, path)) or "/"
    wanted: Any = fault.validator_value
    if "propertyNames" in fault.absolute_schema_path:
        return page.error("bad_form", *path, value, at=at, value=_show(value), form=wanted)
    if rule == "additionalProperties" and isinstance(value, dict):
        known = fault.schema.get("properties", {})
        key = next(k for k in value if k not in known)
        return page.error("unknown_key", *path, key, key=key, at=at, known=", ".join(known))
    if rule == "required":
        key = next(k for k in wanted if k not in value)
        return page.error("missing_key", *path, key=key, at=at)
    if rule == "type":
        names = [wanted] if isinstance(wanted, str) else wanted
        return page.error(
            "wrong_type", *path, at=at, value=_show(value), wanted=" / ".join(_TYPES[n] for n in names)
        )
    if rule in ("enum", "const"):
        allowed = wanted if rule == "enum" else [wanted]
        return page.error(
            "not_one_of", *path, at=at, value=_show(value), allowed=", ".join(map(_show, allowed))
        )
    if rule == "pattern":
        return page.error("bad_form", *path, at=at, value=value, form=wanted)
    return page.error("bad_value", *path, at=at, value=_show(value), why=fault.message[:200])


def _show(value: object) -> str:
    text = "null" if value is None else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
