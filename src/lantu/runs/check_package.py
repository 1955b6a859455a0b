"""Check a plan package: read it (intake), hold it against the rules of its profile (quality)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from lantu.core.errors import InputError
from lantu.core.progress import Progress, silent
from lantu.intake.package import read_package
from lantu.lawbook import Lawbook, PackageProfile, QualityRule, load
from lantu.overlay.engine import prepare
from lantu.quality.check import Checked, check_package
from lantu.quality.figures import page_of
from lantu.quality.reference import SURVEY, Reference, Survey
from lantu.quality.workspace import Workspace
from lantu.runs.binding_figures import Known
from lantu.runs.land_survey import survey_in, survey_registered
from lantu.store import Home

PROFILE = "county-2021"


def check(
    path: Path,
    *,
    profile: str = PROFILE,
    day: date,
    home: Home | None = None,
    against: str | None = None,
    reply: Path | None = None,
    upper: Path | str | None = None,
    survey: Path | None = None,
    only: Collection[str] = (),
    book: Lawbook | None = None,
    progress: Progress = silent,
) -> tuple[Checked, Workspace]:
    """Check a package.

    Args:
        path: FileGDB, GeoPackage, Shapefile, GeoJSON, or a folder or zip of them.
        day: whose law is applied.
        home: where plans are registered; the plan of the package's county binds it, unless `against` names
            another.
        reply: file of an approval reply that binds the package, in place of a registered one.
        upper: the plan above: file of the reply to it or of its text, else the id of a registered plan.
            Where it is None the nearest plan above in `home` that hands figures down to the county binds.
        survey: the land survey of the base year, for a package without one: a file of any form that is read.
            Where it is None the one registered for the county is taken.
        only: rule codes or names to apply; empty for all.

    Raises:
        InputError: `intake.missing`, `package.unknown_profile`, `.unknown_rule`, `.no_figures`,
            `.no_upper_figures`, `.survey_delivered`, `.no_survey_layer`, …
        NotFoundError: `package.no_plan`, `.no_upper_plan`.
    """
    book = book or load()
    chosen = profile_of(book, profile)
    rules = rules_of(book, only)
    progress("progress.read_package", 0, 1)
    package = read_package(path, progress=progress)
    progress("progress.read_package", 1, 1)
    prepare(progress)
    work = Workspace(package, chosen, book, day)
    known = Known(home, work.county, book)
    above = known.above(upper)
    reference = Reference(
        reply=known.in_reply(reply) if reply else known.registered(against),
        upper=above.figures,
        upper_unread=above.unread,
        survey=_survey(work, survey, home, progress),
    )
    work = Workspace(package, chosen, book, day, reference)
    return check_package(work, rules, progress), work


def _survey(work: Workspace, path: Path | None, home: Home | None, progress: Progress) -> Survey | None:
    if path is None:
        if SURVEY in work.sheets:
            return None
        return survey_registered(home, work.county, page_of(work.book)["years"]["base"])
    if SURVEY in work.sheets:
        raise InputError("package.survey_delivered", where=path)
    return survey_in(path, work.book, progress)


def profile_of(book: Lawbook, profile: str) -> PackageProfile:
    """Return a package profile.

    Raises:
        InputError: `package.unknown_profile`.
    """
    if profile not in book.profiles:
        raise InputError("package.unknown_profile", profile=profile, known="、".join(sorted(book.profiles)))
    return book.profiles[profile]


def rules_of(book: Lawbook, only: Collection[str] = ()) -> Sequence[QualityRule]:
    """Return the rules of those codes, names or retired codes; all of them where none is named.

    Raises:
        InputError: `package.unknown_rule`.
    """
    if not only:
        return list(book.quality_rules.values())
    known: Mapping[str, QualityRule] = {
        name: rule for rule in book.quality_rules.values() for name in (rule.code, rule.name, *rule.aliases)
    }
    if strange := [name for name in only if name not in known]:
        raise InputError("package.unknown_rule", rules="、".join(strange))
    return [known[name] for name in only]
