"""The page of the benchmark and its charts: what one run measured, and nothing else."""

from __future__ import annotations

import statistics
from typing import Any
from xml.sax.saxutils import escape

Row = dict[str, Any]

TITLES = {
    "overlay": "County overlay: area of each land class in each kind of control",
    "sites": "Project sites against all parcels and all control",
    "overlaps": "Pairs of parcels that overlap by more than 1 m²",
    "gaps": "Gaps of more than 1 m² that the parcels leave in their boundary",
}
OURS = "Lantu"
METHOD = """\
All engines read the same GeoParquet files, whose coordinates are metres of the statutory plane, so that
plane areas are statutory areas. Each engine runs each operation in a process of its own. *From files* is
reading, cutting, indexing or packing, and the first answer; *warm* is the median of the answers after
that preparation; what is slow runs once. Starting a process or a server is not counted, nor is compiling,
which happens once per installation. Files are in the system's cache. × says how many times as long as
Lantu it takes. Memory is the largest resident memory of the process; for PostGIS of the client and of the
largest server process, shared buffers included."""


def page(run: dict[str, Any]) -> str:
    """Return the page in Markdown."""
    machine, files = run["machine"], run["counts"]["files"]
    operations = [name for name in TITLES if any(row["operation"] == name for row in run["rows"])]
    lines = [
        "# Benchmark of the overlay engine",
        "",
        f"Written by `bench/run.py` (`make bench SIZE={run['size']}`) on {run['date']}, not by hand. "
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}; {run['threads']} threads where an engine has threads.",
        "",
    ]
    if run["size"] != "county":
        lines += [f"**This is the `{run['size']}` size: too small to compare speeds by.**", ""]
    lines += [
        METHOD,
        "",
        "| Workload | rows | vertices | m² |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {each['rows']:,} | {each['vertices']:,} | {each['area_m2']:,.1f} |"
            for name, each in files.items()
        ),
        "",
        "The generator (`bench/workload.py`) makes it from a seed "
        f"({run['counts']['seed']}); {run['counts']['defects']} overlaps and as many gaps are planted in "
        "`parcels_dirty`.",
        "",
        *_agreement(run),
        *_goals(run["rows"]),
    ]
    for operation in operations:
        rows = [row for row in run["rows"] if row["operation"] == operation]
        lines += [
            "",
            f"## {TITLES[operation]}",
            "",
            f"![{TITLES[operation]}](pictures/bench-{operation}.svg)",
            "",
        ]
        lines += _sites(rows) if operation == "sites" else _table(rows, operation)
    if run.get("province"):
        lines += _province(run["province"])
    lines += ["", "## What each engine does", "", "| Engine | Version | How |", "|---|---|---|"]
    named: dict[str, Row] = {}
    for row in run["rows"]:
        if row["engine"] not in named or not named[row["engine"]]["version"]:
            named[row["engine"]] = row
    lines += [f"| {name} | {row['version'] or '–'} | {row['does']} |" for name, row in named.items()]
    return "\n".join(lines) + "\n"


def _agreement(run: dict[str, Any]) -> list[str]:
    if run["disagreements"]:
        return ["**Not all answers are equal:**", "", *(f"- {each}" for each in run["disagreements"])]
    answered = {row["engine"] for row in run["rows"] if not row["failed"]}
    return [
        f"The {len(answered)} engines that answered agree: totals within 1e-9 of each other (or, of gaps, "
        "0.001 m²), as many pairs and gaps, and the area of each land class in each kind of control within "
        "1e-9 or 0.01 m²."
    ]


GOALS = (
    ("overlay", "warm", "shapely, tuned", 12.0),
    ("overlay", "warm", "DuckDB spatial, pieces", 20.0),
    ("overlay", "warm", "shapely, plain", 60.0),
    ("overlay", "from files", "shapely, tuned", 4.0),
    ("overlaps", "warm", "shapely, tuned", 8.0),
    ("overlay", "warm", "Lantu, one thread", 1.8),
)
"""Operation, what of it, whom Lantu should beat, by how many times."""
MOST_MS, MOST_GAPS_S = 1.0, 10.0
"""What one site may take at the 99th percentile, warm; what finding all gaps may take from the files on."""


def _goals(rows: list[Row]) -> list[str]:
    """Say of each goal whether this run met it; of what did not run nothing can be said."""
    lines = []
    for operation, part, name, goal in GOALS:
        mine = ours([row for row in rows if row["operation"] == operation])
        peer = next((r for r in rows if (r["operation"], r["engine"]) == (operation, name)), None)
        if mine is None or peer is None or peer["failed"]:
            lines.append(f"| {operation}, {part}: × {name} | ≥ {goal:g} | not run | – |")
            continue
        ratio = warm(peer) / warm(mine) if part == "warm" else cold(peer) / cold(mine)
        lines.append(f"| {operation}, {part}: × {name} | ≥ {goal:g} | {ratio:.1f} | {met(ratio >= goal)} |")
    sites, gaps = (ours([row for row in rows if row["operation"] == each]) for each in ("sites", "gaps"))
    if sites:
        took = _quantile(sites, 99)
        lines.append(f"| one site, p99, ms | ≤ {MOST_MS:g} | {took:.3g} | {met(took <= MOST_MS)} |")
    if gaps:
        took = cold(gaps)
        lines.append(f"| gaps, from files, s | ≤ {MOST_GAPS_S:g} | {took:.3g} | {met(took <= MOST_GAPS_S)} |")
    return ["", "| Goal | | measured | |", "|---|---:|---:|---|", *lines]


def met(reached: bool) -> str:
    return "met" if reached else "**missed**"


def _province(found: dict[str, Any]) -> list[str]:
    lines = [
        "", "## A province, county by county", "",
        "Lantu alone (`bench/province.py`): every county's parcels and control from GeoParquet, packed and "
        "overlaid, one county to a process. Neighbouring counties share their borders vertex for vertex. "
        "*Off* is the largest relative difference, for one control polygon, between what the parcels share "
        "with it and what the county's outline does; memory is the largest worker's.", "",
        "| counties | parcels | vertices | workers | s | parcels per s | memory, MB | shared, m² | off |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for row in found["rows"]:
        cells = [
            f"{row['counties']}", f"{row['parcels']:,}", f"{row['vertices']:,}", f"{row['workers']}",
            seconds(row["seconds"]), f"{row['parcels'] / row['seconds']:,.0f}", f"{row['peak_mb']:,.0f}",
            f"{row['shared_m2']:,.4f}", f"{row['worst']:.1e}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    last = found["rows"][-1]
    lines += [
        "",
        f"All parcels together cover {last['parcels_m2']:,.4f} m², the square {found['whole_m2']:,.4f} m².",
    ]
    return lines


def _table(rows: list[Row], operation: str) -> list[str]:
    count = {"overlaps": "pairs", "gaps": "gaps"}.get(operation)
    lines = [
        f"| Engine | warm, s | × | from files, s | × | memory, MB | {f'{count} | ' if count else ''}m² |",
        f"|---|---:|---:|---:|---:|---:|{'---:|' if count else ''}---:|",
    ]
    mine = ours(rows)
    for row in rows:
        if row["failed"]:
            lines.append(f"| {row['engine']} | not run: {cell(row['failed'])} |{' |' * (6 if count else 5)}")
            continue
        cells = [
            seconds(warm(row)), times(warm(row), mine and warm(mine)),
            seconds(cold(row)), times(cold(row), mine and cold(mine)), memory(row),
            *([f"{row['count']:,}"] if count else []), f"{row['total_m2']:,.4f}",
        ]  # fmt: skip
        lines.append(f"| {row['engine']} | {' | '.join(cells)} |")
    return lines


def _sites(rows: list[Row]) -> list[str]:
    lines = [
        "| Engine | one site: p50, ms | p99, ms | × (p99) | asked | all at once, s | × | memory, MB | m² |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    mine = ours(rows)
    for row in rows:
        if row["failed"]:
            lines.append(f"| {row['engine']} | not run: {cell(row['failed'])} |{' |' * 7}")
            continue
        cells = [
            f"{_quantile(row, 50):.3g}", f"{_quantile(row, 99):.3g}",
            times(_quantile(row, 99), mine and _quantile(mine, 99)), f"{len(row['site_ms']):,}",
            seconds(warm(row)), times(warm(row), mine and warm(mine)), memory(row),
            f"{row['total_m2']:,.4f}",
        ]  # fmt: skip
        lines.append(f"| {row['engine']} | {' | '.join(cells)} |")
    return lines


def ours(rows: list[Row]) -> Row | None:
    return next((row for row in rows if row["engine"] == OURS and not row["failed"]), None)


def warm(row: Row) -> float:
    return statistics.median(row["run_s"])


def cold(row: Row) -> float:
    return float(row["prepare_s"] + row["run_s"][0])


def _quantile(row: Row, percent: int) -> float:
    """Return the smallest time that so many per cent of the sites did not exceed."""
    times = sorted(row["site_ms"])
    return float(times[max(0, -(-len(times) * percent // 100) - 1)])


def seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def times(value: float, of: float | None) -> str:
    return f"{value / of:.1f}" if of else "–"


def memory(row: Row) -> str:
    server = f" + {row['server_mb']:,.0f}" if row["server_mb"] else ""
    return f"{row['peak_mb']:,.0f}{server}"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def chart(run: dict[str, Any], operation: str, title: str = "") -> str:
    """Return bars, as SVG, from zero: seconds warm, or for sites the 99th percentile of one site."""
    rows = [row for row in run["rows"] if row["operation"] == operation]
    value, unit = (lambda row: _quantile(row, 99), "ms") if operation == "sites" else (warm, "s")
    what = "one site, 99th percentile" if operation == "sites" else "warm"
    longest = max((value(row) for row in rows if not row["failed"]), default=1.0)
    height = 62 + 26 * len(rows)
    title = f"{title or TITLES[operation]}, {what}, {unit}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" '
        'role="img" font-family="system-ui, sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="760" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="28" font-size="15" font-weight="600" fill="#1c2b36">{escape(title)}</text>',
    ]
    for nth, row in enumerate(rows):
        y = 48 + 26 * nth
        parts.append(
            f'<text x="196" y="{y + 14}" text-anchor="end" fill="#1c2b36">{escape(row["engine"])}</text>'
        )
        if row["failed"]:
            parts.append(f'<text x="206" y="{y + 14}" fill="#6b7780">not run</text>')
            continue
        width = max(1.0, 460 * value(row) / longest)
        colour = "#c8402f" if row["product"] else "#8fa3b0"
        parts.append(f'<rect x="206" y="{y}" width="{width:.1f}" height="18" fill="{colour}"/>')
        said = f"{value(row):.3g} {unit}"
        parts.append(f'<text x="{214 + width:.1f}" y="{y + 14}" fill="#1c2b36">{said}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
