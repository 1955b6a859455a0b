"""Approval files → text. The text stays as the file gave it, so that spans point at what a person sees."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from lantu.core.digest import digest_bytes
from lantu.core.errors import InputError
from lantu.intake.bytes_of import read_bytes

Span = tuple[int, int]

_ENCODINGS = ("utf-8-sig", "utf-8", "gb18030")
_LARGEST_UNZIPPED = 400 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class UnsureLine:
    """A line that OCR is not sure of."""

    text: str
    page: int
    span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """A document as text.

    Attributes:
        text: with line ends as \\n; all spans count code points in it.
        pages: [start, end) of each page in `text`; one page for a .txt or .docx.
        kind: txt, pdf or docx.
        ocr: whether the text was recognised from pictures.
        unread_pages: pages (from 1) of which no text could be had.
        unsure_lines: what OCR was not sure of.
        data: the file's own bytes, kept as evidence.
    """

    text: str
    pages: tuple[Span, ...]
    source_name: str
    source_digest: str
    kind: str
    ocr: bool
    unread_pages: tuple[int, ...]
    unsure_lines: tuple[UnsureLine, ...]
    data: bytes


def read_document(path: Path) -> Document:
    """Read a .txt, .pdf or .docx; what it is, its bytes decide, not its name.

    Raises:
        InputError: `document.missing`, `.empty`, `.not_text`, `.broken`, `.encrypted`, `.old_word`.
        UnavailableError: `document.no_ocr` for a scan without the OCR extra.
    """
    data = read_bytes(path)
    name = path.name
    if not data.strip():
        raise InputError("document.empty", where=name)
    if data.startswith(b"%PDF") or b"%PDF-" in data[:1024]:
        from lantu.intake.pdf import read_pdf

        return read_pdf(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("document.old_word", where=name)
    if data.startswith(b"PK\x03\x04"):
        return _docx(data, name)
    text = _decode(data, name)
    if not text.strip():
        raise InputError("document.empty", where=name)
    return Document(text, ((0, len(text)),), name, digest_bytes(data), "txt", False, (), (), data)


def plain(text: str) -> str:
    """Bring line ends to \\n and drop what is no character of the text (byte-order mark, NUL)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").replace("\x00", "")


def _decode(data: bytes, name: str) -> str:
    """Decode strictly: UTF-16 by its mark, UTF-8, else GB18030. Half-readable text is refused."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = sum(1 for c in text[:20000] if c < " " and c not in "\n\r\t\f\x0b")
        if odd <= len(text[:20000]) // 100:
            return plain(text)
    raise InputError("document.not_text", where=name)


def _docx(data: bytes, name: str) -> Document:
    import docx
    from docx.table import Table

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_UNZIPPED:
                raise InputError("document.too_large", where=name)
        opened = docx.Document(io.BytesIO(data))
    except InputError:
        raise
    except Exception as error:  # python-docx raises whatever its parts raise
        raise InputError("document.broken", where=name, why=type(error).__name__) from None
    lines: list[str] = []
    for block in opened.iter_inner_content():
        if isinstance(block, Table):
            lines += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    text = plain("\n".join(lines))
    if not text.strip():
        raise InputError("document.empty", where=name)
    return Document(text, ((0, len(text)),), name, digest_bytes(data), "docx", False, (), (), data)
