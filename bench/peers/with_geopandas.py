"""geopandas.overlay, the call that most people would write."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd


class Overlay:
    """Only the overlay: its makers have no call for the other two."""

    single_sites = 0

    def start(self, data: Path, scratch: Path, threads: int) -> str:
        self.data = data
        return f"geopandas {gpd.__version__}"

    def prepare(self, operation: str) -> None:
        self.parcels = gpd.read_parquet(self.data / "parcels.parquet", columns=["dlbm", "geometry"])
        self.control = gpd.read_parquet(self.data / "control.parquet", columns=["ctype", "geometry"])

    def overlay(self) -> dict[str, float]:
        both = gpd.overlay(self.parcels, self.control, how="intersection", keep_geom_type=True)
        area = both.area.groupby([both.ctype, both.dlbm]).sum()
        return {f"{ctype} {dlbm}": float(value) for (ctype, dlbm), value in area.items()}

    def stop(self) -> None:
        pass
