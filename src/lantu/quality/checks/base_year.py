"""The plan against the land survey of its base year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lantu.core.finding import Answer
from lantu.core.units import convert, round_half_up
from lantu.lawbook.code_lists import SEPARATOR
from lantu.overlay.engine import KernelEngine
from lantu.quality.amounts import FINE, amounts, not_given
from lantu.quality.checks.totals import parcels_of
from lantu.quality.figures import page_of
from lantu.quality.findings import CannotTell, Defect, NotApplicable
from lantu.quality.sheet import Sheet
from lantu.quality.workspace import Ground, Workspace

LEAST = "quality.base_least_m2"

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shared:
    """Ground that features of two layers share: rows of their sheets, and m²."""

    left: _Ints
    right: _Ints
    area_m2: _Floats


def shared_ground(work: Workspace, left: str, right: str) -> Shared:
    """Overlay two layers, once for all rules, on the ground that `Workspace.ground` makes of each.

    Raises:
        CannotTell: as `Workspace.ground`.
    """
    return work.once(
        f"shared ground {left} {right}", lambda: _shared_ground(work.ground(left), work.ground(right))
    )


def _shared_ground(left: Ground, right: Ground) -> Shared:
    table = KernelEngine().overlay(left.layer, right.layer)
    return Shared(left.rows[table.left_id], right.rows[table.right_id], table.area_m2)


def survey_of(work: Workspace, kind: str) -> Sheet:
    """Return the survey that came with the package, else the one beside it.

    Raises:
        NotApplicable: there is neither; CannotTell: the package's own could not be read, or the one beside it
            is of another year than the plan's base.
    """
    if kind not in work.beside:
        try:
            return parcels_of(work, kind)
        except NotApplicable:
            raise NotApplicable("quality.no_survey", layer=kind) from None
    base, survey = page_of(work.book)["years"]["base"], work.reference.survey
    assert survey is not None
    if other := [str(year) for year in survey.years if year != base]:
        raise CannotTell("quality.survey_of_other_year", name=survey.name, year="、".join(other), base=base)
    return work.beside[kind]


def on_classes(
    work: Workspace, *, layer: str, survey: str, code: str, wanted: str, doubtful: Sequence[str] = ()
) -> Iterator[Defect]:
    """The ground of a layer is land of one class in the survey of the base year.

    Pieces that a feature and a parcel share count from a least area on: borders of two surveys never lie on
    each other to the millimetre.

    Args:
        survey, code: the layer of surveyed parcels, and its field of codes.
        wanted: land class that the ground should be.
        doubtful: land classes that are for a person.

    Yields:
        One defect per code that the ground has instead, with the area; one for ground without a parcel.

    Raises:
        NotApplicable: there is no survey; CannotTell: as `survey_of`.
    """
    drawn, parcels = work.polygons(layer), survey_of(work, survey)
    parcels.needs(code)
    shared = shared_ground(work, drawn.kind, parcels.kind)
    code_list = _list_of(work, parcels, code)
    good = work.book.land_class(wanted, code_list)
    open_ = {each for name in doubtful for each in work.book.land_class(name, code_list)}
    least = float(work.number(LEAST))
    codes, number = np.unique(_codes(parcels, code)[shared.right], return_inverse=True)
    for nth, each in enumerate(codes.tolist()):
        if each in good:
            continue
        chosen = (number == nth) & (shared.area_m2 >= least)
        if not chosen.any():
            continue
        answer = Answer.NEEDS_PERSON if each in open_ else Answer.FAIL
        area = float(shared.area_m2[chosen].sum())
        rows = _most_first(shared.left[chosen], shared.area_m2[chosen])
        yield Defect(
            layer, (survey, each), rows, answer=answer if each else Answer.CANNOT_TELL,
            measured=round_half_up(Fraction(area), 2), unit="平方米",
            features=tuple(str(parcels.keys[row]) for row in np.unique(shared.right[chosen])[:5].tolist()),
            message=None if each else "quality.ground_without_code",
            params={
                "survey": survey, "code": each, "name": work.book.code_lists[code_list].name(each) or "–",
                "area": _hectares(area), "share": _share(area, drawn), "features_hit": len(rows),
            },
        )  # fmt: skip
    yield from _without_parcel(work, drawn, parcels, shared)


def _without_parcel(work: Workspace, drawn: Sheet, parcels: Sheet, shared: Shared) -> Iterator[Defect]:
    """Ground that no parcel covers cannot be judged."""
    covered = np.bincount(shared.left, shared.area_m2, minlength=len(drawn))
    ground = work.ground(drawn.kind)
    bare = np.zeros(len(drawn))  # of doubles only the first is looked at
    bare[ground.rows] = ground.layer.area_m2 - covered[ground.rows]
    rows = np.flatnonzero(bare >= float(work.number(LEAST)))
    if len(rows):
        area = float(bare[rows].sum())
        yield Defect(
            drawn.kind, (parcels.kind, "no parcel"), rows[np.argsort(-bare[rows], kind="stable")].tolist(),
            answer=Answer.CANNOT_TELL, message="quality.ground_without_parcel",
            measured=round_half_up(Fraction(area), 2), unit="平方米",
            params={"survey": parcels.kind, "area": _hectares(area), "share": _share(area, drawn)},
        )  # fmt: skip
    lost = np.flatnonzero(~np.isin(np.arange(len(drawn)), drawn.usable)).tolist()
    if lost:
        yield Defect(
            drawn.kind, (parcels.kind, "no shape"), lost, answer=Answer.CANNOT_TELL,
            message="quality.not_overlaid", params={"survey": parcels.kind},
        )  # fmt: skip


def land_inside(work: Workspace, *, survey: str, code: str, wanted: str, layer: str) -> Iterator[Defect]:
    """Land of a class lies within a layer: what of it lies outside is shown to a person, as one fault.

    Raises:
        NotApplicable: there is no survey, or none of its land is of the class.
    """
    parcels, drawn = survey_of(work, survey), work.polygons(layer)
    parcels.needs(code)
    code_list = _list_of(work, parcels, code)
    member = np.isin(_codes(parcels, code), sorted(work.book.land_class(wanted, code_list)))
    if not member.any():
        raise NotApplicable("quality.nothing_to_check")
    shared = shared_ground(work, parcels.kind, drawn.kind)
    inside = np.bincount(shared.left, shared.area_m2, minlength=len(parcels))
    ground = work.ground(survey)
    outside = np.zeros(len(parcels))  # of doubles only the first is looked at
    outside[ground.rows] = np.where(member[ground.rows], ground.layer.area_m2 - inside[ground.rows], 0.0)
    lost = np.flatnonzero(member & ~np.isin(np.arange(len(parcels)), parcels.usable)).tolist()
    if lost:
        yield Defect(
            survey, (layer, "no shape"), lost, answer=Answer.CANNOT_TELL,
            message="quality.not_overlaid", params={"survey": layer},
        )  # fmt: skip
    rows = np.flatnonzero(outside >= float(work.number(LEAST)))
    if len(rows):
        area, whole = float(outside[rows].sum()), float(np.nansum(parcels.area_m2[member]))
        yield Defect(
            survey, (code, layer), rows[np.argsort(-outside[rows], kind="stable")].tolist(),
            answer=Answer.NEEDS_PERSON, measured=round_half_up(Fraction(area), 2), unit="平方米",
            params={
                "line": layer, "area": _hectares(area), "share": f"{area / whole * 100:.2f}",
                "whole": _hectares(whole),
            },
        )  # fmt: skip


def data_year(sheet: Sheet, work: Workspace, *, field: str) -> Iterator[Defect]:
    """The year of the data is the base year of the plan.

    Yields:
        One defect per other year; one for what is no year.
    """
    sheet.needs(field)
    base = page_of(work.book)["years"]["base"]
    years = amounts(sheet, field)
    yield from not_given(sheet, field, years)
    for year in np.unique(years.fine[years.known]).tolist():
        if year != base * FINE:
            rows = np.flatnonzero(years.known & (years.fine == year)).tolist()
            said = f"{year / FINE:g}"
            yield Defect(
                sheet.kind, (field, said), rows, params={"field": field, "year": said, "base": base}
            )  # fmt: skip


def as_surveyed(
    work: Workspace, *, layer: str, state: str, as_is: str, planned: str, survey: str, code: str
) -> Iterator[Defect]:
    """Ground that a plan leaves as it is has the use of its surveyed class.

    Pieces count as in `on_classes`. What the plan says of its own base class is QC1517's business.

    Args:
        state, as_is: the field that says planned or as is, and the value for as is; planned: that of the use.
        survey, code: the layer of surveyed parcels, and its field of codes.

    Yields:
        One defect per pair of codes, with the area.

    Raises:
        NotApplicable: there is no survey, or no layer where none need be, or nothing is left as it is.
    """
    drawn, parcels = parcels_of(work, layer), survey_of(work, survey)
    drawn.needs(state, planned)
    parcels.needs(code)
    stays = _codes(drawn, state) == as_is
    if not stays.any():
        raise NotApplicable("quality.nothing_to_check")
    shared = shared_ground(work, drawn.kind, parcels.kind)
    chosen = np.flatnonzero(stays[shared.left] & (shared.area_m2 >= float(work.number(LEAST))))
    left, right = shared.left[chosen], shared.right[chosen]
    pairs, number = np.unique(
        np.stack([_codes(drawn, planned)[left], _codes(parcels, code)[right]], axis=1),
        axis=0,
        return_inverse=True,
    )
    uses = _uses(work)
    for nth, (use, surveyed) in enumerate(pairs.tolist()):
        if not use:
            continue  # QC1401's business
        if any(each.startswith(use) or use.startswith(each) for each in uses.get(surveyed, ())):
            continue
        own = number.reshape(-1) == nth
        area = float(shared.area_m2[chosen][own].sum())
        yield Defect(
            layer, (survey, surveyed, planned, use), _most_first(left[own], shared.area_m2[chosen][own]),
            answer=Answer.FAIL if surveyed in uses else Answer.CANNOT_TELL,
            measured=round_half_up(Fraction(area), 2), unit="平方米",
            message=None if surveyed in uses else "quality.use_of_unknown_class",
            params={
                "survey": survey, "use": use, "surveyed": surveyed, "area": _hectares(area),
                "allowed": "、".join(sorted(uses.get(surveyed, ()))) or "–",
            },
        )  # fmt: skip


def _codes(sheet: Sheet, field: str) -> NDArray[np.str_]:
    return np.array([str(each or "").strip() for each in sheet.text(field)], np.str_)


def _uses(work: Workspace) -> Mapping[str, tuple[str, ...]]:
    """Return planned uses that a surveyed class may have as it is, in the edition of the profile."""
    rows = work.book.code_lists["dltb_dlbm_2020"].rows
    later = {
        code: [each for each in (row["yydyh"], *row["yydyh_options"].split(SEPARATOR)) if each]
        for code, row in rows.items()
    }
    if work.profile.land_use != "landuse_2020":
        return {code: tuple(uses) for code, uses in later.items()}
    moved: dict[str, list[str]] = {}
    for old, row in work.book.code_lists["landuse_2020_to_2023"].rows.items():
        moved.setdefault(row["code_2023"], []).append(old)
    return {
        code: tuple(e for use in uses for e in (use, *moved.get(use, ()))) for code, uses in later.items()
    }


def _list_of(work: Workspace, sheet: Sheet, field: str) -> str:
    spec, known = sheet.spec.fields.get(field), work.book.fields.get(field)
    found = (spec.code_list if spec else None) or (known.code_list if known else None)
    if found is None:
        raise CannotTell("quality.field_absent", layer=sheet.kind, where=sheet.source.where, field=field)
    return found


def _most_first(rows: _Ints, area: _Floats) -> list[int]:
    """Return the features, the one with most area first."""
    each, number = np.unique(rows, return_inverse=True)
    found: list[int] = each[np.argsort(-np.bincount(number, area), kind="stable")].tolist()
    return found


def _hectares(area_m2: float) -> str:
    return f"{round_half_up(convert(Fraction(area_m2), '平方米', '公顷'), 2)}"


def _share(area_m2: float, of: Sheet) -> str:
    whole = float(np.nansum(of.area_m2))
    return f"{area_m2 / whole * 100:.2f}" if whole else "–"
