"""The package and its files: what was met while it was opened, names, documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from lantu.core.finding import Answer
from lantu.quality.findings import Defect, NotApplicable
from lantu.quality.package import Incident
from lantu.quality.workspace import Workspace

PACKAGE = ""
"""Layer of a fault of the package itself, whose name may be another next time."""
_LISTED = 5
_IDENTIFYING = ("field", "fields", "part", "suffix", "what")
"""Params that tell two incidents of one kind in one place apart, whatever becomes of the others."""
_DIVISION = re.compile(r"[0-9]{6}")


def incidents(
    work: Workspace,
    *,
    kinds: Sequence[str],
    what: Sequence[str] = (),
    of: Sequence[str] = (),
    not_of: Mapping[str, Sequence[str]] = MappingProxyType({}),
    suffixes: Sequence[str] = (),
    by_folder: bool = False,
    answer: str = Answer.FAIL,
) -> Iterator[Defect]:
    """Nothing of these kinds was met while the package was opened.

    Args:
        what: of incidents that say what they are about those alone that say one of these.
        of: of incidents those alone whose file has one of these suffixes.
        not_of: kind → suffixes of files that another rule speaks of.
        suffixes: of the files that can have such a fault; without any of them the rule does not apply.
        by_folder: one finding for all of a kind in a folder.

    Raises:
        NotApplicable: `quality.no_such_files`.
    """
    found = [
        each
        for each in work.incidents(*kinds)
        if ("what" not in each.params or each.params["what"] in what)
        and (not of or _suffix(each.where) in of)
        and _suffix(each.where) not in not_of.get(each.kind, ())
    ]
    if suffixes and not found and not any(_suffix(each.name) in suffixes for each in work.package.files):
        raise NotApplicable("quality.no_such_files", suffixes="、".join(suffixes))
    if not by_folder:
        for each in found:
            yield _met(work, each, Answer(answer))
        return
    folders: dict[tuple[str, str], list[str]] = {}
    for each in found:
        folder, _, base = each.where.rpartition("/")
        folders.setdefault((each.kind, folder), []).append(base)
    for (kind, folder), names in folders.items():
        more = " …" if len(names) > _LISTED else ""
        params = {"count": len(names), "files": "、".join(sorted(names)[:_LISTED]) + more}
        where = folder or work.package.name
        yield Defect(
            folder or PACKAGE, (kind, folder), params=params | {"where": where}, answer=Answer(answer),
            message=f"quality.met_{kind}",
        )  # fmt: skip


def any_layer(work: Workspace, *, kinds: Sequence[str]) -> Iterator[Defect]:
    """There is a layer or a table in the package."""
    if work.incidents(*kinds) or not work.package.layers:
        name = work.package.name
        yield Defect(PACKAGE, ("empty",), params={"where": name, "files": len(work.package.files)})


def package_name(work: Workspace) -> Iterator[Defect]:
    """The package, or a geodatabase in it, is named as the profile says, with the code of its own county.

    Raises:
        NotApplicable: `quality.no_name_asked`.
    """
    wanted = work.profile.package_name
    if wanted is None:
        raise NotApplicable("quality.no_name_asked", profile=work.profile.id)
    names = [work.package.name, work.package.name.removesuffix(".zip")]
    for file in (*(each.name for each in work.package.files), *(each.file for each in work.package.layers)):
        names += [part for part in file.split("/") if part.lower().endswith((".gdb", ".gpkg"))]
    right = [name for name in dict.fromkeys(names) if re.fullmatch(wanted, name)]
    where = work.package.name
    if not right:
        yield Defect(PACKAGE, ("pattern",), params={"where": where, "pattern": wanted})
        return
    code = _DIVISION.match(right[0])
    if code and work.county and code.group() != work.county:
        yield Defect(
            PACKAGE, ("county",), params={"where": right[0], "code": code.group(), "county": work.county},
            message="quality.named_for_another_county",
        )  # fmt: skip


def layer_once(work: Workspace) -> Iterator[Defect]:
    """No layer is in the package twice, under whichever name or alias."""
    for kind, layers in work.matched.items():
        if len(layers) > 1:
            found = "、".join(sorted(each.where for each in layers))
            params = {"files": found, "times": len(layers), "first": layers[0].where}
            yield Defect(kind, ("twice",), params=params)


def documents(work: Workspace) -> Iterator[Defect]:
    """Every document that the profile asks for is there; where only other names are, a person must look.

    Raises:
        NotApplicable: `quality.no_documents_asked`.
    """
    if not work.profile.documents:
        raise NotApplicable("quality.no_documents_asked", profile=work.profile.id)
    names = [each.name for each in work.package.files]
    readable = sorted(each.file for each in work.package.documents)
    for pattern, what in work.profile.documents.items():
        if any(re.search(pattern, name.rpartition("/")[2]) for name in names):
            continue
        params = {"where": work.package.name, "document": what.zh, "files": "、".join(readable[:_LISTED])}
        yield Defect(
            PACKAGE, ("document", pattern), params=params,
            answer=Answer.NEEDS_PERSON if readable else Answer.FAIL,
            message="quality.document_unnamed" if readable else None,
        )  # fmt: skip


def _met(work: Workspace, said: Incident, answer: Answer) -> Defect:
    kind = work.kind_of(said.layer) if said.layer else None
    sheet = work.sheets.get(kind) if kind else None
    index: list[int] = []
    if sheet is not None and (said.where, said.layer) == (sheet.source.file, sheet.source.name):
        index = np.flatnonzero(np.isin(sheet.fid, said.rows)).tolist()
    rows = "、".join(map(str, said.rows[:_LISTED])) + (" …" if len(said.rows) > _LISTED else "")
    known = {"where": said.where, "count": len(said.rows) or 1, "rows": rows}
    unsaid = said.params.get("expected", "") is None
    sort = f"_{said.params['what']}" if "what" in said.params else "_unsaid" if unsaid else ""
    place = PACKAGE if said.where == work.package.name else said.where
    return Defect(
        kind or said.layer or place,
        (said.kind, place, *(str(said.params[name]) for name in _IDENTIFYING if name in said.params)),
        index,
        params=known | {name: "–" if value == "" else value for name, value in said.params.items()},
        answer=answer,
        message=f"quality.met_{said.kind}{sort}",
    )


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2].lower()
