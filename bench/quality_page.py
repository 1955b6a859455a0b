"""The section of the page about the package check: what one run of `bench/quality.py` measured."""

from __future__ import annotations

from typing import Any

from bench.page import Row, cell, cold, memory, met, ours, seconds, times, warm

MARK = "<!-- What follows is written by bench/quality.py, what stands above by bench/run.py. -->"
CHART = "Topology of a county's parcels; of Lantu all rules"
SAME = ("QC1701", "QC1702", "QC1708")
"""Rules that answer what the others are asked: overlaps, and edges without equal vertices."""
MOST_S, MOST_GB, MOST_TIMES = 90.0, 6.0, 2.0
"""What all rules may take of a county's package; how many times as long with a giant as without."""
METHOD = """\
`lantu package check` over an invented county's plan package (`bench/package.py`), a GeoPackage in CGCS2000
longitude/latitude. *From the file* is reading, projecting, indexing or packing, and the answer; *warm* the
answer alone; each is measured once, in a process of its own; compiling, which happens once per installation,
is not counted. Memory is the largest resident memory of the process."""


def joined(page: str, section: str) -> str:
    """Return the page with this section at its end, in place of an earlier one."""
    return f"{page.split(MARK)[0].rstrip()}\n\n{MARK}\n\n{section}"


def kept(page: str) -> str:
    """Return the section that stands on the page; empty where none does."""
    return page.partition(MARK)[2].lstrip("\n")


def section(run: dict[str, Any]) -> str:
    """Return the section in Markdown."""
    machine = run["machine"]
    lines = [
        "# Benchmark of the package check",
        "",
        f"Written by `bench/quality.py` (`make bench-package SIZE={run['size']}`) on {run['date']}, not by "
        "hand. "
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}; {run['threads']} threads where an engine has threads.",
        "",
    ]
    if run["size"] != "county":
        lines += [f"**This is the `{run['size']}` size: too small to compare speeds by.**", ""]
    lines += [METHOD, "", *_goals(run["rows"])]
    by = {name: [row for row in run["rows"] if row["operation"] == name] for name in run["made"]}
    for operation, told in (("sound", _whole), ("planted", _planted), ("giant", _giant)):
        if by[operation]:
            lines += ["", *told(by[operation], run)]
    lines += ["", "### How each engine checks", "", "| Engine | Version | How |", "|---|---|---|"]
    named = {row["engine"]: row for row in reversed(run["rows"])}
    lines += [
        f"| {name} | {row['version'] or '–'} | {row['does']} |" for name, row in reversed(named.items())
    ]
    return "\n".join(lines) + "\n"


def _goals(rows: list[Row]) -> list[str]:
    """Say of each goal whether this run met it; of what did not run nothing can be said."""
    sound, planted, giant = (
        ours([row for row in rows if row["operation"] == each]) for each in ("sound", "planted", "giant")
    )
    times_as_long = warm(giant) / warm(planted) if giant and planted else None
    goals = [
        ("all rules over a county, s", MOST_S, warm(sound) if sound else None),
        ("all rules over a county, GB of memory", MOST_GB, sound["peak_mb"] / 1000 if sound else None),
        ("all rules of topology: × with a giant", MOST_TIMES, times_as_long),
    ]
    lines = [
        f"| {what} | ≤ {goal:g} | not run | – |"
        if found is None
        else f"| {what} | ≤ {goal:g} | {found:.3g} | {met(found <= goal)} |"
        for what, goal, found in goals
    ]
    return ["| Goal | | measured | |", "|---|---:|---:|---|", *lines]


def _whole(rows: list[Row], run: dict[str, Any]) -> list[str]:
    size = run["made"]["sound"]["rows"]
    row = ours(rows)
    lines = [
        "## All rules over a county's package", "",
        f"{len(size)} layers; {size['DLTB']:,} parcels, {sum(size.values()) - size['DLTB']:,} others.",
        "",
    ]  # fmt: skip
    if row is None:
        return [*lines, f"Not run: {cell(rows[0]['failed'])}"]
    counts = row["counts"]
    lines += [
        f"{counts['rules']} rules in {seconds(warm(row))} s from the file on, {memory(row)} MB; "
        f"{row['count']:,} findings, {counts['cannot tell']} rules cannot tell. What several rules need is "
        "made by the first of them.",
        "",
        "| Part | s |",
        "|---|---:|",
    ]
    parts = sorted(row["parts"].items(), key=lambda each: -each[1])
    return [*lines, *(f"| {name.replace('_', ' ')} | {seconds(took)} |" for name, took in parts)]


def _planted(rows: list[Row], run: dict[str, Any]) -> list[str]:
    made, differ = run["made"]["planted"], run["disagreements"]
    agreement = (
        ["**Not all answers are equal:**", "", *(f"- {each}" for each in differ)]
        if differ
        else [
            "Who answered finds as many pairs over 1 m², as many parcels in an overlap of 0.01 m² "
            "or more, and areas within 1e-6. As many gaps are found as were planted."
        ]
    )
    return [
        "## Topology of the parcels, beside GEOS and PostGIS", "",
        f"{made['rows']['DLTB']:,} parcels of {made['vertices']:,} vertices, in which {made['defects']} "
        "overlaps and as many gaps are planted, with the county's outline and townships. GEOS and PostGIS "
        "are asked what a user would ask them: which edges are not the neighbour's, and which pairs overlap. "
        "They look for no gaps. Of Lantu the first line is all rules of topology, the second those of the "
        f"same questions ({', '.join(SAME)}) in the same run; × is to the second. *Parcels* are those in an "
        "overlap, *flagged* those that GEOS or PostGIS names for an edge of theirs.", "",
        *agreement, "",
        f"![{CHART}](pictures/bench-package.svg)", "",
        *_table(rows),
    ]  # fmt: skip


def _giant(rows: list[Row], run: dict[str, Any]) -> list[str]:
    made = run["made"]["giant"]
    before = {
        row["engine"]: row for row in run["rows"] if row["operation"] == "planted" and not row["failed"]
    }
    lines = [
        "## A giant among the parcels", "",
        f"The same, after one road of {made['largest']:,} vertices has been laid through the county, which "
        f"touches {made['touched']:,} parcels. *× without* says how many times as long it takes as without "
        "the road.", "",
        "| Engine | warm, s | without, s | × without | from the file, s | memory, MB | pairs | m² |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for row in rows:
        if row["failed"]:
            lines.append(f"| {row['engine']} | not run: {cell(row['failed'])} |{' |' * 6}")
            continue
        without = warm(before[row["engine"]]) if row["engine"] in before else None
        cells = [
            seconds(warm(row)), "–" if without is None else seconds(without), times(warm(row), without),
            seconds(cold(row)), memory(row), f"{row['count']:,}", f"{row['total_m2']:,.4f}",
        ]  # fmt: skip
        lines.append(f"| {row['engine']} | {' | '.join(cells)} |")
    return lines


def _table(rows: list[Row]) -> list[str]:
    lines = [
        "| Engine | warm, s | × | from the file, s | × | memory, MB | pairs | m² | parcels | flagged "
        "| gaps |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    mine = ours(rows)
    same = sum(mine["parts"][each] for each in SAME) if mine else None
    for row in rows:
        if row["failed"]:
            lines.append(f"| {row['engine']} | not run: {cell(row['failed'])} |{' |' * 9}")
            continue
        takes = [(row["engine"], warm(row))]
        if row is mine and same is not None:
            takes.append((f"{row['engine']}, same questions", same))
        for name, took in takes:
            all_of = row["prepare_s"] + took
            gaps = "gaps" in row["counts"] and (row is not mine or name == row["engine"])
            cells = [
                seconds(took), times(took, same), seconds(all_of),
                times(all_of, mine and same and mine["prepare_s"] + same), memory(row), f"{row['count']:,}",
                f"{row['total_m2']:,.4f}", f"{row['counts']['parcels']:,}",
                f"{row['counts']['flagged']:,}" if "flagged" in row["counts"] else "–",
                f"{row['counts']['gaps']:,}" if gaps else "–",
            ]  # fmt: skip
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines
