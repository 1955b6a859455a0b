"""Four answers and the finding that carries one; the error tree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core import errors
from lantu.core.errors import InputError, LantuError
from lantu.core.finding import Answer, Clause, Finding, worst

FAIL, CANNOT, PERSON, PASS = Answer.FAIL, Answer.CANNOT_TELL, Answer.NEEDS_PERSON, Answer.PASS
ORDER = [FAIL, CANNOT, PERSON, PASS]


def test_there_are_four() -> None:
    assert {each.value for each in Answer} == {"pass", "fail", "needs_person", "cannot_tell"}


def test_of_nothing_one_cannot_tell() -> None:
    assert worst([]) is CANNOT
    assert worst(iter([])) is CANNOT


@given(st.lists(st.sampled_from(ORDER), min_size=1))
def test_the_whole_is_as_bad_as_its_worst_part(answers: list[Answer]) -> None:
    assert worst(answers) is ORDER[min(ORDER.index(each) for each in answers)]
    assert (worst(answers) is PASS) == all(each is PASS for each in answers)


def finding(**changes: object) -> Finding:
    facts = {"rule": "MON01", "subject": ("220882", "2023", "17"), "answer": FAIL, "message": "m.x"} | changes
    return Finding(**facts)  # type: ignore[arg-type]


def test_a_rerun_knows_its_findings_again() -> None:
    """The identity is rule and subject: figures, answer, inputs and words may change from run to run."""
    first = finding()
    assert first.id == finding(answer=PASS, measured=Decimal("1.5"), message="m.y", inputs={"a": "b"}).id
    assert first.id == finding(clause=Clause("吉政函〔2024〕47号", "…")).id
    assert first.id != finding(rule="MON02").id
    assert first.id != finding(subject=("220882", "2023", "18")).id
    assert first.id != finding(subject=("220882", "202317")).id


def test_the_identity_outlives_releases() -> None:
    """Ledgers cite it: the head of `printf '["MON01",["220882","2023","17"]]' | sha256sum`."""
    assert finding().id == "3627cbbcf705c829"


def test_parts_of_a_subject_do_not_run_together() -> None:
    assert finding(subject=("a", "bc")).id != finding(subject=("ab", "c")).id


def test_a_finding_does_not_change() -> None:
    with pytest.raises(AttributeError):
        finding().answer = PASS  # type: ignore[misc]


def test_errors_carry_their_code_and_parameters() -> None:
    error = InputError("crs.missing", where="a.gpkg:DLTB")
    assert (error.code, error.params) == ("crs.missing", {"where": "a.gpkg:DLTB"})
    assert str(error) == "crs.missing(where=a.gpkg:DLTB)"
    assert str(InputError("x.y")) == "x.y()"


def test_a_parameter_may_be_called_code() -> None:
    assert InputError("x.y", code="220882").params == {"code": "220882"}


def test_every_error_is_one_of_ours() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert len(kinds) == 9
    assert all(issubclass(each, LantuError) for each in kinds)
