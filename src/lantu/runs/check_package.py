"""Check a plan package: read it (intake), hold it against the rules of its profile (quality)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from lantu.core.errors import InputError, NotFoundError
from lantu.core.progress import Progress, silent
from lantu.intake.package import read_package
from lantu.lawbook import Lawbook, PackageProfile, QualityRule, load
from lantu.overlay.engine import prepare
from lantu.plans import Target
from lantu.quality.check import Checked, check_package
from lantu.quality.reference import Figure, Reference
from lantu.quality.workspace import Workspace
from lantu.runs.register_plan import read_replies, versions_of
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
    upper: Path | None = None,
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
        upper: file of the reply to the plan above, or of that plan's text.
        only: rule codes or names to apply; empty for all.

    Raises:
        InputError: `intake.missing`, `package.unknown_profile`, `.unknown_rule`, `.no_figures`, …
        NotFoundError: `package.no_plan`.
    """
    book = book or load()
    chosen = profile_of(book, profile)
    rules = rules_of(book, only)
    progress("progress.read_package", 0, 1)
    package = read_package(path, progress=progress)
    progress("progress.read_package", 1, 1)
    prepare(progress)
    work = Workspace(package, chosen, book, day)
    reference = Reference(
        reply=_figures_of(reply, work.county, book) if reply else _registered(home, against, work.county),
        upper=_figures_of(upper, work.county, book) if upper else None,
    )
    work = Workspace(package, chosen, book, day, reference)
    return check_package(work, rules, progress), work


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


def _registered(home: Home | None, against: str | None, county: str | None) -> tuple[Figure, ...] | None:
    if home is None:
        return None
    if against is None:
        bound = home.registry.targets(county) if county else []
        return _figures(target for _, target in bound) or None
    plans = [plan.id for plan in home.registry.plans()]
    if against not in plans:
        raise NotFoundError("package.no_plan", plan=against, known="、".join(sorted(plans)) or "–")
    return _figures(home.registry.versions(against)[-1].version.targets)


def _figures_of(path: Path, county: str | None, book: Lawbook) -> tuple[Figure, ...]:
    """Read the figures of a file: of several plans those of the package's county, else those of the one."""
    versions = [
        version
        for evidence, readings in read_replies([path], book=book)
        for reading in readings
        for version in versions_of(evidence, reading, {}, {}, book)
    ]
    if len(versions) > 1:
        versions = [each for each in versions if each.area_code == county]
    if not versions:
        raise InputError("package.no_figures", where=path.name, county=county or "–")
    return _figures(target for version in versions for target in version.targets)


def _figures(targets: Iterable[Target]) -> tuple[Figure, ...]:
    """Return what targets say in figures; one that only refers to another authority's figure says none."""
    return tuple(
        Figure(
            each.indicator_id or each.indicator,
            each.op,
            each.value,
            each.unit,
            each.year,
            each.clause.document,
        )
        for each in targets
        if each.op is not None and each.value is not None and each.unit is not None
    )
