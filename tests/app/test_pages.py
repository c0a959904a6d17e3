"""The pages, their languages and their static files."""

import gzip
import hashlib
import json
import re
from base64 import b64encode
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.assets import Assets
from app.views import inline

PAGES = ["/{}/", "/{}/convolution", "/{}/api"]


@pytest.mark.parametrize(
    ("headers", "lang"),
    [
        ({}, "en"),
        ({"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh"),
        ({"Accept-Language": "fr, en;q=0.5, zh;q=0.2"}, "en"),
        ({"Accept-Language": "zh-CN", "Cookie": "lang=en"}, "en"),
        ({"Accept-Language": "zh;q=nan, en;q=x, de;q=-1"}, "en"),
        ({"Cookie": "lang=xx"}, "en"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/api"])
def test_a_visitor_comes_to_their_language(
    client: TestClient, headers: dict[str, str], lang: str, path: str
) -> None:
    client.cookies.clear()
    answer = client.get(f"{path}?net=mlp", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"/{lang}{path}?net=mlp")


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("lang", "html_lang"), [("en", "en"), ("zh", "zh-CN")])
def test_each_page_is_in_its_language(client: TestClient, address: str, lang: str, html_lang: str) -> None:
    client.cookies.clear()
    answer = client.get(address.format(lang))
    assert answer.status_code == 200
    assert f'<html lang="{html_lang}"' in answer.text
    assert answer.cookies["lang"] == lang
    other = address.format("en" if lang == "zh" else "zh")
    assert f'href="{other}"' in answer.text
    assert client.head(address.format(lang)).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_the_policy_lets_the_import_map_run(client: TestClient, address: str) -> None:
    answer = client.get(address.format("en"))
    (text,) = re.findall(r'<script type="importmap">(.*?)</script>', answer.text)
    digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("address", PAGES)
def test_everything_a_page_names_is_there_and_kept_for_ever(client: TestClient, address: str) -> None:
    text = client.get(address.format("en")).text
    urls = {unescape(url) for url in re.findall(r'(?:href|src)="(/static/[^"]+)"', text)}
    (import_map,) = re.findall(r'<script type="importmap">(.*?)</script>', text)
    urls |= set(json.loads(import_map)["imports"].values())
    assert urls
    for url in urls:
        answer = client.get(url)
        assert (url, answer.status_code) == (url, 200)
        assert "immutable" in answer.headers["cache-control"]


def test_modules_are_preloaded_to_the_last(client: TestClient) -> None:
    text = client.get("/en/").text
    preloaded = set(re.findall(r'<link rel="modulepreload" href="([^"]+)"', text))
    assets: Assets = client.app.state.views.assets  # type: ignore[attr-defined]
    names = {url.removeprefix(assets.prefix + "/") for url in preloaded}
    entry = assets.bundled("explorer/main.js")
    assert names == {target for name in names for target in assets.imports(name)} | {entry}


def test_the_explorer_brings_the_answers_to_its_first_question_along(client: TestClient) -> None:
    text = client.get("/en/").text
    brought = dict(re.findall(r'<script type="application/json" data-answer="([^"]+)">(.*?)</script>', text))
    assert set(brought) == {"/api/networks/efficientnet_lite0", "/api/images"}
    for address, answer in brought.items():
        assert json.loads(answer) == client.get(address).json()


def test_text_in_a_script_element_cannot_end_it() -> None:
    hostile = json.dumps({"title": "</script><script>alert(1)</script>"})
    assert "<" not in inline(hostile)
    assert json.loads(inline(hostile)) == json.loads(hostile)


def test_a_page_takes_its_module_put_together_except_in_development(tmp_path: Path) -> None:
    for name, text in {
        "pages/a.js": 'import "./b.js";',
        "pages/b.js": "",
        "bundle/pages-a.js": "",
        "vendor/importmap.json": '{"imports": {}}',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    kept, fresh = Assets(tmp_path), Assets(tmp_path, dev=True)
    assert kept.bundle("pages/a.js") == f"{kept.prefix}/bundle/pages-a.js"
    assert kept.bundle("pages/b.js") == f"{kept.prefix}/pages/b.js"
    assert kept.preloads("pages/a.js") == (kept.bundle("pages/a.js"),)
    assert fresh.bundle("pages/a.js") == "/static/pages/a.js"


@pytest.mark.parametrize("path", ["/fr/", "/nothing", "/en/nothing", "/zh/nothing/at/all"])
def test_a_person_at_a_wrong_address_gets_a_page_and_a_program_a_problem(
    client: TestClient, path: str
) -> None:
    client.cookies.clear()
    page = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert ('lang="zh-CN"' in page.text[:200]) == path.startswith("/zh")
    assert client.get(path).json()["code"] == "not-found"
    assert client.get("/api" + path, headers={"Accept": "text/html"}).json()["code"] == "not-found"


def test_pages_and_files_are_compressed_and_answers_are_not(client: TestClient) -> None:
    for path in ("/en/", "/static/css/base.css"):
        packed = client.get(path)
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.text == plain.text
        assert "accept-encoding" in packed.headers["vary"].lower()
    assert "content-encoding" not in client.get("/api/openapi.json").headers


def test_a_file_is_not_sent_twice(client: TestClient) -> None:
    first = client.get("/static/css/base.css")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/static/css/base.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_old_version_of_a_file_is_the_new_one_unkept(client: TestClient) -> None:
    answer = client.get("/static/0123456789ab/css/base.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    ["nothing.js", "../pyproject.toml", "%2e%2e/pyproject.toml", "core/%2e%2e/%2e%2e/Makefile", "core", ""],
)
def test_only_static_files_are_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_development_reads_files_afresh(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/importmap.json").write_text('{"imports": {"lit": "vendor/lit.js"}}')
    (tmp_path / "vendor/lit.js").write_text('import"./chunk.js";')
    (tmp_path / "vendor/chunk.js").write_text("export{};")
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport {\n  html,\n} from "lit";\n')
    (tmp_path / "b.js").write_text('export const b = () => import("./late.js");')
    kept, fresh = Assets(tmp_path), Assets(tmp_path, dev=True)
    names = ["a.js", "b.js", "vendor/lit.js", "vendor/chunk.js"]
    assert kept.preloads("a.js") == tuple(f"/static/{kept.version}/{name}" for name in names)
    assert fresh.preloads("a.js") == tuple(f"/static/{name}" for name in names)
    (tmp_path / "c.js").write_text("changed")
    assert kept.get("c.js") is None
    changed = fresh.get("c.js")
    assert changed is not None and gzip.decompress(changed.packed or b"") == b"changed"
    assert Assets(tmp_path).version != kept.version


def test_the_reference_shows_every_operation(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    for lang in ("en", "zh"):
        text = client.get(f"/{lang}/api").text
        for item in document["paths"].values():
            for operation in item.values():
                assert f'id="{operation["operationId"]}"' in text
        for name in document["components"]["schemas"]:
            assert f'id="{name}"' in text
        targets = set(re.findall(r'href="#([^"]+)"', text))
        assert targets <= set(re.findall(r'id="([^"]+)"', text))
        assert 'id="out-of-range"' in text


def test_the_address_of_an_error_code_leads_to_the_reference(client: TestClient) -> None:
    assert client.get("/api/problems").url.path.endswith("/api")
