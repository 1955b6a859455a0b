"""The figures a package is bound by: those of its reply, and those that the plan above hands down to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lantu.approvals.plan_text import Saying, read_plan_text, unread
from lantu.core.errors import InputError, NotFoundError
from lantu.intake import read_document
from lantu.lawbook import Lawbook
from lantu.plans import PlanKind, PlanVersion, Target, codes_above
from lantu.quality.reference import Figure
from lantu.runs.read_approval import published, readings_of
from lantu.runs.register_plan import read_replies, versions_of
from lantu.store import Home, Registered

_NO_REPLY = frozenset({"approval.no_reply", "plan.unknown_area", "plan.ambiguous_area"})
"""After these a file is read as a plan's text: it is no reply, or one to plans of an unknown area."""
_AROUND = 40, 10


@dataclass(frozen=True, slots=True)
class Above:
    """What the plan above says of a county; `unread`: words with a figure that could not be read."""

    figures: tuple[Figure, ...] | None = None
    unread: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.figures or self.unread)


@dataclass(frozen=True, slots=True)
class Known:
    """Where figures are looked up.

    Attributes:
        home: where plans are registered; None for nowhere.
        county: whose package it is; None where nothing says so.
    """

    home: Home | None
    county: str | None
    book: Lawbook

    def registered(self, against: str | None) -> tuple[Figure, ...] | None:
        """Return what binds the county by its registered plans, or by one that is named.

        Raises:
            NotFoundError: `package.no_plan`.
        """
        if self.home is None:
            return None
        if against is None:
            bound = self.home.registry.targets(self.county) if self.county else []
            return _figures(target for _, target in bound) or None
        plans = self._plans()
        if against not in plans:
            raise NotFoundError("package.no_plan", plan=against, known="、".join(plans) or "–")
        return _figures(self.home.registry.versions(against)[-1].version.targets)

    def in_reply(self, path: Path) -> tuple[Figure, ...]:
        """Return the figures of a reply: of several plans those of the county, else those of the one.

        Raises:
            InputError: `package.no_figures`, or as `read_replies`.
        """
        versions = [
            version
            for evidence, readings in read_replies([path], book=self.book)
            for reading in readings
            for version in versions_of(evidence, reading, {}, {}, self.book)
        ]
        if len(versions) > 1:
            versions = [each for each in versions if each.area_code == self.county]
        if not versions:
            raise InputError("package.no_figures", where=path.name, county=self.county or "–")
        return _figures(target for version in versions for target in version.targets)

    def above(self, upper: Path | str | None) -> Above:
        """Return what the plan above hands down to the county.

        Only figures that name the county count; those of the plan's own area bind nobody below.

        Args:
            upper: a file (a reply, or a plan's text), else the id of a registered plan; None for the nearest
                registered master plan above that hands something down.

        Raises:
            NotFoundError: `package.no_upper_plan`.
            InputError: `package.no_upper_figures` where what is named says nothing of the county; the file
                cannot be read.
        """
        if upper is None:
            found = (self._handed_down(each) for each in self._masters_above())
            return next(filter(None, found), Above())
        path = Path(upper)
        if path.exists():
            where, found_above = path.name, self._in_file(path)
        else:
            plans = self._plans()
            if self.home is None or str(upper) not in plans:
                raise NotFoundError("package.no_upper_plan", upper=upper, known="、".join(plans) or "–")
            where = str(upper)
            found_above = self._handed_down(self.home.registry.versions(where)[-1])
        if self.county is not None and not found_above:
            raise InputError(
                "package.no_upper_figures", where=where, county=self.county, name=self._name(self.county)
            )
        return found_above

    def _plans(self) -> list[str]:
        return sorted(plan.id for plan in self.home.registry.plans()) if self.home else []

    def _masters_above(self) -> Iterable[Registered]:
        if self.home is None or self.county is None:
            return
        for code in codes_above(self.county):
            for each in self.home.registry.current(code):
                if each.version.kind is PlanKind.MASTER:
                    yield each

    def _handed_down(self, plan: Registered) -> Above:
        """Return what a registered plan says of the county: its text is that of its reply."""
        assert self.home is not None
        version = plan.version
        if version.area_code == self.county:
            return Above(_figures(version.targets))
        reply = self.home.registry.approval(version.approval.source)
        return self._in_text(reply.text, version.approval.document_number or version.title, [version])

    def _in_file(self, path: Path) -> Above:
        if path.suffix.lower() == ".json":
            text, (source, replies) = "", read_replies([path], book=self.book)[0]
        else:
            document = read_document(path)
            text, source = document.text, document
            try:
                replies = published(readings_of(document, self.book))
            except InputError as error:
                if error.code not in _NO_REPLY:
                    raise
                replies = []
        versions: list[PlanVersion] = []
        try:
            for reading in replies:
                versions += versions_of(source, reading, {}, {}, self.book)
        except InputError as error:
            if error.code not in _NO_REPLY:
                raise
        own = [each for each in versions if each.area_code == self.county]
        if own:
            return Above(_figures(target for version in own for target in version.targets))
        return self._in_text(text, path.name, versions)

    def told_by(self, plan: Registered) -> tuple[list[Saying], tuple[str, ...]]:
        """Return what a registered plan's reply says of the county by name, and what could not be read."""
        assert self.home is not None
        version = plan.version
        reply = self.home.registry.approval(version.approval.source)
        return self._told(reply.text, version.approval.document_number or version.title, [version])

    def _in_text(self, text: str, where: str, plans: Iterable[PlanVersion]) -> Above:
        """Read what a text says of the county, by name; `plans` are those that the text approves."""
        told, lost = self._told(text, where, plans)
        figures = tuple(
            Figure(each.indicator, each.op, each.value, each.unit, each.year, where, each.plain)
            for each in told
            if each.op is not None and each.value is not None and each.unit is not None
        )
        return Above(figures, lost)

    def _told(
        self, text: str, where: str, plans: Iterable[PlanVersion]
    ) -> tuple[list[Saying], tuple[str, ...]]:
        plans = list(plans)
        if self.county is None or not text.strip():
            return [], ()
        above = [each.name for each in self.book.divisions.parents(self.county)]
        above += [each.area_name for each in plans]
        # A plan of the county's own name would make every sentence the county's.
        above = [name for name in dict.fromkeys(above) if name != self._name(self.county)]
        since = min((each.period[0] for each in plans if each.period), default=self._base_year() + 1)
        told, questions = read_plan_text(text, where, self.book, self._name(self.county), since, above)
        before, behind = _AROUND
        lost = dict.fromkeys(
            "".join(text[max(0, each.span[0] - before) : each.span[1] + behind].split())
            for each in unread(questions)
        )
        return told, tuple(lost)

    def _name(self, county: str) -> str:
        division = self.book.divisions.by_code(county)
        return division.name if division else county

    def _base_year(self) -> int:
        return int(self.book.pages["figures/plan"]["years"]["base"])


def _figures(targets: Iterable[Target]) -> tuple[Figure, ...]:
    """Return what targets say in figures; one that only refers to another authority's figure says none."""
    return tuple(
        Figure(
            each.indicator_id or each.indicator, each.op, each.value, each.unit, each.year,
            each.clause.document,
        )
        for each in targets
        if each.op is not None and each.value is not None and each.unit is not None
    )  # fmt: skip
