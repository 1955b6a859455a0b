"""A letter to the lower authority: what to mend, explain or hand in, numbered; Markdown or plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lantu.core.digest import short
from lantu.core.finding import Answer
from lantu.lawbook import Citation, Lawbook, message
from lantu.runs.transmit import Transmitted
from lantu.runs.transmit_words import figure_sentence, in_words, missed, place, sentence
from lantu.store.files import sweep_parts, whole_file
from lantu.transmission.clauses import Judged, Section

SUFFIXES = (".md", ".txt")
PLACES = 20
"""Places that the letter lists of a clause; the file of patches has all."""
_CODES = {
    "transmission.absent_layer": "transmission.letter_absent_layer",
    "transmission.broken_layer": "transmission.letter_broken_layer",
}
"""What a terminal says of commands, no letter does."""
_PARTS = (Answer.FAIL, Answer.NEEDS_PERSON, Answer.CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class _Item:
    """One matter: what it is called, what was found, where, what it rests on, what to do."""

    title: str
    answer: Answer
    says: str
    places: tuple[str, ...]
    more: int
    clause: str
    do: str


def write_letter(found: Transmitted, book: Lawbook, day: date, path: Path, language: str) -> None:
    """Write the letter; the file appears whole or not at all.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    sweep_parts(path.parent, path)
    with whole_file(path) as part:
        plain = path.suffix.lower() == ".txt"
        part.write_text(letter(found, book, day, language, plain=plain), "utf-8")


def letter(found: Transmitted, book: Lawbook, day: date, language: str, *, plain: bool) -> str:
    """Return the letter: what must be mended first, then what needs a person, then what could not be told."""

    def say(code: str, **params: object) -> str:
        return message(f"transmission.letter_{code}", language, **params)

    lower, upper = found.lower, found.upper
    items = list(_items(found, book, language))
    lines = [_head(say("title", title=lower.version.title), 1, plain), ""]
    if found.invented:
        lines += [message("measure.invented", language), ""]
    lines += [say("to", area=lower.version.area_name), ""]
    above = f"{upper.version.title} {short(upper.digest)}" if upper else say("no_plan")
    lines += [say("opening", title=lower.version.title, version=short(lower.digest), above=above), ""]
    number = 0
    for answer in _PARTS:
        mine = [each for each in items if each.answer is answer]
        lines += [_head(say(f"part_{answer}", count=len(mine)), 2, plain), ""]
        if not mine:
            lines += [say("nothing"), ""]
        for each in mine:
            number += 1
            lines += [*_matter(number, each, say_more=say("more", count=each.more), language=language), ""]
    passed = [each.title for each in items if each.answer is Answer.PASS]
    lines += [_head(say("part_pass", count=len(passed)), 2, plain), ""]
    lines += [*(f"- {title}" for title in passed), *([] if passed else [say("nothing")]), ""]
    lines += [say("rests_on", lawbook=short(found.lawbook), method=found.ground.method or "–")]
    lines += [f"- {name} {short(digest)}" for name, digest in sorted(_layers(found).items())]
    lines += ["", say("end", day=day.isoformat()), ""]
    return "\n".join(lines)


def _matter(number: int, item: _Item, *, say_more: str, language: str) -> Iterator[str]:
    def label(code: str, text: str) -> str:
        return f"   - {message(f'transmission.letter_{code}', language)}{text}"

    yield f"{number}. {item.title}"
    yield label("what", item.says)
    for place_number, each in enumerate(item.places, 1):
        yield label("where", f"（{place_number}）{each}")
    if item.more:
        yield label("where", say_more)
    if item.clause:
        yield label("clause", item.clause)
    yield label("do", item.do)


def _items(found: Transmitted, book: Lawbook, language: str) -> Iterator[_Item]:
    figures = message("transmission.section_figures", language)
    untold = found.crashed is not None or found.upper is None
    if untold and Section.FIGURES in found.sections:
        code = "transmission.no_figures" if found.upper is None else "transmission.crashed"
        says = message(code, language, why=found.crashed or "")
        yield _Item(figures, Answer.CANNOT_TELL, says, (), 0, "", _do(Answer.CANNOT_TELL, language))
    for row in found.judgements:
        finding = row.finding
        title = f"{message(f'transmission.compare_{row.comparison}', language)}：{row.indicator}"
        clause = f"{finding.clause.document}：{finding.clause.text}" if finding.clause else ""
        yield _Item(
            f"{figures}　{title}", finding.answer, figure_sentence(row, language), (), 0, clause,
            _do(finding.answer, language),
        )  # fmt: skip
    for each in found.ground.judged:
        section = message(f"transmission.section_{each.rule.section}", language)
        where = [place(patch, language) for patch in each.patches]
        where += [missed(item, language) for item in each.missed]
        yield _Item(
            f"{section}　{in_words(each.rule.title, language)}", each.finding.answer,
            sentence(each, book, language, _CODES), tuple(where[:PLACES]), max(0, len(where) - PLACES),
            _clause(each, book, language),
            in_words(each.rule.do, language)
            if each.finding.answer in (Answer.FAIL, Answer.NEEDS_PERSON)
            else _do(each.finding.answer, language),
        )  # fmt: skip


def _do(answer: Answer, language: str) -> str:
    return message(f"transmission.letter_do_{answer}", language)


def _clause(judged: Judged, book: Lawbook, language: str) -> str:
    cited = "；".join(_cited(each, book, language) for each in judged.rule.sources)
    return cited + ("" if judged.finding.verified else message("transmission.unverified", language))


def _cited(cited: Citation, book: Lawbook, language: str) -> str:
    source = book.sources[cited.id]
    if source.issuer is None:
        own = message("transmission.letter_own", language)
        return f"{own}：{(cited.article or source.title).removeprefix('自定：')}"
    name = f"《{source.title}》"
    number = f"（{source.number}）" if source.number else ""
    return f"{name}{number}{f' {cited.article}' if cited.article else ''}"


def _layers(found: Transmitted) -> Mapping[str, str]:
    return {name: digest for each in found.ground.judged for name, digest in each.finding.inputs.items()}


def _head(text: str, level: int, plain: bool) -> str:
    return text if plain else f"{'#' * level} {text}"
