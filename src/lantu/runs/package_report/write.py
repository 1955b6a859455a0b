"""All files of a check, together: findings for programs, GIS and Excel, the report to read and to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lantu.core.errors import UnavailableError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook
from lantu.quality.check import Checked
from lantu.quality.workspace import Workspace
from lantu.runs.package_report import findings_file, page, pdf, places, workbook
from lantu.runs.package_report.arrange import arrange
from lantu.runs.package_report.pictures import pictures
from lantu.runs.package_report.work_map import map_of
from lantu.store.files import storage_faults
from lantu.store.together import written_together

FILES = (page.FILE, pdf.FILE, workbook.FILE, places.GEOPACKAGE, places.GEOJSON, findings_file.FILE)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        no_pdf: why there is no PDF; None where there is one. An earlier report.pdf is then gone: it would
            tell of another check.
    """

    files: tuple[Path, ...]
    no_pdf: UnavailableError | None


def write(
    checked: Checked,
    work: Workspace,
    folder: Path,
    *,
    made_at: datetime,
    language: str = "zh",
    progress: Progress = silent,
) -> Written:
    """Write every file into a folder, in the place of an earlier report; all of them, or none.

    Args:
        language: of the PDF and the workbook.

    Raises:
        StorageError: the disk is full or refuses, or another program holds a file open.
    """
    report = arrange(checked, work.book)
    progress("progress.package_report", 0, 3)
    drawn = pictures(report, map_of(work))
    progress("progress.package_report", 1, 3)
    try:
        printed, no_pdf = pdf.to_pdf(report, drawn, made_at, language), None
    except UnavailableError as error:
        printed, no_pdf = None, error
    progress("progress.package_report", 2, 3)
    with written_together(folder, FILES) as part:
        made = {
            page.FILE: page.render(report, drawn, made_at).encode(),
            pdf.FILE: printed,
            workbook.FILE: workbook.to_xlsx(report, made_at, language),
            places.GEOJSON: places.to_geojson(report),
            findings_file.FILE: findings_file.to_json(report, made_at),
        }
        for name, data in made.items():
            if data is not None:
                with storage_faults(folder / name):
                    (part / name).write_bytes(data)
        places.write_geopackage(report, part / places.GEOPACKAGE, folder / places.GEOPACKAGE, made_at)
    progress("progress.package_report", 3, 3)
    return Written(tuple(folder / name for name in FILES if (folder / name).exists()), no_pdf)


def as_json(checked: Checked, book: Lawbook, made_at: datetime) -> bytes:
    """Return what `findings.json` would hold."""
    return findings_file.to_json(arrange(checked, book), made_at)
