"""A YAML file that a user wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lantu.core.errors import InputError, LawbookError
from lantu.intake.bytes_of import read_bytes
from lantu.lawbook.pages import read_yaml, text_of


def read_user_yaml(path: Path, refused: str, kind: type, form: str) -> Any:
    """Return what it holds.

    Args:
        refused: message code of the error, which gets `where`, `line`, `why`.
        kind: what it must be as a whole; `form` shows that to the user.

    Raises:
        InputError: `refused`, `document.*`, `lawbook.*` of a page that is not well-formed.
    """
    try:
        data = read_yaml(text_of(read_bytes(path), path.name), path.name).data
    except LawbookError as error:
        if "why" not in error.params:
            raise InputError(error.code, **error.params) from None
        line = error.params.get("line", 1)
        raise InputError(refused, where=path.name, line=line, why=error.params["why"]) from None
    if not isinstance(data, kind):
        raise InputError(refused, where=path.name, line=1, why=form)
    return data
