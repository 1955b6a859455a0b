"""The report of a check as files: all of one check, or those of the check before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lantu.core.errors import LantuError, UnavailableError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook, load
from lantu.quality.check import Checked
from lantu.runs.package_report import findings_file, page, pdf, places, workbook
from lantu.runs.package_report.arrange import arrange
from lantu.runs.package_report.pictures import pictures
from lantu.runs.package_report.work_map import WorkMap
from lantu.store.files import storage_faults
from lantu.store.together import written_together

NAMES = (
    findings_file.FILE, places.GEOJSON, places.GEOPACKAGE, workbook.FILE, page.FILE, pdf.FILE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, in the order of `NAMES`, and why one was not."""

    files: tuple[Path, ...]
    notices: tuple[LantuError, ...] = ()


def write(
    checked: Checked,
    work_map: WorkMap | None,
    folder: Path,
    made_at: datetime,
    *,
    book: Lawbook | None = None,
    language: str = "zh",
    progress: Progress = silent,
) -> Written:
    """Write the report of a check into a folder, in the place of an earlier one.

    Args:
        work_map: what the maps show (`map_of`); None for a report without maps.
        folder: made where there is none; other files in it are left alone.
        made_at: what the files print as their time.
        language: of the PDF and the workbook, zh or en; the page has both, the layers both sentences.

    Returns:
        What was written. Without a Chinese font on the machine there is no PDF, and a notice says so; an
        earlier report.pdf is then removed, for it would tell of another check.

    Raises:
        StorageError: the disk is full or refuses, a file is held open; the earlier report then stands.
    """
    report = arrange(checked, book or load())
    with written_together(folder, NAMES) as part:
        drawn = pictures(report, work_map)
        notices: list[LantuError] = []
        steps: dict[str, Callable[[], bytes]] = {
            findings_file.FILE: lambda: findings_file.to_json(report, made_at),
            places.GEOJSON: lambda: places.to_geojson(report),
            workbook.FILE: lambda: workbook.to_xlsx(report, made_at, language),
            page.FILE: lambda: page.render(report, drawn, made_at).encode(),
            pdf.FILE: lambda: pdf.to_pdf(report, drawn, made_at, language),
        }
        for done, (name, made) in enumerate(steps.items()):
            progress("progress.package_report", done, len(NAMES))
            try:
                data = made()
            except UnavailableError as error:
                notices.append(error)
                continue
            with storage_faults(folder / name):
                (part / name).write_bytes(data)
        progress("progress.package_report", len(steps), len(NAMES))
        file = places.GEOPACKAGE
        places.write_geopackage(report, part / file, folder / file, made_at)
        progress("progress.package_report", len(NAMES), len(NAMES))
        written = tuple(folder / name for name in NAMES if (part / name).exists())
    return Written(written, tuple(notices))
