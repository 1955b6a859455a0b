"""What holds for every address: one error form, ETags, compression, headers, OpenAPI, no way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import world
from lantu.core.errors import NotFoundError
from lantu.store import Home
from lantu.web.app import create_app
from web.conftest import PAGE, SCRIPT, Client, problem
from web.test_tiles import address as tile_address

WorldLayers = dict[tuple[str, int | None], str]


def addresses(client: Client, layers: WorldLayers) -> dict[str, str]:
    """Return path of the OpenAPI document → a real address of it."""
    source = client.get("/api/plans").json()["rows"][0]["approval"]["source"]
    return {
        "/api/meta": "/api/meta",
        "/api/areas": "/api/areas",
        "/api/targets": "/api/targets",
        "/api/series": "/api/series?area=220882&indicator=farmland_retained",
        "/api/findings": "/api/findings",
        "/api/findings/below": "/api/findings/below",
        "/api/notes": "/api/notes",
        "/api/plans": "/api/plans",
        "/api/approvals/{source}": f"/api/approvals/{source.removeprefix('sha256:')}",
        "/api/conflicts": "/api/conflicts",
        "/api/layers": "/api/layers",
        "/api/tiles/{kind}/{year}/{z}/{x}/{y}.mvt": "/api/tiles/XZQX/_/8/430/63.mvt",
        "/api/features/{digest}/{fid}": f"/api/features/{layers['DLTB', 2025][:12]}/3",
        "/report": "/report",
    }


def test_real_answers_fit_the_openapi_document(client: Client, world_layers: WorldLayers) -> None:
    document = client.get("/api/openapi.json").json()
    known = addresses(client, world_layers)
    posted = {"/api/review"}  # tests/web/test_reviews.py
    assert set(document["paths"]) == set(known) | posted
    assert all(set(document["paths"][path]) == {"post"} for path in posted)
    for path, address in known.items():
        assert set(document["paths"][path]) == {"get"}, path
        operation = document["paths"][path]["get"]
        assert operation["summary"] and operation["description"]
        assert {"200", "304", "400", "404", "500"} <= set(operation["responses"]) and "422" not in operation[
            "responses"
        ]
        answer = client.get(address)
        assert answer.status_code == 200, address
        content = operation["responses"]["200"]["content"]
        media = answer.headers["content-type"].partition(";")[0]
        assert set(content) == {media}
        if media == "application/json":
            schema = content[media]["schema"] | {"components": document["components"]}
            assert schema.get("$ref"), f"{path} promises nothing"
            jsonschema.validate(answer.json(), schema)


def test_errors_fit_the_openapi_document(client: Client) -> None:
    document = client.get("/api/openapi.json").json()
    operation = document["paths"]["/api/series"]["get"]
    for status, address in (("400", "/api/series"), ("404", "/api/series?area=1&indicator=x")):
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        jsonschema.validate(client.get(address).json(), schema | {"components": document["components"]})


def test_every_answer_is_known_again(client: Client, world_layers: WorldLayers) -> None:
    for address in addresses(client, world_layers).values():
        first = client.get(address)
        assert first.headers["cache-control"] == "no-cache"
        again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), address
        assert client.get(address, headers={"If-None-Match": 'W/"other"'}).content == first.content


def test_large_answers_are_compressed(client: Client, world_layers: WorldLayers) -> None:
    plain = client.get("/api/targets", headers={"Accept-Encoding": "identity"})
    packed = client.get("/api/targets", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    tile = addresses(client, world_layers)["/api/tiles/{kind}/{year}/{z}/{x}/{y}.mvt"]
    etags = {
        client.get(tile, headers={"Accept-Encoding": way}).headers["etag"] for way in ("gzip", "identity")
    }
    assert len(etags) == 1


@pytest.mark.parametrize("address", ["/", "/api/meta", "/api/nothing", "/report", "/api/series"])
def test_fixed_headers_are_on_every_answer(client: Client, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["/", "/api/meta", "/api/layers", "/report", "/index.html"])
def test_nothing_can_be_written(client: Client, method: str, address: str) -> None:
    answer = client.ask(method, address)
    assert answer.status_code == 405 and problem(answer)["code"] == "web.read_only"


# --- the page ------------------------------------------------------------------------------------------


def test_the_page_and_its_files(client: Client) -> None:
    page = client.get("/")
    assert page.content == PAGE and page.headers["cache-control"] == "no-cache"
    script = client.get("/assets/index-abc123.js")
    assert script.content == SCRIPT and "immutable" in script.headers["cache-control"]
    again = client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304


def test_without_a_built_page_it_says_how_to_build_one(world_path: Path, tmp_path: Path) -> None:
    client = Client(create_app(world_path, front_end=tmp_path / "none"))
    answer = client.get("/")
    assert answer.status_code == 503
    assert "make front-end" in answer.text and "接口可用" in answer.text
    assert client.get("/api/meta").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt", "/..\\secret.txt", "/%5c..%5csecret.txt", "//secret.txt",
        "/secret.txt%00.js", "/api/tiles/../../secret.txt", "/report/../../secret.txt",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_folder(client: Client, path: str) -> None:
    answer = client.get_raw(path)
    assert answer.status_code in (400, 404)
    assert b"not for you" not in answer.content
    problem(answer)


# --- the report ----------------------------------------------------------------------------------------


def test_the_report_is_that_of_the_latest_run(client_of: Callable[[Path], Client], own_path: Path) -> None:
    client = client_of(own_path)
    answer = client.get("/report")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert world.AREA_NAME in answer.text and "虚构示例数据" in answer.text
    home = Home.open(own_path, create=False)
    run = home.runs.create("measure", {})
    home.runs.finish(run, {"run_id": run, "years": [2020], "areas": [], "rows": [], "findings": []})
    home.close()
    # An older run's report would speak of other figures than the page shows.
    later = client.get("/report")
    assert later.status_code == 404 and problem(later)["code"] == "web.no_report"
    assert client.get("/api/meta").json()["run_id"] == run


# --- empty and damaged homes ---------------------------------------------------------------------------


def test_a_home_with_nothing_to_show_is_refused(tmp_path: Path) -> None:
    Home.open(tmp_path / "empty").close()
    for path in (tmp_path / "empty", tmp_path / "none"):
        with pytest.raises(NotFoundError, match=r"web\.no_data|store\.no_home"):
            create_app(path)
    assert not (tmp_path / "none").exists()


def test_before_the_first_run(client_of: Callable[[Path], Client], tmp_path: Path) -> None:
    from world_home import world_home

    world_home(tmp_path / "home", years=[2024, 2025]).close()
    client = client_of(tmp_path / "home")
    meta = client.get("/api/meta").json()
    assert (meta["run_id"], meta["years"], meta["latest_year"]) == (None, [2024, 2025], 2025)
    assert meta["areas"] == [{"code": "220882", "name": "大安市"}]
    (area,) = client.get("/api/areas").json()["features"]
    assert area["properties"]["worst"] == "cannot_tell" and area["properties"]["counts"] == {}
    assert area["geometry"] is not None
    for address in (
        "/api/targets", "/api/findings", "/api/findings/below", "/api/notes",
        "/api/series?area=220882&indicator=x",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 404 and problem(answer)["code"] == "web.no_run"
    assert problem(client.get("/report"))["code"] == "web.no_report"
    assert client.get("/api/layers").json()["rows"]


def damage(home: Path, digest: str) -> None:
    file = home / "layers" / f"{digest}.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def test_a_damaged_line_cannot_be_told_and_the_rest_is_served(
    client_of: Callable[[Path], Client], own_path: Path, world_layers: WorldLayers
) -> None:
    damage(own_path, world_layers["STBHHX", None])
    (own_path / "layers" / f"{world_layers['CZKFBJ', None]}.parquet").unlink()
    client = client_of(own_path)
    feature = client.get(f"/api/features/{world_layers['DLTB', 2020][:12]}/0")
    assert feature.status_code == 200
    lines = {line["kind"]: line for line in feature.json()["lines"]}
    for kind in ("STBHHX", "CZKFBJ"):
        assert lines[kind]["covered_m2"] is None and lines[kind]["share"] is None
        assert "读取失败" in lines[kind]["answer_note"]["zh"]
        assert re.search("[一-鿿]{8}", lines[kind]["answer_note"]["en"]) is None  # English down to the cause
    assert lines["YJJBNT"]["share"] == "1.000000"
    tile = client.get(tile_address("STBHHX", "_"))
    assert tile.status_code == 500 and problem(tile)["code"] == "layer.damaged"
    assert problem(client.get(tile_address("CZKFBJ", "_")))["code"] == "layer.missing"


def test_a_damaged_outline_is_said(
    client_of: Callable[[Path], Client], own_path: Path, world_layers: WorldLayers
) -> None:
    damage(own_path, world_layers["XZQX", None])
    client = client_of(own_path)
    answer = client.get("/api/areas")
    assert answer.status_code == 500 and problem(answer)["code"] == "layer.damaged"
    assert client.get("/api/targets").status_code == 200


def test_a_damaged_result_is_said(client_of: Callable[[Path], Client], own_path: Path) -> None:
    (result,) = own_path.glob("runs/*/result.json")
    result.write_bytes(result.read_bytes()[:-100])
    client = client_of(own_path)
    for address in ("/api/targets", "/api/meta", "/api/areas"):
        answer = client.get(address)
        assert answer.status_code == 500 and problem(answer)["code"] == "store.result_damaged"
    assert client.get("/api/layers").status_code == 200


def test_a_fault_of_ours_is_said_without_a_traceback(
    client_of: Callable[[Path], Client], own_path: Path
) -> None:
    client = client_of(own_path)

    def broken() -> Any:
        raise RuntimeError("with a /secret/path")

    client.app.state.site.result = broken
    answer = client.get("/api/targets")
    assert answer.status_code == 500 and problem(answer)["code"] == "web.unexpected"
    assert "secret" not in answer.text and answer.headers["x-content-type-options"] == "nosniff"
