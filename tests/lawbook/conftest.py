"""A whole lawbook of one page per kind, small enough to see the line of every fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

PAGES = {
    "sources/law.yaml": """\
id: 法
number: null
title: 某法
kind: statute
issuer: 某部
issued: 2020-01-02
verified: true
""",
    "codes/land.yaml": """\
id: land
title: {zh: 地类, en: Land}
source: {id: 法}
year: 2020
verified: true
columns:
  code: {zh: 编码, en: Code}
  name: {zh: 名称, en: Name}
  parent: {zh: 上级, en: Parent, list: land, several: true, optional: true}
  class: {zh: 类, en: Class, one_of: [农, 建]}
  verified: {zh: 核实, en: Verified}
""",
    "codes/land.csv": """\
code,name,parent,class,verified
01,耕地,,农,true
0101,水田,01,农,true
07,住宅,,建,false
""",
    "codes/land_classes.csv": """\
class,code_list,code,source,verified
farmland,land,0101,法,true
building,land,07,法,false
""",
    "units/rounding.yaml": """\
rounding: half_up
units:
  万亩: {decimals: 2, source: {id: 法}, verified: false}
  公顷: {decimals: 4, source: {id: 法}, verified: false}
  立方米: {decimals: 0, source: {id: 法}, verified: false}
""",
    "parameters/watch.yaml": """\
watch.smallest:
  title: {zh: 最小图斑, en: Smallest patch}
  unit: 平方米
  values:
    - {since: 2020-01-01, until: 2022-12-31, value: 400, source: {id: 法}, verified: true}
    - {since: 2023-01-01, value: 200.50, source: {id: 法, article: 第三条}, verified: false}
""",
    "indicators/farmland.yaml": """\
id: farmland
version: 1
name: {zh: 耕地保有量, en: Farmland}
aliases: [耕地保有面积]
unit: 万亩
base_unit: 平方米
direction: ">="
attribute: binding
inputs: [land]
parameters: []
formula: {zh: 合计, en: Sum}
sql: |
  SELECT sum(tbdlmj) AS value, sum(kcmj) AS part_ridges FROM land
parts:
  - {column: part_ridges, unit: 公顷, name: {zh: 田坎, en: Ridges}}
sources: [{id: 法, article: 第一条}]
verified: false
""",
    "rules/change/CH01.yaml": """\
code: CH01
name: change.farmland_built
title: {zh: 占用耕地, en: Farmland built over}
from: [farmland]
to: [building]
inside: LINE
outside: null
exempt_by: PERMITS
answer: fail
order: 10
message: change.farmland_built
parameters: [watch.smallest]
sources: [{id: 法}]
verified: false
""",
    "profiles/fields.yaml": """\
BSM: {zh: 标识码, en: Identifier, type: C18, verified: true}
MJ: {zh: 面积, en: Area, unit: 平方米, list: land, verified: true}
""",
    "profiles/layer_kinds.yaml": """\
LINE: {name: {zh: 线, en: Line}, geometry: polygon, fields: [BSM, MJ], source: {id: 法}, verified: true}
PERMITS: {name: {zh: 表, en: Table}, geometry: none, fields: [BSM], verified: false}
""",
    "profiles/packages/plan-2020.yaml": """\
id: plan-2020
title: {zh: 规划成果, en: Plan}
level: county
since: 2020-01-02
standard: {id: 法}
land_use: land
zones: land
systems: [4490]
types: {BSM: C20}
lists: {MJ: land_use}
verified: false
layers:
  LINE:
    presence: required
    aliases: [XIAN]
    required: [BSM]
""",
    "profiles/packages/plan-2021.yaml": """\
id: plan-2021
title: {zh: 规划成果二, en: Another plan}
extends: plan-2020
since: 2021-01-02
until: 2022-01-02
standard: {id: 法}
package_name: "[0-9]{6}.+"
verified: false
layers:
  LINE: {without: [MJ], optional: [BSM]}
  PERMITS: {presence: optional}
""",
    "messages/change.yaml": """\
change.farmland_built:
  zh: "{area} 占用耕地 {size}。"
  en: "{size} of farmland built over in {area}."
""",
}


@pytest.fixture
def write_book(tmp_path: Path) -> Callable[[dict[str, str | bytes | None]], Path]:
    """Write the small lawbook with some pages put in another's place (None: left out)."""

    def write(changed: dict[str, str | bytes | None]) -> Path:
        for name, text in (PAGES | changed).items():
            if text is not None:
                file = tmp_path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    return dict(PAGES)
