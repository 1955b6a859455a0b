"""Files as they come: text in four encodings, PDF, Word; what cannot be read is one clear error."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from intake.made_documents import REPLY, docx, pdf, scan
from lantu.core.errors import InputError, UnavailableError
from lantu.intake import pdf as intake_pdf
from lantu.intake import read_document
from lantu.runs.read_approval import published, read_files

_TEXT = "\n".join(REPLY)
_VALUES = {
    ("耕地保有量", 327.4, "万亩", 2035),
    ("永久基本农田保护面积", 249.12, "万亩", 2035),
    ("生态保护红线面积", 405.23, "平方千米", 2035),
    ("用水总量", None, None, 2035),
    ("用水总量", 6.07, "亿立方米", 2025),
}  # fmt: skip


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def values(path: Path) -> set[tuple]:
    ((document, readings),) = read_files([path])
    (found,) = published(readings)
    (plan,) = found["plans"]
    assert all(document.text[slice(*t["span"])] for t in plan["targets"])
    return {(t["indicator"], t["value"], t["unit"], t["year"]) for t in plan["targets"]}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le-bom", "utf-16-be-bom"]
)
def test_text_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    data = {
        "utf-16-le-bom": b"\xff\xfe" + _TEXT.encode("utf-16-le"),
        "utf-16-be-bom": b"\xfe\xff" + _TEXT.encode("utf-16-be"),
    }.get(encoding) or _TEXT.encode(encoding)
    path = write(tmp_path, "reply.txt", data)
    document = read_document(path)
    assert (document.kind, document.text, document.ocr) == ("txt", _TEXT, False)
    assert values(path) == _VALUES


def test_line_ends_become_one_kind(tmp_path: Path) -> None:
    assert read_document(write(tmp_path, "a.txt", "甲\r\n乙\r丙".encode())).text == "甲\n乙\n丙"


def test_what_it_is_its_bytes_say(tmp_path: Path) -> None:
    assert read_document(write(tmp_path, "reply.txt", pdf([REPLY]))).kind == "pdf"


def test_a_pdf_with_a_text_layer(tmp_path: Path) -> None:
    path = write(tmp_path, "reply.pdf", pdf([REPLY[:5], REPLY[5:]]))
    document = read_document(path)
    assert (document.kind, document.ocr, document.unread_pages, len(document.pages)) == ("pdf", False, (), 2)
    assert document.text[slice(*document.pages[1])].startswith("用水总量")
    assert values(path) == _VALUES


def test_a_word_file(tmp_path: Path) -> None:
    assert values(write(tmp_path, "reply.docx", docx(REPLY))) == _VALUES


def test_a_table_in_a_word_file(tmp_path: Path) -> None:
    table = [
        ("指标名称", "要求", "数值", "单位"),
        ("耕地保有量", "不低于", "327.40", "万亩"),
        ("生态保护红线面积", "不低于", "405.23", "平方千米"),
    ]
    path = write(tmp_path, "reply.docx", docx([*REPLY[:3], "同意该规划，指标见表。"], table))
    assert values(path) == {
        ("耕地保有量", 327.4, "万亩", 2035),
        ("生态保护红线面积", 405.23, "平方千米", 2035),
    }


def _cut_zip(data: bytes) -> bytes:
    """A zip that opens but holds no document."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != "word/document.xml":
                new.writestr(entry, old.read(entry))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("empty.pdf", lambda: b"", "document.empty"),
        ("blank.txt", lambda: "\ufeff \n".encode(), "document.empty"),
        ("junk.pdf", lambda: bytes(range(1, 256)) * 30, "document.not_text"),
        ("half.gb", lambda: "批复".encode("gb18030") + b"\xff\xff\x80" * 9, "document.not_text"),
        ("old.doc", lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "document.old_word"),
        ("locked.pdf", lambda: pdf([REPLY], password="geheim"), "document.encrypted"),
        ("cut.pdf", lambda: pdf([REPLY])[:700], "document.broken"),
        ("head.pdf", lambda: b"%PDF-1.7\n", "document.broken"),
        ("cut.docx", lambda: docx(REPLY)[:4000], "document.broken"),
        ("hollow.docx", lambda: _cut_zip(docx(REPLY)), "document.broken"),
        ("blank.docx", lambda: docx(["", " "]), "document.empty"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, make, code: str) -> None:
    with pytest.raises(InputError) as error:
        read_document(write(tmp_path, name, make()))
    assert error.value.code == code
    assert error.value.params["where"] == name


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"document\.missing"):
        read_document(tmp_path / "none.txt")
    with pytest.raises(InputError, match=r"document\.folder"):
        read_document(tmp_path)


def test_a_scan_without_ocr_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_pdf, "_engine", lambda: None)
    with pytest.raises(UnavailableError) as error:
        read_document(write(tmp_path, "scan.pdf", scan(pdf([REPLY]), dpi=60)))
    assert error.value.code == "document.no_ocr"


def test_a_blank_page_among_others_is_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_pdf, "_engine", lambda: None)
    ((_, readings),) = read_files([write(tmp_path, "reply.pdf", pdf([REPLY[:5], [], REPLY[5:]]))])
    pages = [q.params["page"] for r in readings for q in r.questions if q.code == "approval.unread_page"]
    assert pages == [2]
