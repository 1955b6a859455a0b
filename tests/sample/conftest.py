"""One small sample for all tests of this folder, and a home that holds it, measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lantu.runs.add_layer import add_layer
from lantu.runs.build_sample import SampleManifest, build_sample
from lantu.runs.measure import measure
from lantu.runs.register_plan import read_replies, register_approval
from lantu.store import Home
from sample.drawn_layers import Layers

SCALE = 0.05


@dataclass(frozen=True)
class Sample:
    """The sample's folder with what its manifest and its three files of truth say."""

    folder: Path
    manifest: SampleManifest
    truth: dict[str, Any]
    contradictions: dict[str, Any]
    sites: dict[str, Any]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample") / "invented"
    manifest = build_sample(folder, scale=SCALE)
    files = (manifest.truth, "contradictions.json", "sites.json")
    return Sample(folder, manifest, *(json.loads((folder / name).read_text("utf-8")) for name in files))


@pytest.fixture(scope="session")
def layers(sample: Sample, home: Home) -> Layers:
    return Layers(sample, home.plane)


@pytest.fixture(scope="session")
def home(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Home:
    opened = Home.open(tmp_path_factory.mktemp("home") / "home")
    for entry in sample.manifest.layers:
        add_layer(
            opened, sample.folder / entry.file, kind=entry.kind, area_code=entry.area_code, year=entry.year,
            layer=entry.layer, title=entry.title, invented=True,
        )  # fmt: skip
    for document, readings in read_replies([sample.folder / sample.manifest.approval]):
        register_approval(opened, document, readings)
    return opened


@pytest.fixture(scope="session")
def measured(home: Home) -> dict[str, Any]:
    return dict(measure(home).result)
