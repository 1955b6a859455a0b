"""Plans of five levels and three kinds, their versions, and the targets an approval binds them to."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lantu.core.digest import digest_json, short
from lantu.core.finding import Clause


class PlanLevel(StrEnum):
    """五级. A regional plan 区域规划 spans areas of one level and stands beside the five."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    REGION = "region"


class PlanKind(StrEnum):
    """三类: 总体规划, 详细规划, 专项规划."""

    MASTER = "master"
    DETAILED = "detailed"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Target:
    """One limit that binds a plan.

    Attributes:
        indicator: name as the approval writes it; `indicator_id` is the lawbook's, None where it has none.
        op: >=, <= or =; None where the approval only refers to another authority's figure.
        value: with the figure's own zeros, in `unit`; None as for `op`.
        year: the year it is judged at, None where the approval names none.
        of: the indicator it is a part of.
        note: a baseline, or what a missing value refers to.
        clause: the sentence behind it.
    """

    indicator: str
    indicator_id: str | None
    op: str | None
    value: Decimal | None
    unit: str | None
    year: int | None
    of: str | None
    note: str | None
    clause: Clause

    def content(self) -> dict[str, Any]:
        """Return what makes this target this target: the limit and the words that set it.

        Blanks and line ends are left out, and so are offsets: the same reply as .txt and as .pdf is
        the same reply.
        """
        words = "".join(unicodedata.normalize("NFKC", self.clause.text).split())
        return {
            "indicator": self.indicator, "op": self.op, "value": self.value, "unit": self.unit,
            "year": self.year, "of": self.of, "note": self.note, "clause": words,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Approval:
    """The reply that approves a plan. `source` is the digest of its file, `document_number` its 文号."""

    title: str | None
    issuer: str | None
    document_number: str | None
    date: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A place in the tree: which area, which kind; it has versions, and never changes itself.

    Attributes:
        id: `220882-master`; a detailed or special plan adds a digest of its title, since an area has many.
        parent: id of the plan it has to obey, None where none is registered.
    """

    id: str
    area_code: str
    area_name: str
    level: PlanLevel
    kind: PlanKind
    title: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A plan as approved once. Its name is the digest of its content.

    Attributes:
        period: first and last year, None where the approval does not say.
        layers: layer kind → digest of the layer it was approved with.
    """

    area_code: str
    area_name: str
    title: str
    level: PlanLevel
    kind: PlanKind
    period: tuple[int, int] | None
    targets: tuple[Target, ...]
    approval: Approval
    layers: Mapping[str, str] = field(default_factory=dict)

    @property
    def plan_id(self) -> str:
        return plan_id(self.area_code, self.kind, self.title)

    @property
    def digest(self) -> str:
        """Return the version's name, `sha256:…`."""
        return digest_json(
            {
                "area_code": self.area_code,
                "title": _one_form(self.title),
                "level": self.level.value,
                "kind": self.kind.value,
                "period": list(self.period) if self.period else None,
                "targets": [target.content() for target in self.targets],
                "document_number": self.approval.document_number,
                "layers": dict(self.layers),
            }
        )


def plan_id(area_code: str, kind: PlanKind, title: str) -> str:
    """Return a plan's place in the registry. An area has one master plan, but many of the other kinds."""
    if kind is PlanKind.MASTER:
        return f"{area_code}-{kind.value}"
    return f"{area_code}-{kind.value}-{short(digest_json(_one_form(title)), 8)}"


def _one_form(title: str) -> str:
    """Let full-width brackets and long dashes make no difference."""
    return "".join(unicodedata.normalize("NFKC", title).replace("—", "-").replace("–", "-").split())
