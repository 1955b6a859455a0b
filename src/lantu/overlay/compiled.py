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
    place = _place()
    settings.CACHE_DIR = str(place or "")
    try:
        # Without a place of ours numba would look for another one, named by single files.
        return cast(F, njit(cache=place is not None, nogil=True, error_model="numpy")(function))
    finally:
        settings.CACHE_DIR = before


@cache
def _place() -> Path | None:
    """Return where compiled code is kept, below NUMBA_CACHE_DIR or the user's cache; None if it cannot be."""
    settings: Any = config
    root = Path(settings.CACHE_DIR) if settings.CACHE_DIR else user_cache_path("lantu", appauthor=False)
    digest = sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    place = root / "compiled" / digest.hexdigest()[:16]
    try:
        place.mkdir(parents=True, exist_ok=True)
        trial = place / f".trial-{id(digest)}"
        trial.touch()
        trial.unlink(missing_ok=True)
    except OSError:
        return None
    return place
