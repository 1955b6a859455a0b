"""What a library said, short enough to stand in brackets in a sentence of ours."""

from __future__ import annotations


def first_words(error: Exception) -> str:
    """Return GDAL's, Arrow's or GEOS's first words, without paths and hints to programmers.

    The sentence around them names the file already; a path may be that of a temporary copy.
    """
    parts = [part for part in str(error).split(";") if "Error occurred in" not in part]
    words = " ".join(parts).partition("It might help")[0].split()
    return " ".join(word for word in words if "/" not in word)[:160] or type(error).__name__
