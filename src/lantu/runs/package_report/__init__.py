"""What leaves a check as files: for programs, for GIS, for those who mend, for those who decide.

Specs: docs/formats/quality-findings.md.
"""

from lantu.runs.package_report.findings_file import read_earlier
from lantu.runs.package_report.work_map import WorkMap, map_of
from lantu.runs.package_report.write import NAMES, Written, write

__all__ = ["NAMES", "WorkMap", "Written", "map_of", "read_earlier", "write"]
