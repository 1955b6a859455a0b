"""Read approval files: bytes → text (intake) → documents (approvals)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lantu.approvals import Question, Reading, read
from lantu.core.progress import Progress, silent
from lantu.intake import Document, read_document
from lantu.lawbook import Lawbook, load, message


def read_files(
    paths: Sequence[Path], *, book: Lawbook | None = None, progress: Progress = silent
) -> list[tuple[Document, list[Reading]]]:
    """Read every reply of every file.

    Raises:
        InputError: a file is empty, unreadable, or holds no reply.
        UnavailableError: `document.no_ocr` for a scan without the OCR extra.
    """
    book = book or load()
    found = []
    for done, path in enumerate(paths):
        progress("progress.read_approval", done, len(paths))
        document = read_document(path)
        found.append((document, readings_of(document, book)))
    progress("progress.read_approval", len(paths), len(paths))
    return found


def readings_of(document: Document, book: Lawbook) -> list[Reading]:
    """Read every reply of a file that is open already.

    Raises:
        InputError: `document.empty`, `approval.no_reply`.
    """
    readings = read(document.text, document.source_name, book, unread_pages=document.unread_pages)
    if not document.ocr:
        return readings
    unsure = tuple(
        Question(
            "approval.uncertain_characters", line.text, line.span, {"page": line.page, "text": line.text}
        )
        for line in document.unsure_lines
    )
    return [replace(readings[0], questions=(*readings[0].questions, *unsure)), *readings[1:]]


def published(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """Return the published JSON form of readings."""
    return [reading.to_json(message) for reading in readings]
