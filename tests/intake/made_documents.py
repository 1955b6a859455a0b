"""Makes real files for the intake tests: PDFs with a text layer, scans, Word files."""

from __future__ import annotations

import io
from collections.abc import Sequence

REPLY = (
    "甲川省人民政府关于《大安市国土空间总体规划（2021—2035年）》的批复",
    "甲政函〔2024〕47号",
    "白城市人民政府：",
    "同意《大安市国土空间总体规划（2021—2035年）》。到2035年，大安市耕地保有量不低于327.40万亩，",
    "其中永久基本农田保护面积不低于249.12万亩；生态保护红线面积不低于405.23平方千米；",
    "用水总量不超过上级下达指标，其中2025年不超过6.07亿立方米。",
    "甲川省人民政府",
    "2024年6月11日",
)


def pdf(pages: Sequence[Sequence[str]], password: str | None = None) -> bytes:
    """A PDF whose pages bear these lines as text, in reportlab's built-in Chinese font."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, encrypt=password)
    for lines in pages:
        canvas.setFont("STSong-Light", 11)
        for i, line in enumerate(lines):
            canvas.drawString(50, 780 - 24 * i, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def scan(page: bytes, blank_pages: int = 0, dpi: int = 200) -> bytes:
    """The first page of a PDF as a picture in a PDF: no text layer, as a scanner leaves it."""
    import pypdfium2
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    document = pypdfium2.PdfDocument(page)
    picture = document[0].render(scale=dpi / 72).to_pil()
    document.close()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    canvas.showPage()
    for _ in range(blank_pages):
        canvas.rect(10, 10, 5, 5)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def docx(lines: Sequence[str], table: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word file with paragraphs and, below them, a table."""
    from docx import Document

    document = Document()
    for line in lines:
        document.add_paragraph(line)
    if table:
        made = document.add_table(rows=len(table), cols=len(table[0]))
        for row, words in zip(made.rows, table, strict=True):
            for cell, word in zip(row.cells, words, strict=True):
                cell.text = word
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
