"""Documentation that is missing something, or says something that is not so, fails here."""

import json
import re
from pathlib import Path

import click
import jsonschema
import pytest
from docs_generator import load_generator
from pydantic import BaseModel

from genfacet import dsl
from genfacet.cli import main
from genfacet.request import FacetRequest
from genfacet.settings import Settings
from genfacet.sources import source_names

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_the_generated_pages_are_up_to_date():
    generator = load_generator()
    for name, page in generator.PAGES.items():
        assert (DOCS / name).read_text() == page(), f"run `python docs/generate.py`: {name} is out of date"


def test_every_command_and_flag_is_documented():
    text = (DOCS / "cli.md").read_text()
    context = click.Context(main, info_name="genfacet")
    commands = main.list_commands(context)
    assert {"index", "init", "doctor", "facets", "serve", "enable", "disable", "status", "shop"} <= set(commands)
    for name in commands:
        assert f"## genfacet {name}\n" in text
        for parameter in main.get_command(context, name).params:
            for flag in getattr(parameter, "opts", []):
                assert not flag.startswith("--") or flag in text, f"genfacet {name} {flag}"


def test_every_setting_is_described_and_documented():
    text = (DOCS / "configuration.md").read_text()

    def check(model):
        for name, field in model.model_fields.items():
            inner = list(_models(field.annotation))
            assert inner or field.description, f"{model.__name__}.{name} has no description"
            assert name in text
            for found in inner:
                check(found)

    check(Settings)


def _models(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def test_every_key_of_the_request_is_documented():
    text = (DOCS / "contract.md").read_text()
    for name in FacetRequest.model_fields:
        assert f"`{name}`" in text


def test_every_name_for_elasticsearch_dsl_is_documented():
    text = (DOCS / "dsl.md").read_text()
    for name in dsl.__all__:
        assert f"`{name}`" in text


def test_the_schema_and_the_reader_agree_on_keys_and_bounds():
    schema = json.loads((DOCS / "contract.schema.json").read_text())
    assert schema["$defs"]["request"]["properties"].keys() == FacetRequest.model_fields.keys()
    example = re.findall(r"```json\n(.*?)```", (DOCS / "contract.md").read_text(), re.DOTALL)
    request = json.loads(example[0])["ext"]["genfacet"]
    answer = json.loads("{" + example[1] + "}")["ext"]["genfacet"]
    for name, document in (("request", request), ("answer", answer)):
        jsonschema.validate(document, {**schema, "$ref": f"#/$defs/{name}"})
    FacetRequest.model_validate(request)


@pytest.mark.parametrize("name", ["endpoints", "metrics"])
def test_every_endpoint_and_metric_is_documented(name):
    text = (DOCS / "sidecar.md").read_text()
    pattern = {"endpoints": r"/_genfacet/(\w+)", "metrics": r"\"(genfacet_\w+)\""}[name]
    sources = "".join(file.read_text() for file in (ROOT / "plugin/genfacet/sidecar").glob("*.py"))
    found = set(re.findall(pattern, sources))
    assert found
    for item in found:
        assert item in text, f"docs/sidecar.md does not name {item}"


def test_every_source_is_documented():
    text = (DOCS / "sources.md").read_text()
    for name in source_names():
        assert f"`{name}`" in text


def test_links_between_pages_lead_somewhere():
    for page in [*DOCS.glob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_nothing_is_left_to_fill_in():
    for page in [*DOCS.glob("*.md"), *ROOT.glob("*.md")]:
        assert not re.search(r"\b(TODO|FIXME|[A-Z]+_(TABLE|SPEED))\b", page.read_text()), page.name
