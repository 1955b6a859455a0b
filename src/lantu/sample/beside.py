"""Everything beside a county's master plan: further plans, the city's share, contradictions, sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lantu.sample.beside_truth import SiteShare, contradictions_truth, site_share
from lantu.sample.city import City, CityShare
from lantu.sample.contradictions import plant
from lantu.sample.counties import YEARS
from lantu.sample.events import Events
from lantu.sample.further_plans import further_plans, layers_of
from lantu.sample.ground import Ground
from lantu.sample.held import LAND, OUTLINE, Held
from lantu.sample.layers import SampleLayer
from lantu.sample.sites import Site, sites_of
from lantu.sample.zones import KIND, Zones

_SOURCE = 5
"""Tells the random source of what is drawn here from the county's own: nothing there may move."""


@dataclass(frozen=True)
class Beside:
    """What stands beside one county's master plan.

    Attributes:
        layers: to be delivered and registered.
        city: the county's share of the city's lines.
        truth: its planted contradictions and slivers.
        sites: the county's own; `shares` what each of them, and then each of the shared ones, lies in here.
    """

    layers: list[SampleLayer]
    city: CityShare
    truth: dict[str, list[dict[str, Any]]]
    sites: list[Site]
    shares: list[SiteShare]


def beside(events: Events, layers: Sequence[SampleLayer], seed: int, shared: Sequence[Site]) -> Beside:
    """Draw it.

    Args:
        layers: all layers of the county, the package's too.
        shared: sites that touch more than one county.
    """
    county, book = events.m.county, events.book
    rng = np.random.default_rng([seed, int(county.code), _SOURCE])
    by_kind = {layer.kind: layer for layer in layers if layer.year in (None, YEARS[-1])}
    ground = Ground(events, layers, rng)
    plans, city, zones = further_plans(ground), City(county, layers), Zones(by_kind[KIND], county.epsg)
    planted = plant(ground, plans, city, zones)
    new = [zones.layer(), *layers_of(ground, plans)]
    by_kind |= {layer.kind: layer for layer in new}
    looked_at = [
        layer for kind, layer in by_kind.items()
        if (known := book.layer_kinds[kind]).control or known.reviewed or kind in (LAND, OUTLINE)
    ]  # fmt: skip
    held, share = Held(looked_at, county.epsg, book), city.share()
    sites = sites_of(ground, plans)
    return Beside(
        new, share, contradictions_truth(planted, by_kind, share, held, county.code, county.epsg),
        sites, [site_share(each, held) for each in (*sites, *shared)],
    )  # fmt: skip
