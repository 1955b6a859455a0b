"""PDF → text: the text layer where there is one, OCR (an optional extra) where there is none."""

from __future__ import annotations

import io
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from lantu.core.digest import digest_bytes
from lantu.core.errors import InputError, UnavailableError
from lantu.intake.document import Document, UnsureLine, plain

_SURE = 0.90
_SCALE = 200 / 72  # 200 dpi: small print of a reply is legible, a page stays under 6 million pixels


def read_pdf(data: bytes, name: str) -> Document:
    """Read a PDF's pages; pages without a text layer go through OCR, or are listed as unread.

    Raises:
        InputError: `document.broken`, `document.encrypted`, `document.empty`.
        UnavailableError: `document.no_ocr` where no page has text and OCR is not installed.
    """
    texts = _text_layer(data, name)
    blank = [i for i, text in enumerate(texts) if not text.strip()]
    unsure: dict[int, list[str]] = {}
    recognised = False
    if blank and (engine := _engine()):
        for i in blank:
            texts[i], unsure[i] = _recognise(engine, data, i)
            recognised = recognised or bool(texts[i].strip())
        blank = [i for i in blank if not texts[i].strip()]
    elif len(blank) == len(texts):
        raise UnavailableError("document.no_ocr", where=name)
    if len(blank) == len(texts):
        raise InputError("document.empty", where=name)
    return _assemble(texts, name, data, recognised, blank, unsure)


def _text_layer(data: bytes, name: str) -> list[str]:
    try:
        with pdfplumber.open(io.BytesIO(data)) as opened:
            return [plain(page.extract_text() or "") for page in opened.pages]
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise InputError("document.encrypted", where=name) from None
        raise InputError(
            "document.broken", where=name, why=type(error.args[0] if error.args else error).__name__
        ) from None
    except Exception as error:  # pdfminer raises many kinds on damaged files
        raise InputError("document.broken", where=name, why=type(error).__name__) from None


def _assemble(
    texts: list[str], name: str, data: bytes, ocr: bool, blank: list[int], unsure: dict[int, list[str]]
) -> Document:
    text, pages, lines = "", list[tuple[int, int]](), list[UnsureLine]()
    for i, page in enumerate(texts):
        start = len(text)
        text += page + "\n\f\n"
        pages.append((start, start + len(page)))
        for line in unsure.get(i, ()):
            at = text.find(line, start)
            lines.append(UnsureLine(line, i + 1, (at, at + len(line))))
    unread = tuple(i + 1 for i in blank)
    return Document(text, tuple(pages), name, digest_bytes(data), "pdf", ocr, unread, tuple(lines), data)


def _engine() -> Any | None:
    try:
        from rapidocr import RapidOCR
    except ImportError:
        return None
    return RapidOCR()


def _recognise(engine: Any, data: bytes, page: int) -> tuple[str, list[str]]:
    """Recognise one page: its lines from top to bottom, and those OCR is not sure of."""
    import pypdfium2

    opened = pypdfium2.PdfDocument(data)
    try:
        picture = opened[page].render(scale=_SCALE).to_numpy()
    finally:
        opened.close()
    found = engine(picture)
    if found.txts is None:
        return "", []
    rows = sorted(
        zip(found.boxes, found.txts, found.scores, strict=True),
        key=lambda row: (row[0][:, 1].min(), row[0][:, 0].min()),
    )
    lines = [str(text) for _, text, _ in rows]
    return "\n".join(lines), [str(text) for _, text, score in rows if score < _SURE]
