"""`lantu transmit` on the sample: what is planted between plans is all found, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from lantu.runs.transmit import check
from lantu.sample.counties import COUNTIES
from lantu.store import Home

pytestmark = pytest.mark.slow

RED, BASIC, GREEN, ZONES = "STBHHX", "YJJBNT", "ZXCQCSLVX", "GHFQ"
CITY = "220800"


def planted(sample: Any, county: str, lower: str, upper: str, area: str) -> list[float]:
    """Return the areas of what was planted between two kinds of layer, the second of them of `area`."""
    return sorted(
        float(each["area_m2"])
        for each in sample.contradictions["contradictions"]
        for kinds in [{(side["area_code"], side["kind"]) for side in each["sides"]}]
        if each["county"] == county and {(county, lower), (area, upper)} <= kinds
    )


@pytest.mark.parametrize("county", [each.code for each in COUNTIES])
def test_what_is_planted_between_plans_is_found_and_nothing_else(
    sample: Any, home: Home, county: str
) -> None:
    judged = {each.rule.id: each.patches for each in check(home, county).ground.judged if each.patches}
    # Substations and pumps stand on open land, where no detailed plan has a plot for them.
    assert {patch.what for patch in judged.pop("facilities", ())} <= {"condition"}
    found: dict[str, list[Any]] = {
        clause: sorted(round(patch.area_m2, 2) for patch in patches) for clause, patches in judged.items()
    }
    plots = (
        planted(sample, county, "DETAILED_PLOT", BASIC, county),
        planted(sample, county, "DETAILED_PLOT", ZONES, county),
    )
    corridor = planted(sample, county, "DETAILED_PLOT", "SPECIAL_SITE", county)
    # Plots outside the boundary: on farmland, in the ecological zone, in a corridor.
    beyond = sorted([*plots[0], *plots[1], *corridor])
    green = planted(sample, county, "DETAILED_PLOT", GREEN, county)
    expected = {
        "red_line": planted(sample, county, RED, RED, CITY),
        "zone_use": beyond,
        "planned_use": sorted([*beyond, *green]),
        "plots_red_line": plots[1],
        "plots_basic_farmland": plots[0],
        "plots_boundary": beyond,
        "plots_green": green,
        "corridors": corridor,
        "special_red_line": planted(sample, county, "SPECIAL_SITE", RED, county),
    }
    expected = {clause: areas for clause, areas in expected.items() if areas}
    assert found.keys() == expected.keys()
    for clause, areas in expected.items():
        assert found[clause] == pytest.approx(areas, abs=0.05), clause
