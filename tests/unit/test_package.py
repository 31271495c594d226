"""What the package promises to those who build on it: names, layers, a bare import, a wheel that works alone."""

import pkgutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import genfacet
import genfacet.dsl
import genfacet_training

ROOT = Path(__file__).parents[2]
PACKAGES = {"genfacet", "genfacet_exporter", "genfacet_workers", "genfacet_training"}
HEAVY = [
    "torch",
    "transformers",
    "celery",
    "kafka",
    "onnxruntime",
    "numpy",
    "starlette",
    "uvicorn",
    "prometheus_client",
    "elasticsearch.dsl",
]


def test_no_room_of_the_training_may_know_the_tastes_of_simulated_shoppers():
    # The contract of import-linter names rooms one by one: a new one that it lacks could learn from what judges it.
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (named,) = (c["source_modules"] for c in contracts if c.get("forbidden_modules") == ["genfacet_training.simulator"])
    rooms = {module.name for module in pkgutil.iter_modules(genfacet_training.__path__, "genfacet_training.")}
    assert set(named) == (PACKAGES | rooms) - {"genfacet_training", "genfacet_training.simulator"}


def test_exported_names():
    assert genfacet.__all__ == [
        "AsyncGenFacet",
        "Definition",
        "Facet",
        "FacetValue",
        "GenFacet",
        "GenFacetError",
        "RequestError",
        "ServerError",
        "Settings",
        "SettingsError",
        "__version__",
        "load_settings",
    ]
    for name in genfacet.__all__:
        assert getattr(genfacet, name) is not None


def test_exported_names_for_elasticsearch_dsl():
    assert genfacet.dsl.__all__ == ["AsyncGenFacetedSearch", "AttributeFacet", "GenFacetedResponse", "GenFacetedSearch"]
    for name in genfacet.dsl.__all__:
        assert getattr(genfacet.dsl, name) is not None


@pytest.mark.parametrize(
    "module", ["genfacet", "genfacet.cli", "genfacet.cli.facets", "genfacet.events", "genfacet.sources.statistics"]
)
def test_importing_it_imports_nothing_heavy(module):
    code = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_layers():
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not in this environment; scripts/check runs it")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--installer", "uv", "--outdir", folder, ROOT]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    assert not [name for name in names if {"tests", "__pycache__"} & set(name.split("/")) or "test_" in name]
    assert {"genfacet_training/reports/report.html.j2", "genfacet/sources/ranker.json"} <= set(names)
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert "genfacet_training/plans/icecat.jsonl" in names


def test_the_wheel_works_when_installed_alone(wheel, tmp_path):
    venv.create(tmp_path / "alone", with_pip=False)
    python = tmp_path / "alone/bin/python"
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, wheel]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    genfacet_ = tmp_path / "alone/bin/genfacet"
    helped = subprocess.run([genfacet_, "--help"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "facets" in helped.stdout
    # The sidecar's extra is not installed: one sentence says how to get it.
    served = subprocess.run([genfacet_, "serve"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert served.returncode == 2
    assert "pip install 'genfacet[sidecar]'" in served.stderr
    shop = subprocess.run([genfacet_, "shop", "shop.jsonl", "--products", "50"], cwd=tmp_path, check=False)
    assert shop.returncode == 0
    assert len((tmp_path / "shop.jsonl").read_text().splitlines()) == 50
