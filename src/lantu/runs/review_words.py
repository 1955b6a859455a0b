"""What a review says, in one language: reasons, clauses, what would pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import atan2, degrees

from lantu.compliance.review import Fitting, Judged, Why
from lantu.compliance.rules import Control, Document, facts_of
from lantu.core.units import from_measured, round_half_up
from lantu.lawbook import Citation, Lawbook, Words, message
from lantu.runs.review_site import Suggestion

_MORE = ("review.layer_absent", "review.elsewhere", "review.class_unknown")


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """Sentences of the lawbook for what a review found; `language` is zh or en."""

    language: str
    book: Lawbook

    def say(self, code: str, /, **params: object) -> str:
        """Return a sentence."""
        return message(code, self.language, **params)

    def of(self, words: Words) -> str:
        """Return words in the language."""
        return words.en if self.language == "en" else words.zh

    @property
    def comma(self) -> str:
        """What stands between the names of a list."""
        return ", " if self.language == "en" else "、"

    def reasons(self, judged: Judged) -> list[str]:
        """Return why a control says what it says: what is missing, how uses fit, what the branch says."""
        said = []
        if judged.why:
            said.append(self.missing(judged.why))
        said += [self._fitting(judged.control, each) for each in judged.fittings]
        if judged.branch:
            said.append(self.of(judged.branch.why))
        return said

    def missing(self, why: Why) -> str:
        """Return what is missing where a control cannot be told."""
        return self.say(why[0], **self._named(why[1]))

    def document(self, needed: Document, project: Mapping[str, str]) -> str:
        """Name a document; where it hangs on what is not known of the project, of which ones it is asked."""
        facts, name = facts_of(self.book), self.of(needed.name)
        for fact, values in needed.hangs_on(project).items():
            known = facts[fact]
            # In the order of the lawbook: stages are told as they follow each other.
            said = self.comma.join(self.of(each) for value, each in known.values.items() if value in values)
            name += self.say("review.asked_if", fact=self.of(known.title), values=said)
        return name

    def unsaid(self, judged: Iterable[Judged], project: Mapping[str, str]) -> str:
        """Name what is not known of a project and would tell which of the documents it needs."""
        facts = facts_of(self.book)
        names = {name for each in judged for needed in each.needed for name in needed.hangs_on(project)}
        return self.comma.join(self.of(fact.title) for name, fact in facts.items() if name in names)

    def clause(self, sources: Iterable[Citation]) -> str:
        """Name the articles of law."""
        return "、".join(f"{each.id}{f' {each.article}' if each.article else ''}" for each in sources)

    def affected(self, judged: Judged) -> str:
        """Print the ground that a control affects in hectares; a dash where none of it is known."""
        if judged.area_m2 is None:
            return "—"
        area = hectares(judged.area_m2)
        return self.say("opinion.at_least", area=area) if known_in_part(judged) else area

    def suggested(self, found: Suggestion, area_m2: float, day: date) -> list[str]:
        """Say what would pass of a site of so much ground."""
        say = self.say
        if found.kept is None:
            kept = say("review.none_kept", least=self.book.number("compliance.kept_least_m2", day))
        else:
            share = round_half_up(Decimal(found.kept_m2 / area_m2 * 100), 1)
            kept = say("review.kept", area=hectares(found.kept_m2), share=share)
        if found.shift is None or found.answer is None:
            return [kept, say("review.no_shift", reach=f"{found.reach_m:g}")]
        way = say(f"review.way_{round(degrees(atan2(found.shift.north_m, found.shift.east_m)) / 45) % 8}")
        return [
            kept,
            say("review.shift", way=way, length=f"{found.shift.length_m:.1f}",
                east=_metres(found.shift.east_m), north=_metres(found.shift.north_m),
                answer=say(f"review.answer_{found.answer}")),
        ]  # fmt: skip

    def kind(self, code: str) -> str:
        """Return the name of a kind of layer beside its code."""
        known = self.book.layer_kinds
        return f"{self.of(known[code].name)} {code}" if code in known else code

    def class_name(self, kind: str, code: str) -> str:
        """Return the name of a class of a layer, by the first list that has it; empty where none has."""
        classed = self.book.layer_kinds[kind].classed
        names = (self.book.code_lists[name].name(code) for name in (classed[1] if classed else ()))
        return next((each for each in names if each), "")

    def _named(self, params: Mapping[str, object]) -> dict[str, object]:
        found = dict(params)
        if "layer" in found:
            found["layer"] = "、".join(map(self.kind, str(found["layer"]).split("、")))
        return found

    def _fitting(self, control: Control, fitting: Fitting) -> str:
        name = f"{fitting.code} {self.class_name(control.layers[0], fitting.code)}".strip()
        fit = self.say(f"review.fit_{fitting.fit or 'unknown'}")
        return self.say(
            "review.fit", name=name or self.say("review.no_class"), fit=fit, area=hectares(fitting.area_m2)
        )


def known_in_part(judged: Judged) -> bool:
    """Say whether a control may affect more than is known."""
    return judged.why is not None and judged.why[0] in _MORE


def hectares(m2: float) -> str:
    """Print an area as hectares with four decimals: the square metre."""
    return f"{round_half_up(from_measured(m2, '公顷'), 4):,}"


def _metres(length: float) -> str:
    return f"{round(length, 1) + 0.0:.1f}"  # what is added takes the sign from nought
