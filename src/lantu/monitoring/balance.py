"""An approved exchange (进出平衡) held against what the land did in its year."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import shapely

from lantu.core.finding import Answer
from lantu.lawbook.models import ChangeRule
from lantu.monitoring.comparison import Change, Comparison, Rows, square_metres
from lantu.monitoring.exchanges import Exchange


def judge_exchange(
    comparison: Comparison, rule: ChangeRule, exchange: Exchange, elsewhere: frozenset[str] = frozenset()
) -> tuple[Change, set[int]]:
    """Judge one record.

    It is legal where every parcel it names did what it says (farmland of OUT became other farming land
    outside basic farmland, other land of IN became farmland), no other record of the year counts the same
    parcel, at least as much net farmland came in as went out, and somebody approved it. Anything else needs
    a person. Net farmland is area × TBDLMJ ÷ TBMJ of the parcel that is farmland.

    Args:
        elsewhere: BSM of the parcels that the year's other records name.

    Returns:
        The finding, and the passages that the record accounts for.
    """
    out = _named(comparison, comparison.selected(rule), exchange.out)
    land = comparison.land(out)
    allowed = comparison.where_rule_holds(rule, land)
    forbidden = shapely.area(land) - shapely.area(allowed) >= comparison.thresholds.piece_m2
    came = comparison.became(rule.from_classes) & ~comparison.was(rule.from_classes)
    into = _named(comparison, np.flatnonzero(came), exchange.into)

    out_net = _net_farmland(comparison, out[~forbidden], earlier=True)
    in_net = _net_farmland(comparison, into, earlier=False)
    missing = sorted(
        (exchange.out - _bsm(comparison, out, exchange.out))
        | (exchange.into - _bsm(comparison, into, exchange.into))
    )
    twice = sorted((exchange.out | exchange.into) & elsewhere)
    answer, message = rule.answer, rule.message
    if missing or not exchange.out or not exchange.into:
        answer, message = Answer.NEEDS_PERSON, "monitoring.exchange_not_found"
    elif forbidden.any():
        answer, message = Answer.NEEDS_PERSON, "monitoring.exchange_in_line"
    elif twice:
        answer, message = Answer.NEEDS_PERSON, "monitoring.exchange_named_twice"
    elif not exchange.approved_by:
        answer, message = Answer.NEEDS_PERSON, "monitoring.exchange_not_approved"
    elif out_net is None or in_net is None:
        answer, message = Answer.NEEDS_PERSON, "monitoring.exchange_no_net"
    elif in_net < out_net:
        answer, message = Answer.NEEDS_PERSON, "monitoring.exchange_short"

    shapes = [*allowed[~forbidden], *comparison.land(into)]
    change = comparison.change(
        rule,
        answer,
        message,
        np.concatenate([out[~forbidden], into]),
        shapes,
        number=exchange.number,
        name=exchange.name,
        approved_by=exchange.approved_by,
        out_m2="–" if out_net is None else out_net,
        in_m2="–" if in_net is None else in_net,
        missing=", ".join(missing),
        twice=", ".join(twice),
        line=rule.outside or rule.inside or "",
    )
    named = sorted(exchange.out | exchange.into)
    return _keyed(change, exchange, named), set(out[~forbidden].tolist())


def _named(comparison: Comparison, rows: Rows, numbers: frozenset[str]) -> Rows:
    keep = [row for row in rows if comparison.from_bsm[row] in numbers or comparison.to_bsm[row] in numbers]
    return np.array(keep, np.int64)


def _bsm(comparison: Comparison, rows: Rows, numbers: frozenset[str]) -> set[str]:
    return {bsm for row in rows for bsm in (comparison.from_bsm[row], comparison.to_bsm[row])} & numbers


def _net_farmland(comparison: Comparison, rows: Rows, *, earlier: bool) -> Decimal | None:
    """Add up net farmland in m², two decimals; None where a parcel does not say its net share."""
    year, parcels = (
        (comparison.before, comparison.passage.old) if earlier else (comparison.after, comparison.passage.new)
    )
    net = comparison.passage.area_m2[rows] * year.net_share[parcels[rows]]
    return None if np.isnan(net).any() else square_metres(float(net.sum()))


def _keyed(change: Change, exchange: Exchange, named: list[str]) -> Change:
    """Name the finding by its record, and its features by the record's parcels, found or not."""
    return replace(change, key=(exchange.number or ";".join(named),), after=tuple(named))
