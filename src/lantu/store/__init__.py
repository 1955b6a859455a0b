"""Where facts rest: a home folder with a registry, layers, overlay tables, runs and the ledger."""

from lantu.store.access import Writing
from lantu.store.checks import Delivered
from lantu.store.home import Home
from lantu.store.layers import OUTLINE, Layer, LayerData, LayerStore
from lantu.store.packages import PackageNote, RegisteredPackage
from lantu.store.plan_rows import Registered
from lantu.store.registry import Area, Evidence, RegisteredApproval, Registry
from lantu.store.runs import Run

__all__ = [
    "OUTLINE",
    "Area",
    "Delivered",
    "Evidence",
    "Home",
    "Layer",
    "LayerData",
    "LayerStore",
    "PackageNote",
    "Registered",
    "RegisteredApproval",
    "RegisteredPackage",
    "Registry",
    "Run",
    "Writing",
]
