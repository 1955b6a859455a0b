"""A scanned reply goes through OCR; what OCR is not sure of becomes a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.made_documents import REPLY, pdf, scan
from lantu.intake import read_document
from lantu.runs.read_approval import read_files

pytestmark = pytest.mark.slow

pytest.importorskip("rapidocr", reason="needs the optional extra: pip install 'lantu[ocr]'")
pytest.importorskip("onnxruntime", reason="needs the optional extra: pip install 'lantu[ocr]'")


def test_a_scanned_reply_is_read(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan(pdf([REPLY])))
    document = read_document(path)
    assert (document.kind, document.ocr, document.unread_pages) == ("pdf", True, ())
    ((_, readings),) = read_files([path])
    (plan,) = readings[0].plans
    assert plan.area == "大安市"
    found = {(t.indicator, str(t.value), t.unit, t.year) for t in plan.targets if t.value is not None}
    assert found == {
        ("耕地保有量", "327.40", "万亩", 2035),
        ("永久基本农田保护面积", "249.12", "万亩", 2035),
        ("生态保护红线面积", "405.23", "平方千米", 2035),
        ("用水总量", "6.07", "亿立方米", 2025),
    }


def test_a_poor_scan_never_gives_a_wrong_number_without_a_question(tmp_path: Path) -> None:
    """At 45 dpi figures are barely legible: each is right, or its line is asked about."""
    path = tmp_path / "poor.pdf"
    path.write_bytes(scan(pdf([REPLY]), dpi=45))
    ((_, readings),) = read_files([path])
    right = {"327.40", "249.12", "405.23", "6.07"}
    for reading in readings:
        asked = [q.span for q in reading.questions]
        for target in (t for plan in reading.plans for t in plan.targets if t.value is not None):
            touched = any(a < target.span[1] and target.span[0] < b for a, b in asked)
            assert str(target.value) in right or touched
