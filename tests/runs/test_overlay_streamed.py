"""Overlays in pieces: the same bytes for any pieces, any side, after a kill; little memory, a full disk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from cli.shell import environment
from intake.gis_files import write
from lantu.core.errors import BusyError, InputError, StorageError
from lantu.overlay.engine import KernelEngine
from lantu.runs import kept_pieces, memory, overlay_rows, polygon_survey
from lantu.runs.overlay_files import FileOverlay, overlay_files
from lantu.runs.overlay_rows import exact

PARCELS, ZONES = 900, 25
PLENTY = 1 << 40


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A grid of 30 × 30 ragged parcels of six classes, one of them none, and 25 stars of three kinds."""
    folder = tmp_path_factory.mktemp("files")
    random = np.random.default_rng(7)
    corner = np.stack(np.meshgrid(np.arange(31.0), np.arange(31.0)), axis=-1)
    corner += random.uniform(-0.3, 0.3, corner.shape)
    corner = corner * 0.002 + [123.2, 45.5]
    ring = np.stack([corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]], axis=2)
    parcels = shapely.polygons(ring.reshape(-1, 4, 2))
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    stars = []
    for x, y in random.uniform((123.2, 45.5), (123.26, 45.56), (ZONES, 2)):
        reach = random.uniform(0.002, 0.02, 60)
        stars.append(shapely.Polygon(np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)])))
    classes = np.array(["旱地", "水田", "林地", "草地", "道路", None], object)
    land = pa.table(
        {
            "BSM": pa.array([f"P{n:04d}" for n in range(PARCELS)]),
            "DLMC": pa.array(classes[random.integers(0, 6, PARCELS)], pa.string()),
        }
    )
    kind = pa.table({"kind": pa.array([n % 3 for n in range(ZONES)], pa.int32())})
    return (
        write(folder, "GeoParquet", parcels, name="land", table=land),
        write(folder, "GeoParquet", stars, name="zones", table=kind),
    )


def in_pieces(
    monkeypatch: pytest.MonkeyPatch, rows: int, vertices: int = 1 << 40, turned: bool = False
) -> None:
    """Cut files into pieces of so many rows; turned: stream the smaller file and keep the bigger."""
    monkeypatch.setattr(polygon_survey, "PIECE_ROWS", rows)
    monkeypatch.setattr(polygon_survey, "PIECE_VERTICES", vertices)
    if turned:
        own = memory.Size.packed.fget  # type: ignore[attr-defined]
        monkeypatch.setattr(memory.Size, "packed", property(lambda self: -own(self)))


def said(result: FileOverlay) -> tuple[Any, ...]:
    return result.total_m2, result.pairs, result.left, result.right, result.row_count, result.rows.to_pylist()


@pytest.mark.parametrize("by", [("DLMC", "kind"), None])
@pytest.mark.parametrize("swapped", [False, True])
def test_pieces_and_sides_change_no_bit(
    files: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    by: tuple[str, str] | None,
    swapped: bool,
) -> None:
    monkeypatch.setattr(overlay_rows, "HELD", 40)
    left, right = files[::-1] if swapped else files
    fields = by[::-1] if by and swapped else by
    whole = overlay_files(left, right, fields, out=tmp_path / "whole.parquet")
    held = overlay_files(left, right, fields)
    assert whole.pairs > 1500
    assert held.row_count == len(held.rows) == (18 if by else whole.pairs)
    assert held.rows.slice(0, 40).to_pylist() == whole.rows.to_pylist()
    data = (tmp_path / "whole.parquet").read_bytes()
    for rows, vertices, turned in (
        (37, 1 << 40, False),
        (1 << 40, 300, False),
        (3, 1 << 40, True),
        (100, 500, True),
    ):
        with pytest.MonkeyPatch.context() as patch:
            in_pieces(patch, rows, vertices, turned)
            patch.setattr(overlay_rows, "BUCKET", 50)
            out = tmp_path / f"{rows}.{vertices}.{turned}.parquet"
            assert said(overlay_files(left, right, fields, out=out, available=PLENTY)) == said(whole)
            assert out.read_bytes() == data
            assert said(overlay_files(left, right, fields, available=PLENTY)) == said(held)


def test_swapped_files_give_the_same_bits(files: tuple[Path, Path]) -> None:
    there, back = overlay_files(*files), overlay_files(*files[::-1])
    assert there.total_m2 == back.total_m2
    rows = {(row["left"], row["right"]): row["area_m2"] for row in there.rows.to_pylist()}
    assert rows == {(row["right"], row["left"]): row["area_m2"] for row in back.rows.to_pylist()}


def test_row_groups_do_not_depend_on_pieces(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_pieces, "ROW_GROUP", 1000)
    in_pieces(monkeypatch, 11)
    result = overlay_files(*files, out=tmp_path / "a.parquet")
    meta = pq.ParquetFile(tmp_path / "a.parquet").metadata
    groups = [meta.row_group(n).num_rows for n in range(meta.num_row_groups)]
    assert groups == [1000] * (result.pairs // 1000) + [result.pairs % 1000]


@given(st.lists(st.floats(-1e15, 1e15, allow_nan=False), max_size=40))
def test_a_few_floats_hold_the_exact_sum(values: list[float]) -> None:
    parts = exact(values)
    assert sum(map(Fraction, parts), Fraction()) == sum(map(Fraction, values), Fraction())
    assert parts == exact(parts)


# --- killed, interrupted, stopped -------------------------------------------------------------------------

STOPPED = """
import os, resource, signal, sys
from pathlib import Path
from lantu.runs import kept_pieces, polygon_survey
polygon_survey.PIECE_ROWS = 60
if sys.argv[1] == "disk":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
else:
    name, after = ("sync_file", "replace").index(sys.argv[1]), int(sys.argv[2])
    number = getattr(signal, sys.argv[3])
    def stopped(*args, count=[0], own=(kept_pieces.sync_file, Path.replace)[name], **options):
        count[0] += 1
        if count[0] == after:
            os.kill(os.getpid(), number)
        return own(*args, **options)
    if name:
        Path.replace = stopped
    else:
        kept_pieces.sync_file = stopped
sys.argv[1:] = sys.argv[4:]
from lantu.cli.main import main
main()
"""


def stopped(where: str, after: int, how: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run `lantu overlay` in pieces of 60 rows, and stop it while a piece is written or once it is there."""
    code = [sys.executable, "-c", STOPPED, where, str(after), how, "overlay", *map(str, words)]
    return subprocess.run(
        code, env=environment(), check=False, capture_output=True, text=True, timeout=300,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # else ignored in the background
    )  # fmt: skip


def hidden(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.name.startswith("."))


@pytest.mark.parametrize("by", [("DLMC", "kind"), None])
@pytest.mark.parametrize(
    ("where", "after", "left"), [("sync_file", 3, 2), ("replace", 7, 6), ("sync_file", 16, 15)]
)
def test_killed_it_goes_on_and_ends_in_the_same_bytes(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    where: str, after: int, left: int, by: tuple[str, str] | None,
) -> None:  # fmt: skip
    out = tmp_path / "t[1].parquet"
    words = ("--by", ",".join(by)) if by else ()
    assert stopped(where, after, "SIGKILL", *files, "--out", out, *words).returncode == -signal.SIGKILL
    assert not out.exists()
    (folder,) = hidden(tmp_path)
    assert len(list(folder.glob("*.arrow"))) == left
    in_pieces(monkeypatch, 60)
    measured = count_calls(monkeypatch)
    result = overlay_files(*files, by, out=out)
    assert (result.resumed, len(measured)) == (60 * left, 15 - left)
    assert hidden(tmp_path) == []
    fresh = overlay_files(*files, by, out=tmp_path / "fresh.parquet")
    assert said(fresh) == said(result)
    assert out.read_bytes() == (tmp_path / "fresh.parquet").read_bytes()


def count_calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []
    own = KernelEngine.overlay

    def counted(self: KernelEngine, *args: Any, **options: Any) -> Any:
        calls.append(1)
        return own(self, *args, **options)

    monkeypatch.setattr(KernelEngine, "overlay", counted)
    return calls


def test_interrupted_it_says_what_is_kept_and_then_goes_on(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "t.parquet"
    done = stopped("replace", 4, "SIGINT", *files, "--out", out, "--json")
    assert (done.returncode, done.stdout) == (130, "")
    assert "保留在" in done.stderr and "Traceback" not in done.stderr
    again = stopped("replace", 10**6, "SIGKILL", *files, "--out", out)
    assert again.returncode == 0 and "接着上次中断处做" in again.stdout
    assert out.exists() and hidden(tmp_path) == []


def test_pieces_of_other_work_are_never_used(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "t.parquet"
    left = tmp_path / "land.parquet"
    left.write_bytes(files[0].read_bytes())
    assert stopped("replace", 7, "SIGKILL", left, files[1], "--out", out).returncode == -signal.SIGKILL
    (old,) = hidden(tmp_path)
    table = pq.read_table(left)
    pq.write_table(table.slice(1), left)  # one parcel less
    again = stopped("replace", 10**6, "SIGKILL", left, files[1], "--out", out, "--json")
    assert json.loads(again.stdout)["resumed"] == 0
    assert not old.exists() and hidden(tmp_path) == []
    assert stopped("replace", 7, "SIGKILL", *files, "--out", out).returncode == -signal.SIGKILL
    other = stopped("replace", 10**6, "SIGKILL", *files, "--out", out, "--by", "DLMC,kind", "--json")
    assert json.loads(other.stdout)["resumed"] == 0
    assert hidden(tmp_path) == []


def test_a_kept_piece_that_is_torn_is_measured_again(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "t.parquet"
    assert stopped("replace", 7, "SIGKILL", *files, "--out", out).returncode == -signal.SIGKILL
    (folder,) = hidden(tmp_path)
    piece = sorted(folder.glob("*.arrow"))[2]
    piece.write_bytes(piece.read_bytes()[:100])
    (folder / "000009.part").write_bytes(b"half")
    in_pieces(monkeypatch, 60)
    result = overlay_files(*files, out=out)
    assert result.resumed == 60 * 5
    assert said(result) == said(overlay_files(*files, out=tmp_path / "fresh.parquet"))


def test_the_same_work_twice_at_a_time(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "t.parquet"
    assert stopped("replace", 7, "SIGKILL", *files, "--out", out).returncode == -signal.SIGKILL
    (folder,) = hidden(tmp_path)
    with FileLock(folder / "lock"), pytest.MonkeyPatch.context() as patch:
        in_pieces(patch, 60)
        with pytest.raises(BusyError):
            overlay_files(*files, out=out)
        overlay_files(*files, ("DLMC", "kind"), out=out)  # other work lets it be
        assert len(list(folder.glob("*.arrow"))) == 6


def test_a_full_disk_keeps_what_is_finished(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "t.parquet"
    out.write_bytes(b"earlier")
    sizes = sorted(len(data) for data in piece_bytes(files, tmp_path / "sizes"))
    done = stopped("disk", sizes[-1] - 1, "", *files, "--out", out)
    assert done.returncode == 7 and "磁盘已满" in done.stderr and "同一条命令" in done.stderr
    assert out.read_bytes() == b"earlier"
    again = stopped("replace", 10**6, "SIGKILL", *files, "--out", out, "--json")
    assert again.returncode == 0 and hidden(tmp_path) == []


def piece_bytes(files: tuple[Path, Path], folder: Path) -> list[bytes]:
    folder.mkdir()
    assert stopped("sync_file", 16, "SIGKILL", *files, "--out", folder / "t").returncode == -signal.SIGKILL
    (kept,) = hidden(folder)
    return [piece.read_bytes() for piece in kept.glob("*.arrow")]


# --- said before anything is measured ---------------------------------------------------------------------


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(*args: Any, **options: Any) -> None:
        raise AssertionError("it was measured")

    monkeypatch.setattr(KernelEngine, "overlay", measured)
    monkeypatch.setattr("lantu.runs.polygon_files.pack", measured)


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*args: Any, **options: Any) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr("lantu.runs.polygon_files.open_pieces", opened)


@pytest.mark.usefixtures("unread")
def test_a_place_that_cannot_be_is_said_before_a_file_is_read(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    land = tmp_path / "land.parquet"
    land.write_bytes(files[0].read_bytes())
    for out, code in (
        (tmp_path / "none" / "t.parquet", "overlay.no_folder"),
        (tmp_path, "overlay.out_is_folder"),
        (land, "overlay.out_is_input"),
    ):
        with pytest.raises(InputError) as caught:
            overlay_files(land, files[1], out=out)
        assert caught.value.code == code


@pytest.mark.usefixtures("unmeasured")
def test_a_place_that_cannot_be_written(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000})())
        with pytest.raises(StorageError) as little:
            overlay_files(*files, out=tmp_path / "t.parquet")
        assert little.value.code == "overlay.little_room"

    def refused(*args: Any, **options: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(StorageError) as closed:
        overlay_files(*files, out=tmp_path / "t.parquet")
    assert closed.value.code == "store.refused"
    assert hidden(tmp_path) == []


@pytest.mark.usefixtures("unmeasured")
def test_too_big_for_the_memory_there_is(files: tuple[Path, Path]) -> None:
    with pytest.raises(InputError) as caught:
        overlay_files(*files, available=100_000)
    assert caught.value.code == "overlay.too_big"
    assert caught.value.params["where"] == "zones.parquet"
    assert str(caught.value.params["heaviest"]).startswith("FID ")
    with pytest.raises(InputError) as caught:
        overlay_files(files[0], files[0], available=100_000)
    assert str(caught.value.params["heaviest"]).startswith("BSM P")
    assert caught.value.params["have"] == "0 MiB"


def test_too_many_rows_to_hold(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    in_pieces(monkeypatch, 60)
    monkeypatch.setattr(overlay_rows.Pairs, "nbytes", property(lambda self: self.count << 30))
    with pytest.raises(InputError) as caught:
        overlay_files(*files, available=500 << 30)
    assert caught.value.code == "overlay.too_many_rows"
