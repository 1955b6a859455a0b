"""What all resources share: the home that is served, its open layers, its latest result. Reads only."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from lantu.core.errors import NotFoundError
from lantu.lawbook import Lawbook, load
from lantu.store import Home, Layer
from lantu.web.open_layers import OpenLayer, Shelf, TileCache

RUN_KIND = "measure"


class Site:
    """One served home. Every request looks at the registry anew, so new layers and runs show at once."""

    def __init__(self, home: Home, book: Lawbook) -> None:
        self.home, self.book = home, book
        self.shelf = Shelf(self._open)
        self.tiles = TileCache()
        self._lock = threading.Lock()
        self._latest: tuple[str, dict[str, Any]] | None = None

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
        run = self.home.runs.latest(RUN_KIND)
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

    def layer(self, prefix: str) -> Layer:
        """Return a layer by the first hex characters of its digest.

        Raises:
            NotFoundError: `web.no_such_layer`.
        """
        return self.home.layers.get(prefix)

    def invented(self) -> bool:
        """Return whether any layer of this home is invented sample data."""
        return any(layer.invented for layer in self.home.layers.list())

    def _open(self, digest: str) -> OpenLayer:
        data = self.home.layers.read(self.home.layers.get(digest))
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
