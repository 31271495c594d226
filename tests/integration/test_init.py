"""`genfacet init` on real indices: the file that it writes, and that facets come out of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import elasticsearch
import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from odd_shop import load_shop, product

from genfacet import GenFacet
from genfacet.cli import main
from genfacet.settings import IndexSettings, load_settings


@pytest.fixture(scope="module")
def shop(client: Elasticsearch) -> Iterator[str]:
    name = "genfacet-test-odd-shop"
    client.indices.delete(index=name, ignore_unavailable=True)
    load_shop(client, name)
    yield name
    client.indices.delete(index=name, ignore_unavailable=True)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "genfacet.yml"


def init(url: str, index: str, out: Path | str, *options: str) -> Result:
    return CliRunner().invoke(main, ["init", "--url", url, "--index", index, "--out", str(out), *options])


def read(config: Path, index: str) -> IndexSettings:
    return load_settings(config, {}).indices[index]


def test_the_configuration_of_an_odd_shop(es_url: str, shop: str, config: Path) -> None:
    result = init(es_url, shop, config)
    assert result.exit_code == 0, result.output
    found = read(config, shop)
    assert found.search.text_fields == ["title^3", "brand.text^2", "description"]
    assert (found.category, found.popularity) == ("category", "sold")
    fields = {name: (facet.field, facet.type) for name, facet in found.facets.items()}
    assert fields == {
        "brand": ("brand", "keyword"),
        "category": ("category", "keyword"),
        "price": ("price_cents", "number"),
        "in_stock": ("in_stock", "boolean"),
        "weight": ("weight", "number"),
        "finish": ("specs.finish", "keyword"),
        "seller": ("offers.seller", "keyword"),
    }
    assert found.facets["price"].scale == "0.01"
    assert found.facets["finish"].flattened
    assert [family.model_dump() for family in found.families] == [
        {
            "path": "features",
            "name": "features.key",
            "text": "features.val",
            "number": "features.num",
            "strip": ["f_n_", "f_t_"],
        }
    ]
    catalog = found.catalog()
    names = ("colour", "power", "height", "package_height", "supplier_code", "pallet_quantity")
    assert [name for name in names if catalog.is_offered(name)] == ["colour", "power", "height"]


def test_what_is_left_out_and_what_is_not_supported_is_said(es_url: str, shop: str, config: Path) -> None:
    result = init(es_url, shop, config)
    text = config.read_text(encoding="utf-8")
    for path in ("sku", "currency", "created", "shipping_weight", "title.keyword", "specs.gtin"):
        assert f"#   {path}: " in text, path
    for path in ("place", "embedding", "fast", "blob", "variants", "offers"):
        assert f"#   {path}: " in text, path
        assert f"not supported: {path}: " in result.stderr


def test_facets_come_out_of_what_was_written(es_url: str, client: Elasticsearch, shop: str, config: Path) -> None:
    init(es_url, shop, config)
    template = read(config, shop).search.template
    body = json.loads(json.dumps(template).replace("{{query}}", "kettle"))
    facets = GenFacet(client, load_settings(config, {}))
    try:
        answer = facets.search(index=shop, body={**body, "ext": {"genfacet": {"deadline_ms": 5000, "size": 10}}})
    finally:
        facets.close()
    assert answer["hits"]["total"]["value"] == 100
    names = {facet["name"] for facet in answer["ext"]["genfacet"]["facets"]}
    assert {"brand", "colour"} <= names
    assert names.isdisjoint({"package_height", "supplier_code", "pallet_quantity"})


def test_an_alias_over_two_indices_is_read_as_one(
    es_url: str, client: Elasticsearch, index_name: str, config: Path
) -> None:
    alias = f"{index_name}-alias"
    other = f"{index_name}-b"
    client.indices.create(index=index_name, mappings={"properties": {"a": {"type": "keyword"}, "c": {"type": "long"}}})
    client.indices.create(
        index=other,
        mappings={"properties": {"a": {"type": "keyword"}, "b": {"type": "keyword"}, "c": {"type": "keyword"}}},
    )
    try:
        for n in range(40):
            client.index(index=index_name, document={"a": "xy"[n % 2], "c": n})
            client.index(index=other, document={"a": "xy"[n % 2], "b": "pq"[n % 2], "c": str(n)})
        client.indices.refresh(index=f"{index_name}*")
        client.indices.put_alias(index=f"{index_name},{other}", name=alias)
        for name in (alias, f"{index_name}*"):
            result = init(es_url, name, config, "--force")
            assert set(read(config, name).facets) == {"a", "b"}
            assert "c: has different types in the indices behind the name: keyword, long" in result.stderr
            assert f"Behind it: {index_name}, {other}." in config.read_text(encoding="utf-8")
    finally:
        client.indices.delete(index=other, ignore_unavailable=True)


def test_a_data_stream_is_read(es_url: str, client: Elasticsearch, config: Path) -> None:
    # Some builds have no API to make and delete data streams; there the first document makes one, and it stays.
    name = "genfacet-test-stream"
    client.indices.put_index_template(
        name=name,
        index_patterns=[name],
        data_stream={},
        priority=500,
        template={"mappings": {"properties": {"colour": {"type": "keyword"}}}},
    )
    moment = "2024-01-01T00:00:00Z"
    try:
        for n in range(30):
            document = {"@timestamp": moment, "colour": "rgb"[n % 3]}
            client.options(ignore_status=409).create(index=name, id=str(n), document=document)
        client.indices.refresh(index=name)
        assert [stream["name"] for stream in client.indices.resolve_index(name=name)["data_streams"]] == [name]
        result = init(es_url, name, config)
        assert result.exit_code == 0, result.output
        assert set(read(config, name).facets) == {"colour"}
        said = CliRunner().invoke(main, ["doctor", "--config", str(config), "--url", es_url, "--json"])
        assert [check["status"] for check in json.loads(said.stdout)["checks"]].count("fail") == 0
    finally:
        tidy = client.options(ignore_status=[400, 404, 405])
        tidy.indices.delete_data_stream(name=name)
        tidy.indices.delete_index_template(name=name)


def test_an_index_without_source_is_judged_by_its_counts(
    es_url: str, client: Elasticsearch, index_name: str, config: Path
) -> None:
    properties = {"title": {"type": "text"}, "colour": {"type": "keyword"}, "ref": {"type": "keyword"}}
    client.indices.create(index=index_name, mappings={"_source": {"enabled": False}, "properties": properties})
    for n in range(40):
        client.index(index=index_name, document={"title": "x", "colour": "rgb"[n % 3], "ref": f"r{n}"})
    client.indices.refresh(index=index_name)
    result = init(es_url, index_name, config)
    assert set(read(config, index_name).facets) == {"colour"}
    assert "not supported: _source: is disabled" in result.stderr


def test_an_existing_file_is_kept_without_force(es_url: str, shop: str, config: Path) -> None:
    config.write_text("mine", encoding="utf-8")
    result = init(es_url, shop, config)
    assert result.exit_code == 2
    assert "--force overwrites it" in result.stderr
    assert config.read_text(encoding="utf-8") == "mine"
    assert init(es_url, shop, config, "--force").exit_code == 0
    assert shop in config.read_text(encoding="utf-8")


def test_the_file_can_go_to_the_terminal(es_url: str, shop: str, config: Path) -> None:
    assert init(es_url, shop, config).exit_code == 0
    assert init(es_url, shop, "-").stdout == config.read_text(encoding="utf-8")


def test_the_shops_own_template_is_taken(es_url: str, shop: str, config: Path, tmp_path: Path) -> None:
    own = {"query": {"match": {"title": {"query": "{{query}}", "operator": "and"}}}, "size": 24}
    file = tmp_path / "search.json"
    file.write_text(json.dumps(own), encoding="utf-8")
    assert init(es_url, shop, config, "--template", str(file)).exit_code == 0
    assert read(config, shop).search.template == own
    assert read(config, shop).search.text_fields == ["title"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "holds no JSON"),
        ("[]", "holds no JSON object"),
        ('{"query": {"match_all": {}}}', "whose text is {{query}}"),
    ],
)
def test_a_bad_template_is_refused(
    es_url: str, shop: str, config: Path, tmp_path: Path, content: str, sentence: str
) -> None:
    file = tmp_path / "search.json"
    file.write_text(content, encoding="utf-8")
    result = init(es_url, shop, config, "--template", str(file))
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not config.exists()


@pytest.mark.parametrize("name", ["genfacet-test-nothing-here", "genfacet-test-nothing-*"])
def test_a_missing_index_is_one_sentence(es_url: str, config: Path, name: str) -> None:
    result = init(es_url, name, config)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert f"no index, alias or data stream {name}" in result.stderr


def test_an_empty_index_is_one_sentence(es_url: str, client: Elasticsearch, index_name: str, config: Path) -> None:
    client.indices.create(index=index_name)
    assert "holds no documents" in init(es_url, index_name, config).stderr


def test_a_single_document_is_enough(es_url: str, client: Elasticsearch, index_name: str, config: Path) -> None:
    load_shop(client, index_name, products=0)
    client.index(index=index_name, document=product(1), refresh=True)
    result = init(es_url, index_name, config)
    assert result.exit_code == 0, result.output
    assert read(config, index_name).families[0].name == "features.key"


@pytest.mark.skipif(elasticsearch.__version__[0] < 9, reason="an older client gets on with an older server")
def test_a_server_that_is_older_than_the_client_is_told_as_such(es8_url: str, config: Path) -> None:
    for arguments in (["init", "--index", "any", "--out", str(config)], ["status"], ["doctor"]):
        result = CliRunner().invoke(main, [*arguments, "--url", es8_url])
        assert "older than its client" in result.output
        assert "pip install 'elasticsearch>=8.19,<9'" in " ".join(result.output.split())
        assert result.exit_code in {1, 2}
