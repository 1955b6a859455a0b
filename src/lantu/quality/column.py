"""A column by its distinct values: what is judged once per value is not judged once per row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

NULL_WORDS = ("NULL", "<NULL>", "(NULL)", "NONE", "NAN", "<NAN>", "N/A", "<空>", "(空)", "\\N")
"""What programs write for null where they write text; case does not matter."""

_Bools = NDArray[np.bool_]
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """The values of a column as text.

    Attributes:
        said: (values,) distinct texts, in no order; a whole number has no decimals.
        number: (rows,) place of each row's value in `said`, -1 where null or NaN.
    """

    said: pa.StringArray
    number: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.number)

    @cached_property
    def texts(self) -> NDArray[np.object_]:
        """(values,) the distinct texts."""
        return np.asarray(self.said.to_numpy(zero_copy_only=False), object)

    @cached_property
    def blank(self) -> _Bools:
        """(values,) which texts are nothing but white space."""
        return _bools(pc.equal(pc.utf8_trim_whitespace(self.said), ""))

    @cached_property
    def null_word(self) -> _Bools:
        """(values,) which texts are a word for null."""
        plain = pc.utf8_upper(pc.utf8_trim_whitespace(self.said))
        return _bools(pc.is_in(plain, value_set=pa.array(NULL_WORDS)))

    @cached_property
    def meant(self) -> _Bools:
        """(values,) which texts say something: neither blank nor a word for null."""
        return ~(self.blank | self.null_word)

    @property
    def null(self) -> _Bools:
        """(rows,) where there is no value."""
        return self.number < 0

    @cached_property
    def times(self) -> _Ints:
        """(values,) how many rows have each."""
        return np.bincount(self.number[self.number >= 0], minlength=len(self.said))

    def matches(self, pattern: str) -> _Bools:
        """Return which values have a match of a pattern (RE2) in them."""
        return _bools(pc.match_substring_regex(self.said, pattern))

    def among(self, values: list[str]) -> _Bools:
        """Return which values are in a list."""
        return _bools(pc.is_in(self.said, value_set=pa.array(values, pa.string())))

    def spread(self, of_values: _Bools) -> _Bools:
        """Return which rows have one of some values."""
        return np.append(of_values, False)[self.number]

    def rows(self, of_values: _Bools) -> list[int]:
        """Return the rows that have one of some values."""
        found: list[int] = np.flatnonzero(self.spread(of_values)).tolist()
        return found

    def each(self, of_values: _Bools) -> Iterator[tuple[str, list[int]]]:
        """Yield some values with their rows, in the order of the texts."""
        found = [(self.texts[nth], rows) for nth, rows in _grouped(self.number, of_values)]
        yield from sorted(found, key=lambda each: each[0])

    def labelled(self, labels: Mapping[int, str]) -> dict[str, list[int]]:
        """Return the rows of some values by a label that several values may share, in the labels' order.

        Args:
            labels: place of a value in `said` → its label.
        """
        of = {label: nth for nth, label in enumerate(sorted(set(labels.values())))}
        number = np.full(len(self.said) + 1, -1, np.int32)
        for nth, label in labels.items():
            number[nth] = of[label]
        found = dict(_grouped(number[self.number], np.ones(len(of), np.bool_)))
        return {label: found[nth] for label, nth in of.items() if nth in found}

    def few(self, of_values: _Bools, most: int = 3) -> str:
        """Return some values as a sentence names them: the first ones in the order of the texts."""
        chosen = sorted(self.texts[of_values].tolist())
        return "、".join(f"“{each}”" for each in chosen[:most]) + (" …" if len(chosen) > most else "")

    def characters(self, of_values: _Bools, pattern: str) -> list[str]:
        """Return which of a class of characters (RE2) some values have in them, in order."""
        every = pa.array(sorted(set("".join(self.texts[of_values]))), pa.string())
        found: list[str] = every.filter(pc.match_substring_regex(every, pattern)).to_pylist()
        return found

    def per_row(self) -> NDArray[np.object_]:
        """Return the text of every row, None where there is none."""
        said: NDArray[np.object_] = np.append(self.texts, np.array([None], object))
        return said[self.number]

    def arrow(self) -> pa.DictionaryArray:
        """Return the rows' values; null also where a text says nothing."""
        silent = self.null | self.spread(~self.meant)
        return pa.DictionaryArray.from_arrays(pa.array(self.number, mask=silent), self.said)


@dataclass(frozen=True)
class Pairs:
    """What two columns say together, in rows where both say something.

    Attributes:
        first, second: (pairs,) the distinct pairs.
        number: (rows,) place of each row's pair, -1 where it has none.
    """

    first: NDArray[np.object_]
    second: NDArray[np.object_]
    number: NDArray[np.int32]

    def all(self) -> list[tuple[int, str, str]]:
        """Return the pairs with their places, in the order of the texts."""
        found = zip(range(len(self.first)), self.first.tolist(), self.second.tolist(), strict=True)
        return sorted(found, key=lambda each: each[1:])

    def rows(self, chosen: Sequence[int]) -> dict[int, list[int]]:
        """Return the rows of some pairs, by place."""
        of_pairs = np.zeros(len(self.first), np.bool_)
        of_pairs[list(chosen)] = True
        return dict(_grouped(self.number, of_pairs))


def pairs_of(first: Column, second: Column) -> Pairs:
    """Return the pairs that two columns of a sheet make."""
    both = np.flatnonzero(first.spread(first.meant) & second.spread(second.meant))
    width = max(len(second.said), 1)
    key = first.number[both].astype(np.int64) * width + second.number[both]
    pair, number = np.unique(key, return_inverse=True)
    found = np.full(len(first), -1, np.int32)
    found[both] = number
    return Pairs(first.texts[pair // width], second.texts[pair % width], found)


def _grouped(number: NDArray[np.int32], chosen: _Bools) -> Iterator[tuple[int, list[int]]]:
    """Yield each chosen value with its rows."""
    rows = np.flatnonzero(np.append(chosen, False)[number])
    rows = rows[np.argsort(number[rows], kind="stable")]
    value, start = np.unique(number[rows], return_index=True)
    for nth, own in zip(value.tolist(), np.split(rows, start[1:]), strict=False):
        yield nth, own.tolist()


def column_of(values: pa.ChunkedArray, order: _Ints) -> Column:
    """Take a column of any type as text.

    Args:
        order: rows of the file, as they are wanted.
    """
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    coded = values.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.unify_dictionaries().combine_chunks()
    number = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    said = coded.dictionary
    if pa.types.is_floating(said.type):
        figures = said.to_numpy(zero_copy_only=False)
        lost = np.append(np.isnan(figures), False)[number]
        number[lost] = -1
        said = pa.array([f"{each:.15g}" for each in figures], pa.string()).dictionary_encode()
        number = np.append(said.indices.to_numpy(), -1)[number].astype(np.int32)
        said = said.dictionary
    elif not pa.types.is_string(said.type):
        said = said.cast(pa.string())
    return Column(said, number[order])


def _bools(found: pa.Array) -> _Bools:
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)
