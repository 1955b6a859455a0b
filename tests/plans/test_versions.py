"""A version's name is its content: what must change it, what must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lantu.core.finding import Clause
from lantu.plans import Approval, PlanKind, PlanLevel, PlanVersion, Target

_CLAUSE = Clause("吉政函〔2024〕47号", "大安市耕地保有量不低于327.40万亩", (10, 30), "sha256:" + "1" * 64)
_TARGET = Target(
    "耕地保有量", "farmland_retained", ">=", Decimal("327.40"), "万亩", 2035, None, None, _CLAUSE
)
_VERSION = PlanVersion(
    "220882", "大安市", "大安市国土空间总体规划（2021—2035年）",
    PlanLevel.COUNTY, PlanKind.MASTER, (2021, 2035),
    (_TARGET,),
    Approval("批复", "吉林省人民政府", "吉政函〔2024〕47号", date(2024, 6, 11), "sha256:" + "1" * 64),
)  # fmt: skip


def with_target(**changes: object) -> PlanVersion:
    return replace(_VERSION, targets=(replace(_TARGET, **changes),))  # type: ignore[arg-type]


def test_what_is_approved_names_the_version() -> None:
    others = [
        with_target(value=Decimal("327.4")),  # the figure's own zeros are part of it
        with_target(value=Decimal("327.41")),
        with_target(op="<="),
        with_target(unit="公顷"),
        with_target(year=2030),
        with_target(note="以2020年为基数"),
        with_target(of="x"),
        with_target(clause=replace(_CLAUSE, text="大安市耕地保有量不得低于327.40万亩")),
        replace(_VERSION, targets=()),
        replace(_VERSION, period=(2021, 2030)),
        replace(_VERSION, period=None),
        replace(_VERSION, area_code="220881"),
        replace(_VERSION, title="别的规划"),
        replace(_VERSION, layers={"STBHHX": "sha256:" + "2" * 64}),
        replace(_VERSION, approval=replace(_VERSION.approval, document_number="吉政函〔2025〕1号")),
    ]
    digests = {_VERSION.digest, *(other.digest for other in others)}
    assert len(digests) == len(others) + 1


@given(st.lists(st.sampled_from([" ", "\n", "\u3000", "\t"]), max_size=8), st.integers(0, 10_000))
def test_the_same_reply_in_another_file_is_the_same_version(blanks: list[str], shift: int) -> None:
    """A PDF breaks lines and counts offsets otherwise than the .txt of the same reply."""
    text = _CLAUSE.text
    for place, blank in enumerate(blanks):
        text = text[: place + 1] + blank + text[place + 1 :]
    clause = replace(_CLAUSE, text=text, span=(shift, shift + 20), source="sha256:" + "3" * 64)
    other = replace(with_target(clause=clause), title="大安市国土空间总体规划(2021-2035年)")
    assert other.digest == _VERSION.digest


def test_the_lawbooks_own_id_is_not_part_of_the_name() -> None:
    """A lawbook that learns a name later must not make a new version of an old plan."""
    assert with_target(indicator_id=None).digest == _VERSION.digest


def test_the_form_of_the_name_is_fixed() -> None:
    assert _VERSION.digest == "sha256:67b45c58c5f7815a519d1c884e6a05a1d1122dacb014fb2d854da491be13bdc5"
    assert _VERSION.plan_id == "220882-master"
