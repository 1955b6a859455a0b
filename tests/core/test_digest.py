"""Digests: one value, one byte form."""

from __future__ import annotations

import hashlib
import io
from decimal import Decimal
from pathlib import PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.core.digest import canonical_json, digest_bytes, digest_json, digest_stream, short
from lantu.core.finding import Answer

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def test_the_digest_of_nothing() -> None:
    assert digest_bytes(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.binary(max_size=5000))
def test_a_stream_is_its_bytes(data: bytes) -> None:
    assert (
        digest_stream(io.BytesIO(data)) == digest_bytes(data) == "sha256:" + hashlib.sha256(data).hexdigest()
    )


def test_a_stream_longer_than_one_block() -> None:
    data = b"x" * (3 * (1 << 20) + 7)
    assert digest_stream(io.BytesIO(data)) == digest_bytes(data)


def test_canonical_json() -> None:
    value = {"b": [1, None, True], "a": "耕地", "c": (Decimal("327.40"), PurePosixPath("x/y"), Answer.PASS)}
    assert canonical_json(value).decode() == '{"a":"耕地","b":[1,null,true],"c":["327.40","x/y","pass"]}'


@given(VALUES)
def test_order_of_keys_does_not_count(value: object) -> None:
    def turned(each: object) -> object:
        if isinstance(each, dict):
            return {k: turned(v) for k, v in reversed(each.items())}
        return [turned(v) for v in each] if isinstance(each, list) else each

    assert digest_json(turned(value)) == digest_json(value)


def test_zeros_count_and_notation_does_not() -> None:
    assert digest_json(Decimal("327.40")) != digest_json(Decimal("327.4"))
    assert digest_json(Decimal("1E+2")) == digest_json(Decimal("100"))
    assert canonical_json(Decimal("0.00000012")) == b'"0.00000012"'


def test_text_is_kept_as_it_is() -> None:
    assert digest_json("㎡") != digest_json("m2")
    assert digest_json("1") != digest_json(1)
    assert digest_json(True) != digest_json(1)


@pytest.mark.parametrize(
    "value",
    [
        0.1,
        [1.0],
        {"a": np.float64(1)},
        np.int64(1),
        {1, 2},
        b"x",
        object(),
        Decimal("NaN"),
        Decimal("-Infinity"),
    ],
)
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="not digestible"):
        digest_json(value)


def test_keys_that_read_the_same_are_refused() -> None:
    with pytest.raises(TypeError, match="two keys"):
        digest_json({1: "a", "1": "b"})
    assert digest_json({2020: "a"}) == digest_json({"2020": "a"})


def test_short_names() -> None:
    assert short(digest_bytes(b"")) == "e3b0c44298fc"
    assert short(digest_bytes(b""), 4) == "e3b0"
