"""The opinion as a DOCX for Word and WPS: headings, tables whose head repeats, maps, blank signatures."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC
from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from lantu.runs.opinion.model import Issue, Page, Picture
from lantu.runs.opinion.word import (
    BODY,
    FAINT,
    HEAD,
    LATIN,
    border,
    east_asian,
    edges,
    field,
    fill,
    font_table,
    framed,
    right,
    run,
    shade,
    small,
    whole,
)
from lantu.runs.pages.maps import standing_alone
from lantu.runs.pages.page import numeral
from lantu.runs.pages.typeset import Press

_COLOURS = {"pass": "1A7F4B", "fail": "C62828", "needs_person": "C77700", "cannot_tell": "6B7280"}
_RED = "B3261E"
_TEXT_MM, _WIDE_MM, _SMALL_MM = 170, 168, 82
_EPOCH = (1980, 1, 1, 0, 0, 0)


def to_docx(page: Page, issue: Issue, press: Press) -> bytes:
    """Write an opinion: the same bytes for the same page and issue.

    Raises:
        UnavailableError: as `Press.pngs`, which draws its maps.
    """
    return _Document(page, issue, press).finished()


class _Document:
    def __init__(self, page: Page, issue: Issue, press: Press) -> None:
        self._page, self._issue, self._press = page, issue, press
        self._w, self._zh = page.words, page.language == "zh"
        self._doc = docx.Document()
        self._headings = 0
        self._styles()
        self._frame()

    def finished(self) -> bytes:
        """Return the file, whose zip and properties know no time but the opinion's."""
        self._write()
        told, at = self._doc.core_properties, self._issue.made_at.astimezone(UTC).replace(tzinfo=None)
        told.title, told.identifier, told.author = self._page.title, self._issue.number, "Lantu"
        told.created = told.modified = at
        told.last_modified_by, told.comments, told.revision = "Lantu", "", 1
        told.language = "zh-CN" if self._zh else "en-US"
        raw, made = BytesIO(), BytesIO()
        self._doc.save(raw)
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                info = zipfile.ZipInfo(name, _EPOCH)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                target.writestr(info, source.read(name))
        return made.getvalue()

    def _write(self) -> None:
        page, w, issue = self._page, self._w, self._issue.said(self._page)
        if page.invented:
            self._boxed(page.invented)
        title = self._paragraph(page.title, HEAD, 20 if self._zh else 17, bold=True)
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(10), Pt(8)
        colon = "：" if self._zh else " "
        line = self._paragraph(
            f"{w['number']}{colon}{issue['number']}\t{w['made_at']}{colon}{issue['made_at']}"
        )
        line.paragraph_format.tab_stops.add_tab_stop(Mm(_TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
        border(line, "bottom", "111111", 12)

        self._heading("h_facts")
        self._pairs(page.facts)
        self._heading("h_opinion")
        self._verdict()
        self._heading("h_controls")
        self._controls()
        self._heading("h_needed")
        self._table(
            [w["c_document"], w["c_by"], w["c_for"], w["c_after"], w["c_named"]], [46, 36, 42, 24, 22],
            [[each.name, each.by, each.controls, each.clause, each.named] for each in page.needed],
        )  # fmt: skip
        self._heading("h_land")
        self._table(
            [w["c_class"], w["c_name"], w["c_hectares"], w["c_square_metres"], w["c_share"]],
            [24, 56, 30, 36, 24],
            [[each.code, each.name, each.hectares, each.square_metres, each.share] for each in page.land],
            figures=(2, 3, 4), none=False,
        )  # fmt: skip
        self._notes(page.land_notes)
        self._heading("h_suggestions")
        self._paragraphs(page.suggestions or (w["none"],))
        self._heading("h_left_out")
        self._paragraphs(page.left_out)
        self._heading("h_basis")
        self._pairs(page.basis)
        self._heading("h_sources")
        self._paragraphs(page.sources or (w["none"],), 9.5)
        self._heading("h_proof")
        self._pairs([(w[name], issue[name]) for name in ("content", "run", "statement")])
        self._notes([w["proof_note"]])
        self._signatures()
        self._heading("h_maps", new_page=True)
        self._maps()
        self._heading("h_points")
        self._points()

    # --- the document's frame -------------------------------------------------------------------------

    def _styles(self) -> None:
        styles = self._doc.styles
        for name, font, size in (("Normal", BODY, 11.0), ("Heading 1", HEAD, 13.0)):
            style = styles[name]
            assert isinstance(style, ParagraphStyle)
            style.font.size, style.font.name = Pt(size), LATIN
            style.font.color.rgb = RGBColor(0x11, 0x11, 0x11)
            east_asian(style.element.get_or_add_rPr(), font)
        styles["Heading 1"].font.bold = not self._zh  # 黑体 is bold by itself
        heading = styles["Heading 1"].paragraph_format
        heading.space_before, heading.space_after, heading.keep_with_next = Pt(16), Pt(6), True
        styles["Normal"].paragraph_format.space_after = Pt(3)
        for each in styles.element.iter(qn("w:lang")):
            each.set(qn("w:eastAsia"), "zh-CN")
            each.set(qn("w:val"), "zh-CN" if self._zh else "en-US")
        package = self._doc.part.package
        for key in [key for key, each in package.rels.items() if each.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
            del package.rels[key]  # of the template
        for part in package.iter_parts():
            if str(part.partname) == "/word/fontTable.xml":
                part._blob = font_table()

    def _frame(self) -> None:
        section = self._doc.sections[0]
        section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin, section.bottom_margin = Mm(25), Mm(22)
        section.different_first_page_header_footer = True
        head = section.header.paragraphs[0]
        head.style = self._doc.styles["Normal"]  # the template's style has tab stops of its own
        run(head, f"{self._page.title}\t{self._issue.number}", BODY, 8.5, colour=FAINT)
        head.paragraph_format.tab_stops.add_tab_stop(Mm(_TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
        border(head, "bottom", "8A919C", 4)
        for foot in (section.footer.paragraphs[0], section.first_page_footer.paragraphs[0]):
            foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
            before, _, rest = self._w["of_pages"].partition("{page}")
            between, _, after = rest.partition("{pages}")
            for text, counted in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
                run(foot, text, BODY, 8.5, colour=FAINT)
                if counted:
                    field(foot, counted, BODY, 8.5, FAINT)

    # --- parts ----------------------------------------------------------------------------------------

    def _heading(self, name: str, new_page: bool = False) -> None:
        self._headings += 1
        number = f"{numeral(self._headings)}、" if self._zh else f"{self._headings}. "
        made = self._doc.add_paragraph(f"{number}{self._w[name]}", "Heading 1")
        made.paragraph_format.page_break_before = new_page

    def _paragraph(self, text: str, font: str = BODY, size: float = 11, **how: Any) -> Any:
        made = self._doc.add_paragraph()
        run(made, text, font, size, **how)
        return made

    def _paragraphs(self, said: Iterable[str], size: float = 11) -> None:
        for each in said:
            self._paragraph(each, size=size)

    def _notes(self, said: Iterable[str]) -> None:
        for each in said:
            note = self._paragraph(each, size=8.5, colour=FAINT)
            note.paragraph_format.space_before = Pt(3)

    def _boxed(self, text: str) -> None:
        made = self._paragraph(text, HEAD, 9.5, bold=True, colour=_RED)
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for side in ("top", "left", "bottom", "right"):
            border(made, side, _RED, 8)

    def _verdict(self) -> None:
        page = self._page
        colour = _COLOURS[page.answer]
        table = self._grid([46, 124], 1)
        edges(table, colour)
        left, right = table.rows[0].cells
        fill(left, [page.verdict], HEAD, 24 if self._zh else 15, bold=True, colour=colour)
        left.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        fill(right, [page.sentence], BODY, 11)
        self._notes([self._w["draft_note"]])

    def _controls(self) -> None:
        w = self._w
        table = self._head(
            [w["c_control"], w["c_status"], w["c_area"], w["c_share"], w["c_clause"], w["c_data"]],
            [25, 25, 30, 15, 42, 33],
        )
        for each in self._page.controls:
            # A row stays whole unless it may not fit on a page.
            cells = self._row(table, len(each.reasons) <= 12 and len(each.data) <= 12)
            fill(cells[0], [each.title])
            small(cells[0], [each.code])
            fill(cells[1], [each.said], HEAD, bold=True, colour=_COLOURS[each.answer])
            known = each.square_metres != "—"
            fill(cells[2], [f"{each.hectares} {w['hectares']}" if known else each.hectares])
            if known:
                small(cells[2], [f"{each.square_metres} {w['square_metres']}"])
            fill(cells[3], [each.share])
            for cell in cells[2:4]:
                right(cell)
            fill(cells[4], each.reasons)
            small(cells[4], [each.clause] if each.clause else [])
            small(cells[5], each.data)

    def _table(
        self, head: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str]], *,
        figures: Sequence[int] = (), none: bool = True,
    ) -> None:  # fmt: skip
        if not rows:
            if none:
                self._paragraph(self._w["none"])
            return
        table = self._head(head, widths)
        for row in rows:
            for nth, (cell, text) in enumerate(zip(self._row(table), row, strict=True)):
                fill(cell, [text])
                if nth in figures:
                    right(cell)

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        rows = list(pairs)
        table = self._grid([32, 138], len(rows))
        for (name, value), row in zip(rows, table.rows, strict=True):
            fill(row.cells[0], [name], HEAD)
            shade(row.cells[0])
            fill(row.cells[1], [value])
            if len(value) <= 400:
                whole(row)

    def _signatures(self) -> None:
        w = self._w
        self._heading("h_signatures")
        names = [w["sign_handler"], w["sign_verifier"], w["sign_issuer"], w["sign_seal"]]
        table = self._grid([34, 56, 20, 60], len(names))
        for name, row in zip(names, table.rows, strict=True):
            row.height = Mm(28 if name == w["sign_seal"] else 13)
            for cell, text, font in zip(
                row.cells, (name, "", w["sign_date"], w["date_blank"]), (HEAD, BODY, HEAD, BODY), strict=True
            ):
                fill(cell, [text], font, 10)
                # All of the block on one page, with its heading.
                cell.paragraphs[0].paragraph_format.keep_with_next = True

    def _maps(self) -> None:
        page = self._page
        if page.overview:
            (image,) = self._drawn([page.overview], _WIDE_MM)
            made = self._doc.add_paragraph()
            made.alignment, made.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
            framed(made.add_run().add_picture(BytesIO(image), width=Mm(_WIDE_MM)))
            self._caption(self._doc.add_paragraph(), page.overview)
        if not page.maps:
            self._notes([self._w["no_maps"]])
            return
        table = self._grid([85, 85], (len(page.maps) + 1) // 2)
        edges(table, None)
        cells = [cell for row in table.rows for cell in row.cells]
        for cell, picture, image in zip(cells, page.maps, self._drawn(page.maps, _SMALL_MM), strict=False):
            framed(cell.paragraphs[0].add_run().add_picture(BytesIO(image), width=Mm(_SMALL_MM)))
            self._caption(cell.add_paragraph(), picture)

    def _drawn(self, pictures: Sequence[Picture], width_mm: float) -> list[bytes]:
        return self._press.pngs([standing_alone(each.svg, self._press.family) for each in pictures], width_mm)

    def _caption(self, paragraph: Any, picture: Picture) -> None:
        run(paragraph, picture.caption, BODY, 8.5)
        paragraph.add_run().add_break()
        for key in picture.keys:
            run(paragraph, f"{key.sign} ", BODY, 7.5, bold=True, colour=key.colour.lstrip("#"))
            run(paragraph, f"{key.word}　", BODY, 7.5, colour=FAINT)

    def _points(self) -> None:
        points, w = self._page.points, self._w
        self._notes([points.note])
        if not points.rows:
            return
        cells = [[each.ring, each.point, each.x, each.y] for each in points.rows]
        half = (len(cells) + 1) // 2
        rows = [
            [*cells[at], *(cells[at + half] if at + half < len(cells) else [""] * 4)] for at in range(half)
        ]
        head = [w["c_ring"], w["c_point"], w["c_x"], w["c_y"]] * 2
        self._table(head, [14, 15, 27, 29] * 2, rows, figures=(2, 3, 6, 7))

    # --- tables ---------------------------------------------------------------------------------------

    def _grid(self, widths: Sequence[float], rows: int) -> Any:
        table = self._doc.add_table(rows, len(widths), "Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
            for cell in column.cells:
                cell.width, cell.vertical_alignment = Mm(width), WD_ALIGN_VERTICAL.CENTER
        return table

    def _head(self, names: Sequence[str], widths: Sequence[float]) -> Any:
        table = self._grid(widths, 1)
        row = table.rows[0]
        whole(row)
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, name in zip(row.cells, names, strict=True):
            fill(cell, [name], HEAD, bold=True)
            shade(cell)
            cell.paragraphs[0].paragraph_format.keep_with_next = True
        return table

    def _row(self, table: Any, kept_whole: bool = True) -> Any:
        row = table.add_row()
        if kept_whole:
            whole(row)
        for cell, above in zip(row.cells, table.rows[0].cells, strict=True):
            cell.width, cell.vertical_alignment = above.width, WD_ALIGN_VERTICAL.CENTER
        return row.cells
