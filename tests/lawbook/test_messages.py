"""Sentences: always something to read, the same facts in both languages, none missing, none idle."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

import lantu
from lantu.core import errors
from lantu.lawbook import load, message
from lantu.lawbook.messages import placeholders

SRC = Path(lantu.__file__).parent
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


def test_both_languages():
    assert message("progress.overlay") == "叠置图层"
    assert message("progress.overlay", "en") == "Overlaying layers"
    assert message("progress.overlay", lang="en") == "Overlaying layers"


def test_a_gap_stays_visible():
    assert "{unit}" in message("lawbook.no_unit_rule_for")


def test_an_unknown_code_shows_itself_and_its_parameters():
    assert message("no.such_thing", where="a.gpkg", lines=3) == "no.such_thing (where=a.gpkg, lines=3)"


@given(st.text(), st.sampled_from(["zh", "en", "fr"]), st.dictionaries(st.text(min_size=1), st.text()))
def test_it_never_raises(code, lang, params):
    params = {k: v for k, v in params.items() if k != "lang"}
    assert isinstance(message(code, lang, **params), str)
    assert isinstance(message("lawbook.stray_page", lang, **params), str)


def test_both_languages_name_the_same_facts():
    for sentence in load().messages.values():
        assert placeholders(sentence.zh) == placeholders(sentence.en)
        assert re.search(r"[\u4e00-\u9fff]", sentence.zh), sentence.code


def test_every_code_in_the_sources_has_its_sentence():
    known = load().messages
    assert sorted({f"{said.code} ({said.file})" for said in sayings() if said.code not in known}) == []


def test_every_sentence_is_given_what_it_names():
    """A placeholder that the raising line leaves out would stand as {name} before the user."""
    known = load().messages
    gaps = [
        f"{said.code} ({said.file}) lacks {', '.join(sorted(lacking))}"
        for said in sayings()
        if said.code in known and said.given is not None and (lacking := known[said.code].names - said.given)
    ]
    assert gaps == []


def test_no_sentence_lies_idle():
    literals, prefixes, suffixes = strings()
    used = literals | {said.code for said in sayings()} | {r.message for r in load().change_rules.values()}
    used |= {code + suffix for code in used for suffix in suffixes}
    idle = [c for c in load().messages if c not in used and not c.startswith(tuple(prefixes))]
    assert idle == []


class Saying(NamedTuple):
    """A place in the sources that names a message code; `given` is None where it cannot be read off."""

    code: str
    file: str
    given: set[str] | None


@lru_cache
def sayings() -> tuple[Saying, ...]:
    """Find every message code that the sources raise or say outright.

    A code is the first argument of one of our errors, of `message`, `say` or a progress listener, the
    `message=` of a finding, or the `what` of a lawbook page's `error`.
    """
    raised = {name for name in dir(errors) if name.endswith("Error")}
    found = []
    for file, tree in modules():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            code = call.args[0].value if call.args and is_text(call.args[0]) else None
            given = {k.arg for k in call.keywords if k.arg}
            known = all(k.arg for k in call.keywords)  # no ** hides more
            if name == "error" and file.parent.name == "lawbook" and code:
                code, given = f"lawbook.{code}", given | {"file", "line"}
            elif name not in raised | {"message", "say", "progress"}:
                code = None
            if code and CODE.fullmatch(code):
                found.append(Saying(code, str(file.relative_to(SRC)), given if known else None))
            found += [
                Saying(k.value.value, str(file.relative_to(SRC)), None)
                for k in call.keywords
                if k.arg == "message" and is_text(k.value) and CODE.fullmatch(k.value.value)
            ]
    return tuple(found)


@lru_cache
def modules():
    return [(file, ast.parse(file.read_text(encoding="utf-8"))) for file in sorted(SRC.rglob("*.py"))]


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@lru_cache
def strings() -> tuple[set[str], set[str], set[str]]:
    """Return every string in sources and templates, and the fixed beginnings and ends of composed ones."""
    literals, prefixes, suffixes = set(), set(), set()
    for _, tree in modules():
        for node in ast.walk(tree):
            if is_text(node):
                literals.add(node.value)
            elif isinstance(node, ast.JoinedStr) and node.values:
                first, last = node.values[0], node.values[-1]
                # The lawbook's own f"lawbook.{what}" is followed up by `sayings` instead.
                if is_text(first) and re.fullmatch(r"[a-z_]+\.[a-z0-9_.]*", first.value):
                    prefixes |= {first.value} - {"lawbook."}
                elif is_text(last) and re.fullmatch(r"_[a-z0-9_]+", last.value):
                    suffixes.add(last.value)
    for file in SRC.rglob("*"):
        if file.suffix in (".html", ".j2", ".jinja") and "static" not in file.parts:
            text = file.read_text(encoding="utf-8")
            literals |= {m.group() for m in CODE.finditer(text)}
            prefixes |= set(re.findall(r'"([a-z_]+\.[a-z0-9_]*)" ~', text))
    return literals, prefixes, suffixes
