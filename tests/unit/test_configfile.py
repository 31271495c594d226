"""The file that `genfacet init` writes."""

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genfacet.discovery.attributes import FoundFacet
from genfacet.discovery.configfile import write_config
from genfacet.discovery.exclusions import Exclusion
from genfacet.discovery.families import FoundFamily
from genfacet.discovery.fields import Remark
from genfacet.discovery.findings import DescribedFamily, Findings
from genfacet.settings import Settings, parse_settings


def findings(**changes: object) -> Findings:
    values: dict[str, object] = {
        "index": "shop",
        "backing": ("shop",),
        "total": 1000,
        "sampled": 100,
        "template": {"query": {"match": {"title": "{{query}}"}}},
        "text_fields": ("title^3", "brand^2"),
        "own_template": False,
        "category": "category",
        "popularity": None,
        "facets": (FoundFacet("price", "Price", "price_cents", "number", "9 values", 10, "0.01", most=2**31 - 1),),
        "families": (),
        "labels": {},
        "exclude": (),
        "offered": 0,
        "left_out": (),
        "problems": (),
    }
    return Findings(**{**values, **changes})  # type: ignore[arg-type]


def read(text: str) -> Settings:
    return parse_settings(yaml.safe_load(text))


def test_the_file_says_what_was_found() -> None:
    family = DescribedFamily(FoundFamily("attrs", "attrs.name", "attrs.value", "attrs.number"), ("a_",), 7)
    text = write_config(
        findings(
            families=(family,),
            labels={"x__y_": "X (y)"},
            exclude=(Exclusion("codes", ("*_id", "12_nc"), 2),),
            left_out=(Remark("sku", "an identifier"),),
            problems=(Remark("place", "points"),),
        ),
        "http://localhost:9200",
    )
    index = read(text).indices["shop"]
    assert index.search.template == {"query": {"match": {"title": "{{query}}"}}}
    assert index.search.text_fields == ["title^3", "brand^2"]
    assert (index.category, index.popularity, index.inject) == ("category", None, "never")
    assert index.facets["price"].model_dump() == {
        "field": "price_cents",
        "type": "number",
        "label": "Price",
        "scale": "0.01",
        "unit": "",
        "flattened": False,
        "most": 2147483647,
    }
    assert index.facets["x__y_"].label == "X (y)"
    assert index.families[0].model_dump() == {
        "path": "attrs",
        "name": "attrs.name",
        "text": "attrs.value",
        "number": "attrs.number",
        "strip": ["a_"],
    }
    assert index.exclude == ["*_id", "12_nc"]
    assert "#   sku: an identifier" in text
    assert "#   place: points" in text


def test_an_index_without_anything_to_offer_still_makes_a_valid_file() -> None:
    index = read(write_config(findings(facets=(), category=None), "http://localhost:9200")).indices["shop"]
    assert index.facets == {}


def test_a_password_in_the_address_stays_out_of_the_file() -> None:
    text = write_config(findings(), "https://elastic:secret@search.example:9243")
    assert "secret" not in text
    assert read(text).elasticsearch.url == "https://search.example:9243"


names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)


@settings(deadline=None)
@example(name="\x85", label="\u2028", field="a\x85", index="\ufeff")
@given(name=names, label=names, field=names, index=names)
def test_any_names_survive_the_file(name: str, label: str, field: str, index: str) -> None:
    facet = FoundFacet(name, label, field, "keyword", "2 values", 1, flattened=True)
    text = write_config(
        findings(
            index=index,
            backing=(index,),
            facets=(facet,),
            text_fields=(field,),
            category=field,
            template={"query": {"match": {field: "{{query}}"}}},
            families=(DescribedFamily(FoundFamily("attrs", field, None, None), (name,), 1),),
            exclude=(Exclusion("some reason", (name,), 1),),
            left_out=(Remark(name, "some reason"),),
        ),
        "http://localhost:9200",
    )
    read_index = read(text).indices[index]
    assert (read_index.facets[name].label, read_index.facets[name].field) == (label, field)
    assert read_index.search.template == {"query": {"match": {field: "{{query}}"}}}
    assert (read_index.families[0].name, read_index.families[0].strip, read_index.exclude) == (field, [name], [name])
    assert (read_index.category, read_index.search.text_fields) == (field, [field])
