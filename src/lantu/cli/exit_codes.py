"""The one table of exit codes. `docs/guide/exit-codes.md` is compared with it in the tests."""

from __future__ import annotations

from lantu.core.errors import (
    BusyError,
    ConflictError,
    InputError,
    IntegrityError,
    LantuError,
    LawbookError,
    NotFoundError,
    StorageError,
    UnavailableError,
)

OK = 0
UNEXPECTED = 1
USAGE = 2
RETURNED = 20
PERSON_DECIDES = 21
INTERRUPTED = 130

EXIT_CODES: dict[type[LantuError], int] = {
    InputError: 3,
    NotFoundError: 4,
    ConflictError: 5,
    BusyError: 6,
    StorageError: 7,
    IntegrityError: 8,
    LawbookError: 9,
    UnavailableError: 10,
}


def exit_code(error: LantuError) -> int:
    """Return the documented exit code of an error."""
    return next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), UNEXPECTED)
