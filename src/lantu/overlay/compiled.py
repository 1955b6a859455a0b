"""How this package's loops are compiled, and where the result is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit
from platformdirs import user_cache_path

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function on its first call, without the interpreter's lock; later processes load it.

    Numba notices a changed function by its own file only, not by what it calls in another one: so the place
    of what was compiled is named by all sources of this package together.
    """
    settings: Any = config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = before or str(_place())
    try:
        return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        settings.CACHE_DIR = before


@cache
def _place() -> Path:
    digest = sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return user_cache_path("lantu", appauthor=False) / "compiled" / digest.hexdigest()[:16]
