"""A reviewed site, arranged for print: what an opinion says, sentence by sentence and figure by figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lantu import __version__
from lantu.compliance.review import LEAST, Judged, layer_of
from lantu.compliance.rules import Document, facts_of
from lantu.core.digest import short
from lantu.core.finding import Answer
from lantu.core.foreign import GOOD_M
from lantu.core.units import round_half_up
from lantu.lawbook import Citation
from lantu.runs.look_up_site import Share
from lantu.runs.measure_layers import LAND
from lantu.runs.opinion.model import ControlRow, LandRow, NeededRow, Page, Picture, Points
from lantu.runs.package_report.sentences import clean
from lantu.runs.review_site import Reviewed, SiteReview, ground_of
from lantu.runs.review_words import ReviewWords, hectares, known_in_part

NOTHING = "—"
WORDS = (

    "opinion.number", "opinion.made_at", "opinion.h_facts", "opinion.h_opinion", "opinion.h_controls",
    "opinion.h_needed", "opinion.h_land", "opinion.h_maps", "opinion.h_suggestions", "opinion.h_left_out",
    "opinion.h_basis", "opinion.h_sources", "opinion.h_proof", "opinion.h_signatures", "opinion.h_points",
    "opinion.c_control", "opinion.c_status", "opinion.c_area", "opinion.c_share", "opinion.c_clause",
    "opinion.c_data", "opinion.c_document", "opinion.c_by", "opinion.c_for", "opinion.c_after",
    "opinion.c_named", "opinion.c_class", "opinion.c_name", "opinion.c_hectares",
    "opinion.c_square_metres", "opinion.c_ring", "opinion.c_point", "opinion.c_x", "opinion.c_y",
    "opinion.hectares", "opinion.square_metres", "opinion.none", "opinion.content", "opinion.run",
    "opinion.statement", "opinion.proof_note", "opinion.draft_note", "opinion.sign_handler",
    "opinion.sign_verifier", "opinion.sign_issuer", "opinion.sign_seal", "opinion.sign_date",
    "opinion.date_blank", "opinion.no_maps",

)  # fmt: skip
"""Every word that the two forms say by themselves."""
_WITHOUT_COMMANDS = {
    "review.layer_absent",
    "review.fact_unknown",
    "review.out_of_time",
    "review.no_compatibility",
    "review.out_of_date",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What an opinion shows besides words."""

    overview: Picture | None
    maps: tuple[Picture, ...]
    points: Points


def arrange(
    site: SiteReview,
    found: Reviewed,
    counties: Sequence[str],
    drawn: Drawn,
    words: ReviewWords,
    invented: bool,
) -> Page:
    """Arrange what is printed of one site.

    Args:
        counties: names of those it lies in.
        invented: whether data of the home are.
    """
    return _Arranger(site, found, words).page(counties, drawn, invented)


@dataclass(frozen=True, slots=True)
class _Arranger:
    site: SiteReview
    found: Reviewed
    words: ReviewWords

    def page(self, counties: Sequence[str], drawn: Drawn, invented: bool) -> Page:
        say, opinion = self.words.say, self.site.opinion
        land, land_notes = self._land()
        return Page(
            language=self.words.language,
            title=say("opinion.title"),
            words={code.partition(".")[2]: say(code) for code in WORDS}
            | {"of_pages": say("opinion.of_pages", page="{page}", pages="{pages}")},
            invented=say("measure.invented") if invented else None,
            facts=self._facts(counties),
            answer=opinion.answer.value,
            verdict=say(f"opinion.verdict_{opinion.answer}"),
            sentence=self._sentence(),
            controls=tuple(map(self._control, opinion.judged)),
            needed=self._needed(),
            land=land,
            land_notes=land_notes,
            suggestions=self._suggestions(),
            left_out=self._left_out(),
            basis=self._basis(),
            sources=self._sources(),
            overview=drawn.overview,
            maps=drawn.maps,
            points=drawn.points,
        )

    def _facts(self, counties: Sequence[str]) -> tuple[tuple[str, str], ...]:
        say, project, answer = self.words.say, self.found.project, self.site.answer
        used, missing = self.found.used, say("opinion.not_given")
        area = say("opinion.area_both", hectares=hectares(answer.area_m2),
                   square_metres=square_metres(answer.area_m2))  # fmt: skip
        place = self.words.comma.join(counties) or say("opinion.no_county")
        return (
            (say("opinion.applicant"), clean(project.about.get("applicant", missing))),
            (say("opinion.project"), clean(project.about.get("name", missing))),
            (say("opinion.project_facts"), self._project() or missing),
            (say("opinion.site"), say("opinion.site_of", number=answer.number, county=place)),
            (say("opinion.area"), area),
            (say("opinion.file"), clean(used.file)),
            (say("opinion.digest"), used.digest),
            (say("opinion.day"), self.site.opinion.day.isoformat()),
        )

    def _project(self) -> str:
        facts = facts_of(self.words.book)
        said = []
        for name, value in self.found.project.facts.items():
            fact = facts[name]
            code = f"{value} " if fact.code_list else ""
            colon = "：" if self.words.language == "zh" else ": "
            said.append(f"{self.words.of(fact.title)}{colon}{code}{self.words.of(fact.values[value])}")
        return self._joined(said)

    def _joined(self, said: Iterable[str]) -> str:
        return ("；" if self.words.language == "zh" else "; ").join(said)

    def _sentence(self) -> str:
        say, opinion = self.words.say, self.site.opinion
        if opinion.answer is Answer.PASS:
            return say("opinion.says_pass", day=opinion.day, count=len(opinion.judged))
        parts = []
        for code, answer in (
            ("opinion.says_forbidden", Answer.FAIL),
            ("opinion.says_untold", Answer.CANNOT_TELL),
            ("opinion.says_document", Answer.NEEDS_PERSON),
        ):
            titles = [self.words.of(each.control.title) for each in opinion.judged if each.answer is answer]
            if titles:
                parts.append(say(code, count=len(titles), names=self.words.comma.join(titles)))
        return say("opinion.says_not_pass", day=opinion.day, parts=self._joined(parts))

    def _control(self, judged: Judged) -> ControlRow:
        control, whole = judged.control, self.site.answer.area_m2
        # A control of so much ground is not met where there is less: that ground is taken all the same.
        side = "inside" if control.side == "inside" and control.over is None else "other"
        area = judged.area_m2 or 0.0
        # Nought of what is known in part is nothing that is known.
        nothing = area < float(self._least()) and known_in_part(judged)
        known = judged.area_m2 is not None and not nothing
        return ControlRow(
            code=control.code,
            title=self.words.of(control.title),
            status=judged.status,
            said=self.words.say(f"opinion.status_{side}_{judged.status}"),
            answer=judged.answer.value,
            hectares=self.words.affected(judged) if known else NOTHING,
            square_metres=square_metres(area) if known else NOTHING,
            share=share(area, whole) if known else NOTHING,
            clause=self.words.clause(judged.branch.sources) if judged.branch else "",
            reasons=self._reasons(judged),
            data=self._data(judged),
        )

    def _reasons(self, judged: Judged) -> tuple[str, ...]:
        say, control = self.words.say, judged.control
        if judged.why and judged.why[0] == "review.layer_absent" and not self._data(judged):
            # No county is there whose layers could be looked at.
            said = [say("review.elsewhere", area=square_metres(self.site.answer.elsewhere_m2))]
        elif judged.why and judged.why[0] in _WITHOUT_COMMANDS:
            # Who reads an opinion cannot run the command that a terminal advises.
            said = [say(f"opinion.why_{judged.why[0].partition('.')[2]}", **self._why(judged.why[1]))]
            said += [self.words.of(judged.branch.why)] if judged.branch else []
        else:
            said = self.words.reasons(judged)
        if control.over is not None and judged.status == "not_affected" and judged.area_m2:
            most = self.words.book.number(control.over, self.site.opinion.day)
            said.append(say("opinion.below", area=hectares(judged.area_m2), most=most))
        if judged.branch and not judged.branch.verified:
            said.append(say("opinion.unverified"))
        return tuple(said)

    def _why(self, params: Mapping[str, object]) -> dict[str, object]:
        found, facts = dict(params), facts_of(self.words.book)
        if "facts" in found:
            titles = (self.words.of(facts[each].title) for each in str(found["facts"]).split("、"))
            found["facts"] = self.words.comma.join(titles)
        if "layer" in found:
            found["layer"] = self.words.kind(str(found["layer"]))
        return found

    def _data(self, judged: Judged) -> tuple[str, ...]:
        """Name the layers that a control was looked for in, and those that are not there."""
        answer, control = self.site.answer, judged.control
        kind = layer_of(control, ground_of(answer))
        said = [self._layer(each) for each in (*answer.lines, *answer.land) if each.layer.kind == kind]
        # The county's outline is what a control over the whole site is looked for in; no share names it.
        if not said and control.side == "whole":
            said = [self.words.kind(kind)]
        return *said, *(self._lacking(area, each) for area, each in answer.lacking if each == kind)

    def _layer(self, share: Share) -> str:
        layer = share.layer
        year = self.words.say("opinion.no_year") if layer.year is None else str(layer.year)
        said = self.words.say(
            "opinion.layer_line", title=clean(layer.title), year=year, digest=short(layer.digest)
        )
        if layer.plan_version is None:
            return said
        return self._joined([said, self.words.say("opinion.version_line", version=short(layer.plan_version))])

    def _lacking(self, area: str, kind: str) -> str:
        return self.words.say("opinion.layer_lacking", kind=self.words.kind(kind), area=area)

    def _needed(self) -> tuple[NeededRow, ...]:
        needed: dict[str, Document] = {}
        controls: defaultdict[str, list[str]] = defaultdict(list)
        named: set[str] = set()
        for judged in self.site.opinion.judged:
            for each in judged.needed:
                needed[each.id] = each
                controls[each.id].append(f"{judged.control.code} {self.words.of(judged.control.title)}")
            named |= {each.id for each in judged.at_hand}
        say = self.words.say
        return tuple(
            NeededRow(
                name=self.words.document(each, self.found.project.facts), by=self.words.of(each.by),
                controls=self.words.comma.join(controls[each.id]),
                clause=self.words.clause(each.sources),
                named=say("opinion.named_yes") if each.id in named else say("opinion.named_no"),
            )
            for each in needed.values()
        )  # fmt: skip

    def _land(self) -> tuple[tuple[LandRow, ...], tuple[str, ...]]:
        say, answer = self.words.say, self.site.answer
        if not answer.land:
            return (), (say("opinion.no_survey"),)
        areas: defaultdict[str, float] = defaultdict(float)
        for each in answer.land:
            for code, area in each.classes.items():
                areas[code] += area
        total, whole = sum(areas.values()), answer.area_m2
        rows = [
            self._land_row(code, area, whole)
            for code, area in sorted(areas.items(), key=lambda each: (-each[1], each[0]))
        ]
        rows.append(
            LandRow("", say("opinion.sum"), hectares(total), square_metres(total), share(total, whole))
        )
        notes = [self._layer(each) for each in answer.land]
        notes += self._out_of_date()
        if abs(total - whole) >= float(self._least()):
            notes.append(say("opinion.land_partial", area=square_metres(abs(total - whole))))
        return tuple(rows), tuple(notes)

    def _out_of_date(self) -> list[str]:
        """Say which surveys under the site are too old for what was asked of them."""
        whys = (each.why for each in self.site.opinion.judged)
        stale = next((why[1] for why in whys if why and why[0] == "review.out_of_date"), None)
        if stale is None:
            return []
        say, since = self.words.say, int(str(stale["since"]))
        return [
            say("opinion.survey_out_of_date", area=self._area(each), layer=self.words.kind(each.layer.kind),
                year=each.layer.year, limit=stale["limit"], since=since, day=stale["day"])
            for each in self.site.answer.land
            if each.layer.year is not None and each.layer.year < since
            and each.covered_m2 >= float(self._least())
        ]  # fmt: skip

    def _area(self, share: Share) -> str:
        code = share.layer.area_code
        division = self.words.book.divisions.by_code(code)
        return division.name if division else code

    def _land_row(self, code: str, area: float, whole: float) -> LandRow:
        name = self.words.class_name(LAND, code) or self.words.say("opinion.no_class")
        return LandRow(
            code or self.words.say("opinion.class_unknown"), name if code else NOTHING,
            hectares(area), square_metres(area), share(area, whole),
        )  # fmt: skip

    def _least(self) -> Decimal:
        return self.words.book.number(LEAST, self.site.opinion.day)

    def _suggestions(self) -> tuple[str, ...]:
        found = self.site.suggestion
        if found is None:
            return ()
        return tuple(self.words.suggested(found, self.site.answer.area_m2, self.site.opinion.day))

    def _left_out(self) -> tuple[str, ...]:
        say, answer, found = self.words.say, self.site.answer, self.found
        said = [say("review.limits")]
        if any(each.at_hand for each in self.site.opinion.judged):
            said.append(say("opinion.not_read"))
        if facts := self.words.unsaid(self.site.opinion.judged, found.project.facts):
            said.append(say("opinion.unsaid", facts=facts))
        if answer.elsewhere_m2:
            said.append(say("opinion.elsewhere", area=square_metres(answer.elsewhere_m2)))
        if answer.lacking:
            layers = (f"{self.words.kind(kind)}{self._bracketed(area)}" for area, kind in answer.lacking)
            said.append(say("opinion.layers_lacking", layers=self.words.comma.join(layers)))
        declared = found.declared[found.sites.index(self.site)]
        if declared is not None and not declared.agrees:
            said.append(say("opinion.declared", declared=declared.area, unit=declared.unit))
        return tuple(said)

    def _basis(self) -> tuple[tuple[str, str], ...]:
        say, found = self.words.say, self.found
        system = self._joined([found.used.system, *(say(n, good=f"{GOOD_M:g}") for n in found.used.notes)])
        tolerance = say("opinion.tolerance_is", area=self._least(), parameter=LEAST)
        return (
            (say("opinion.method"), found.method),
            (say("opinion.tolerance"), tolerance),
            (say("opinion.system"), clean(system)),
            (say("opinion.year"), say("opinion.year_is", year=self.site.opinion.day.year)),
            (say("opinion.lawbook"), found.lawbook),
            (say("opinion.program"), f"Lantu {__version__}"),
        )

    def _sources(self) -> tuple[str, ...]:
        cited: list[Citation] = []
        for each in self.site.opinion.judged:
            if each.branch:
                cited += each.branch.sources
            for document in each.needed:
                cited += document.sources
        return tuple(self._source(name) for name in dict.fromkeys(each.id for each in cited))

    def _source(self, name: str) -> str:
        source = self.words.book.sources[name]
        title = source.title_en if self.words.language == "en" and source.title_en else source.title
        issued = self._bracketed(source.issued.isoformat()) if source.issued else ""
        return f"{'' if source.id == title else f'{source.id}　'}{title}{issued}"

    def _bracketed(self, text: str) -> str:
        return f"（{text}）" if self.words.language == "zh" else f" ({text})"


def square_metres(m2: float) -> str:
    """Print an area with two decimals of a square metre."""
    return f"{round_half_up(Fraction(m2), 2):,}"


def share(m2: float, whole_m2: float) -> str:
    """Print a part of an area in per cent, two decimals."""
    return f"{round_half_up(Fraction(m2) / Fraction(whole_m2) * 100, 2)}%"
