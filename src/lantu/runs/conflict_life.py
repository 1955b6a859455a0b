"""Steps of a conflict's life: who does what, why, by when; and whether it is really gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import shapely

from lantu.conflicts.life import life_of
from lantu.core.errors import ConflictError
from lantu.core.progress import Progress, silent
from lantu.lawbook import Lawbook, load
from lantu.overlay.cutting import mended
from lantu.runs.conflict_proposal import Proposal, effect
from lantu.runs.look_up_site import read_sites
from lantu.runs.scan_conflicts import scan
from lantu.store import Home
from lantu.store.conflicts import Conflict


def take(
    home: Home, number: str, deed: str, said: Mapping[str, str | None], *, book: Lawbook | None = None
) -> Conflict:
    """Take a step that only needs words: assign, decide, close, reopen.

    Args:
        said: by, to, deadline, text, outcome, reason, document …, as `conflicts/life.yaml` asks.

    Raises:
        NotFoundError: `conflict.unknown`.
        ConflictError: `conflict.wrong_state`.
        InputError: `conflict.missing`, `.outcome`, `.bad_deadline`.
        BusyError, StorageError, IntegrityError: as `Home.writing`.
    """
    return _take(home, number, deed, said, {}, book or load())


def propose(
    home: Home,
    number: str,
    said: Mapping[str, str | None],
    proposal: Proposal | None,
    *,
    file: Path | None = None,
    layer: str | None = None,
    crs: str | None = None,
    day: date,
    book: Lawbook | None = None,
    progress: Progress = silent,
) -> tuple[Conflict, dict[str, Any] | None]:
    """Propose how to settle a conflict; where a line is to be redrawn, what that does is computed first.

    Args:
        file: polygons of the proposal; None for the ground of the conflict. `layer`, `crs`: of the file.

    Returns:
        The conflict, and the effect.

    Raises:
        As `take`, `conflict_proposal.effect` and `look_up_site.read_sites`.
    """
    book = book or load()
    conflict = home.conflicts.get(number)
    life_of(book).step("propose", conflict.state, said, conflict.number)
    told = None
    if proposal is not None:
        if file is not None:
            sites = read_sites(home, file, layer=layer, crs=crs, progress=progress)
            shape = shapely.union_all(mended(sites.pack.geometries()))
            proposal = Proposal(proposal.kind, proposal.way, shape, proposal.code)
        told = effect(home, conflict, proposal, day, book, progress)
    more = {} if told is None else {"effect": told}
    return _take(home, number, "propose", said, more, book), told


def correct(
    home: Home, number: str, said: Mapping[str, str | None], *, book: Lawbook | None = None
) -> Conflict:
    """Say which registered layer carries the correction.

    Raises:
        As `take`; NotFoundError: `layer.unknown`; ConflictError: `conflict.other_layer` for one that is none
        of the conflict's two kinds.
    """
    conflict, digest = home.conflicts.get(number), said.get("layer")
    if digest:
        layer = home.layers.get(digest)
        kinds = [each["kind"] for each in conflict.facts["sides"]]
        if layer.kind not in kinds:
            raise ConflictError(
                "conflict.other_layer", number=number, layer=layer.kind, kinds="、".join(kinds)
            )
        said = {**said, "layer": layer.digest}
    return _take(home, number, "correct", said, {}, book or load())


def verify(
    home: Home,
    number: str,
    said: Mapping[str, str | None],
    *,
    day: date,
    book: Lawbook | None = None,
    progress: Progress = silent,
) -> Conflict:
    """Look whether a conflict is gone; only then is it verified.

    Raises:
        As `take`; ConflictError: `conflict.still_there`, `conflict.untold`.
    """
    book = book or load()
    conflict = home.conflicts.get(number)
    life_of(book).step("verify", conflict.state, said, conflict.number)
    found = scan(
        home, areas=[conflict.area_code], pairs=[conflict.pair], day=day, book=book, progress=progress
    )
    (looked,) = found.result["pairs"]
    now = home.conflicts.get(number)
    if looked["why"] or conflict.facts["cause"] in looked["unseen"]:
        raise ConflictError("conflict.untold", number=conflict.number, pair=conflict.pair)
    if now.present:
        raise ConflictError("conflict.still_there", number=conflict.number, area=now.area_m2)
    return _take(home, number, "verify", said, {"run": found.run.id}, book)


def _take(
    home: Home, number: str, deed: str, said: Mapping[str, str | None], more: Mapping[str, Any], book: Lawbook
) -> Conflict:
    with home.writing():
        conflict = home.conflicts.get(number)
        state = life_of(book).step(deed, conflict.state, said, conflict.number)
        plain: dict[str, Any] = {key: value for key, value in said.items() if key != "by" and value}
        if "to" in plain:
            plain["assigned_to"] = plain.pop("to")
        by = (said.get("by") or "").strip()
        return home.conflicts.step(conflict.number, deed, state, by, {**plain, **more})
