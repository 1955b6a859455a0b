"""The report page over the tiny world: every figure and finding is on it, nothing comes from outside."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

import world
from lantu.core.digest import digest_bytes
from lantu.core.errors import NotFoundError, StorageError
from lantu.runs.measure import measure
from lantu.runs.write_report import WrittenReport, copy_report, write_report
from lantu.store import Home
from world_home import DOCUMENT, world_home

WHEN = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = world_home(tmp_path_factory.mktemp("report") / "home")
    measure(home)
    return home


@pytest.fixture(scope="module")
def written(home: Home) -> WrittenReport:
    return write_report(home, made_at=WHEN)


@pytest.fixture(scope="module")
def page(written: WrittenReport) -> str:
    return written.path.read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Checks that tags pair, and collects what is read and whom it asks."""

    VOID = frozenset({"meta", "input", "br", "img", "link", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.asks: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asks += [value or "" for name, value in attrs if name in ("src", "href", "action", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    return outline


def test_every_answer_of_the_last_year_is_there(outline: Outline) -> None:
    text = re.sub(r"\s+", " ", " ".join(outline.text))
    for shown in (
        "大安市", "≥ 17.60", "17.35", "−0.25", "1.34", "0.069", DOCUMENT, "2500.00", "虚构示例数据",
        "须补充文件或由人核实", "上级下达指标", "half up", "+proj=cea +lat_ts=46 +lon_0=123",
    ):  # fmt: skip
        assert shown in text, shown
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"@page.*", "", text))


def section(page: str, heading: str) -> str:
    """Return the text of the section under a heading, blanks folded."""
    _, _, rest = page.partition(f">{heading}<")
    assert rest, heading
    return " ".join(re.sub(r"<[^>]+>", " ", re.split("</section>", rest)[0]).split())


def test_patches_below_the_threshold_are_counted_under_the_countys_findings(page: str) -> None:
    (below,) = world.BELOW
    findings = section(page, "变化图斑（8处）")
    assert (
        f"{below[0]}年，" in findings and "（MON04）：另有1处" in findings and "合计90.00平方米" in findings
    )
    assert "a further 1 smaller than what is listed, 90.00 m² in all" in findings
    assert section(page, "（四）监测过程中的说明").endswith("None.")


def test_a_damaged_layer_is_noted_in_section_five(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home")
    layer = home.layers.list(kind="DLTB", year=2022)[0]
    layer.path.write_bytes(layer.path.read_bytes()[:-100])
    measure(Home.open(home.path))
    page = write_report(home, made_at=WHEN).path.read_text(encoding="utf-8")
    noted = section(page, "五、无法判定与待核实事项").partition("（四）监测过程中的说明")[2]
    assert "大安市" in noted and layer.title in noted and "已损坏" in noted and "is damaged" in noted


def test_a_single_year_is_not_told_as_free_of_changes(tmp_path: Path) -> None:
    home = world_home(tmp_path / "home", years=[2020])
    assert measure(home).result["compared"] == []
    page = write_report(home, made_at=WHEN).path.read_text(encoding="utf-8")
    assert "没有做变化比对" in page and "未发现需关注的变化图斑" not in page
    (row,) = re.findall(r"<tr><th>大安市</th>.*?</tr>", page, re.S)[:1]
    assert row.rstrip().endswith("</td></tr>") and 'class="lamp a-cannot_tell"' in row.rpartition("<td>")[2]


def test_nothing_is_asked_of_anybody(outline: Outline, page: str) -> None:
    assert [ask for ask in outline.asks if not ask.startswith("#")] == []
    assert not re.search(r"url\((?!data:)|@import|<script", page)


def test_findings_stand_on_the_map_with_their_numbers(page: str) -> None:
    svg = re.search(r'<svg class="map".*?</svg>', page, re.S)
    assert svg
    marks = [int(n) for n in re.findall(r'class="m-mark[^>]*>.*?<text[^>]*>(\d+)</text>', svg[0], re.S)]
    assert sorted(marks) == list(range(1, 9))


def test_it_lies_with_its_run_and_the_ledger_knows_it(home: Home, written: WrittenReport) -> None:
    run = home.runs.latest("measure")
    assert run and written.path == run.folder / "report.html" and written.run_id == run.id
    assert written.digest == digest_bytes(written.path.read_bytes())
    again = write_report(home, made_at=WHEN)
    assert again.digest == written.digest
    assert home.ledger.verify() == []


def test_a_copy_where_the_user_wants_it(written: WrittenReport, tmp_path: Path) -> None:
    copy_report(written, tmp_path / "new" / "报告.html")
    assert (tmp_path / "new" / "报告.html").read_bytes() == written.path.read_bytes()
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot_write"):
        copy_report(written, tmp_path / "file" / "报告.html")
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_without_a_run_there_is_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no_run"):
        write_report(world_home(tmp_path / "home"), made_at=WHEN)
