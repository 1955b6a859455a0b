"""What all resources share: the home that is served, its open layers, its latest result. Reads only."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from lantu.core.errors import NotFoundError
from lantu.lawbook import Lawbook, load
from lantu.ledger import Head
from lantu.runs.measure import KIND
from lantu.runs.measure_layers import Shelf, held, shelves
from lantu.runs.review_site import Reviewer
from lantu.runs.write_report import FILE as REPORT
from lantu.store import OUTLINE, Home, Layer
from lantu.web.open_layers import OpenLayer, OpenLayers, TileCache

LATEST = 9999
"""Asks for what is in force after everything registered."""
REVIEWERS, REVIEW_LIMIT_S = 2, 20.0
"""So many days stand ready for reviews; a site that takes longer cannot be told."""


class Site:
    """One served home. Every request looks at the registry anew, so new layers and runs show at once."""

    def __init__(self, home: Home, book: Lawbook) -> None:
        self.home, self.book = home, book
        self.opened = OpenLayers(self._open)
        self.tiles = TileCache()
        self._lock = threading.Lock()
        self._latest: tuple[str, dict[str, Any]] | None = None
        self._shelves: tuple[Head, dict[str, Shelf]] | None = None
        self._reviewers: dict[date, Reviewer] = {}

    @classmethod
    def at(cls, path: Path) -> Site:
        """Open a home that has something to show.

        Raises:
            NotFoundError: `web.no_data`.
        """
        if not path.is_dir():
            raise NotFoundError("web.no_data", home=path)
        home = Home.open(path, create=False)
        site = cls(home, load())
        if not home.layers.list() and site.result() is None:
            raise NotFoundError("web.no_data", home=path)
        return site

    def result(self) -> dict[str, Any] | None:
        """Return the latest measuring result, None before the first."""
        run = self.home.runs.latest(KIND)
        if run is None:
            return None
        with self._lock:
            if self._latest is None or self._latest[0] != run.id:
                self._latest = run.id, self.home.runs.result(run.id)
            return self._latest[1]

    def measured(self) -> dict[str, Any]:
        """Return the latest measuring result.

        Raises:
            NotFoundError: `web.no_run`.
        """
        if (result := self.result()) is None:
            raise NotFoundError("web.no_run")
        return result

    def shelves(self) -> dict[str, Shelf]:
        """Return the registered layers by area, read anew whenever the ledger says that the home changed."""
        head = self.home.ledger.head
        with self._lock:
            if self._shelves is None or self._shelves[0] != head:
                self._shelves = head, shelves(self.home)
            return self._shelves[1]

    def drawn(self, kind: str, year: int | None) -> list[Layer]:
        """Return the layers of a kind that a map of a year shows, one per area that has one.

        A yearly kind shows that very year; any other what is in force in that year (None: now), by the same
        choice as a measuring run. Lines of a city are not drawn over those of its counties.
        """
        known = self.book.layer_kinds.get(kind)
        if known is None or known.geometry == "none":
            return []
        shelf_of = self.shelves() if kind == OUTLINE else held(self.shelves())
        chosen = (self.chosen(shelf, kind, year) for _, shelf in sorted(shelf_of.items()))
        return [layer for layer in chosen if layer is not None]

    def chosen(self, shelf: Shelf, kind: str, year: int | None) -> Layer | None:
        """Return the layer or table of a kind that is in force in one area and year."""
        if self.book.layer_kinds[kind].geometry == "none":
            return shelf.table(kind)
        if self.book.layer_kinds[kind].yearly:
            return None if year is None else shelf.of_year(kind, year)
        return shelf.line(kind, LATEST if year is None else year)

    def layer(self, prefix: str) -> Layer:
        """Return a layer by the first hex characters of its digest.

        Raises:
            NotFoundError: `web.no_such_layer`.
            InputError: `layer.ambiguous`.
        """
        try:
            return self.home.layers.get(prefix)
        except NotFoundError:
            raise NotFoundError("web.no_such_layer", digest=prefix) from None

    def areas(self) -> dict[str, str]:
        """Return code → name of the areas measured; before the first run, of all with a plan or a layer."""
        if (result := self.result()) is not None:
            return {each["code"]: each["name"] for each in result["areas"]}
        found = {area.code: area.name for area in self.home.registry.areas()}
        for layer in self.home.layers.list():
            division = self.book.divisions.by_code(layer.area_code)
            found.setdefault(layer.area_code, division.name if division else layer.area_code)
        return dict(sorted(found.items()))

    def reviewer(self, day: date) -> Reviewer:
        """Return a reviewer of a day; the last few stand ready, for to make one takes seconds."""
        with self._lock:
            reviewer = self._reviewers.pop(day, None) or Reviewer(
                self.home, day, self.book, limit_s=REVIEW_LIMIT_S
            )
            self._reviewers[day] = reviewer
            while len(self._reviewers) > REVIEWERS:
                self._reviewers.pop(next(iter(self._reviewers)))
            return reviewer

    def report(self) -> Path | None:
        """Return the page that reports the latest run, None where it has none."""
        run = self.home.runs.latest(KIND)
        page = run.folder / REPORT if run else None
        return page if page is not None and page.is_file() else None

    def _open(self, digest: str) -> OpenLayer:
        data = self.home.layers.read(self.home.layers.get(digest))
        assert data.geometry is not None and data.crs is not None  # asked of layers with shapes only
        return OpenLayer.of(digest, data.attributes, data.geometry, data.crs)


def _site(request: Request) -> Site:
    return cast(Site, request.app.state.site)


TheSite = Annotated[Site, Depends(_site)]


def check_area(result: Mapping[str, Any], area: str) -> None:
    """Refuse an area that the result does not know.

    Raises:
        NotFoundError: `web.no_such_area`.
    """
    known = [each["code"] for each in result["areas"]]
    if area not in known:
        raise NotFoundError("web.no_such_area", area=area, known=", ".join(known))
