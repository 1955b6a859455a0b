"""Whatever somebody types into a page: it loads, or one LawbookError says where. Nothing else."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantu.core.errors import LawbookError
from lantu.lawbook import load

ODD = [
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    "&a ",
    "*a",
    "? ",
    "!",
    "#",
    "'",
    '"',
    "\t",
    "\n",
    "0",
    "0101",
    ".inf",
    ".nan",
]
ODD += [
    "null",
    "~",
    "2024-13-45",
    "1e999",
    "0x1F",
    "\x00",
    "\ud7ff",
    "，",
    ",",
    "<<: ",
    "%",
    "---\n",
    "{a}",
    "{{",
]


def load_with(pages: dict[str, str], name: str, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        for page, text in (pages | {name: ""}).items():
            file = Path(folder, page)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if page == name else text.encode())
        try:
            load(Path(folder))
        except LawbookError as error:
            assert error.params["file"] in pages | {name: ""}
            assert error.params["line"] >= 1


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_page_with_something_odd_typed_into_it(pages, data):
    name = data.draw(st.sampled_from(sorted(pages)))
    text = pages[name]
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 6))
    put = data.draw(st.one_of(st.sampled_from(ODD), st.text(max_size=3)))
    load_with(pages, name, (text[:at] + put + text[at + cut :]).encode(errors="replace"))


@pytest.mark.parametrize(
    "text",
    [
        "? [a, b]\n: c\n",
        "a: &x\n  b: *x\n",
        "&x [*x]\n",
        "- 1\n- 2\n",
        "just words\n",
        "a: .nan\nb: .inf\n",
        "a: 1\n---\nb: 2\n",
        "%YAML 9.9\n---\na: 1\n",
        "a: *nobody\n",
        "{" * 3000,
        "id: " + "9" * 5000 + "\n",
        "verified: !!python/object:os.system x\n",
    ],
)
def test_odd_yaml(pages, text):
    load_with(pages, "sources/law.yaml", text.encode())
    load_with(pages, "messages/more.yaml", text.encode())
