"""The error tree. An error is a code and its parameters; the sentences live in `lawbook/messages`.

Errors know neither exit codes nor HTTP: `cli/exit_codes.py` and `web/status.py` translate them.
"""

from __future__ import annotations

from collections.abc import Callable


class LantuError(Exception):
    """A fault that a user can understand and mend.

    Args:
        code: message code, e.g. `layer.no_crs`; `lawbook/messages` holds its zh and en sentences
            (what is wrong, where, how to mend it).
        **params: values for the sentence; everything must be printable.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)

    def __reduce__(self) -> tuple[Callable[..., LantuError], tuple[object, ...]]:
        """Travel between processes: the parameters go by name."""
        return _again, (type(self), self.code, self.params)

    def __str__(self) -> str:
        inner = ", ".join(f"{k}={v}" for k, v in self.params.items())
        return f"{self.code}({inner})"


def _again(kind: type[LantuError], code: str, params: dict[str, object]) -> LantuError:
    return kind(code, **params)


class InputError(LantuError):
    """What the user handed in is empty, broken, or not what it claims to be."""


class NotFoundError(LantuError):
    """The named thing is not in this home."""


class ConflictError(LantuError):
    """The request contradicts what is already registered."""


class BusyError(LantuError):
    """Another process holds this home."""


class StorageError(LantuError):
    """The disk is full, read-only, or refused."""


class IntegrityError(LantuError):
    """Stored bytes are not what their digest or chain says."""


class LawbookError(LantuError):
    """A page of the lawbook is not well-formed; names file and line."""


class UnavailableError(LantuError):
    """An optional part (OCR, front end, …) is not installed."""
