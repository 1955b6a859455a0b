"""Every sentence a user can see: looked up by code, filled by name, in Chinese or English."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from lantu.core.errors import LawbookError
from lantu.lawbook.pages import Page, read_yaml, text_of

FOLDER = "messages"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence in both languages; `names` are the placeholders that both use."""

    code: str
    zh: str
    en: str
    names: frozenset[str]


def placeholders(sentence: str) -> frozenset[str]:
    """Return the names of a sentence's `{placeholders}`.

    Raises:
        ValueError: where the braces do not pair, or a placeholder has no name.
    """
    names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]
    if not all(name.isidentifier() for name in names):
        raise ValueError("a placeholder is a plain name")
    return frozenset(names)


def read_messages(page: Page) -> dict[str, Message]:
    """Read one page of messages, already checked against its schema.

    Raises:
        LawbookError: `lawbook.bad_placeholder`, `lawbook.placeholder_mismatch`.
    """
    found = {}
    for code, sentences in page.data.items():
        names = {}
        for language in LANGUAGES:
            try:
                names[language] = placeholders(sentences[language])
            except ValueError as error:
                raise page.error("bad_placeholder", code, language, key=code, why=str(error)) from None
        if names["zh"] != names["en"]:
            odd = ", ".join(sorted(names["zh"] ^ names["en"]))
            raise page.error("placeholder_mismatch", code, key=code, names=odd)
        found[code] = Message(code, sentences["zh"], sentences["en"], names["zh"])
    return found


def message(code: str, /, lang: str = "zh", **params: object) -> str:
    """Return the sentence of `code` in `lang` (zh, else en), filled with `params`; never raises.

    A missing parameter leaves its {name} standing; an unknown code, or a format that does not fit its
    value, shows the code and the parameters instead.
    """
    found = _sentences().get(code)
    if found is not None:
        try:
            return (found.en if lang == "en" else found.zh).format_map(_Gaps(params))
        except (ValueError, TypeError, AttributeError, IndexError):
            pass
    inner = ", ".join(f"{name}={value}" for name, value in params.items())
    return f"{code} ({inner})" if inner else code


class _Gaps(dict[str, object]):
    """Parameters that show a missing one as its placeholder."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


@lru_cache(maxsize=1)
def _sentences() -> Mapping[str, Message]:
    """Read the packaged messages alone, skipping a broken page: errors must be sayable even then."""
    found: dict[str, Message] = {}
    folder: Traversable = files("lantu.lawbook").joinpath(FOLDER)
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            try:
                found |= read_messages(read_yaml(text_of(file.read_bytes(), file.name), file.name))
            except (LawbookError, KeyError, TypeError, AttributeError):
                continue
    return found
