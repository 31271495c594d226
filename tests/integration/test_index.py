"""`genfacet index` against a real Elasticsearch."""

import gzip
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch

from genfacet.cli import main
from genfacet_training.shops import make_shop


@pytest.fixture
def index(es_url: str, index_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run `genfacet index FILE --index NAME` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(file: Path, *arguments: str, url: str = es_url) -> Result:
        return CliRunner().invoke(main, ["index", str(file), "--index", index_name, "--url", url, *arguments])

    return run


def write(path: Path, *lines: object) -> Path:
    path.write_bytes(b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines))
    return path


def chair(number: int, **more: object) -> dict[str, object]:
    return {"id": f"c{number}", "title": f"Chair {number}", "price": 10.5 * number} | more


def attribute_count(client: Elasticsearch, index: str, **clause: object) -> int:
    query = {"nested": {"path": "attributes", "query": {"bool": {"filter": [clause]}}}}
    return client.count(index=index, query=query)["count"]


def test_a_shop_is_loaded_whole_and_found(index, client, index_name, tmp_path):
    documents = [item.document for item in make_shop(5, 500).items]
    result = index(write(tmp_path / "shop.jsonl", *documents), "--json")
    assert result.exit_code == 0, result.output
    outcome = json.loads(result.stdout)
    assert outcome["loaded"] == 500
    assert outcome["rejected"] == 0
    assert outcome["rejected_file"] is None
    assert client.count(index=index_name)["count"] == 500
    some = documents[17]
    source = client.get(index=index_name, id=some["id"])["_source"]
    assert {k: v for k, v in source.items() if k != "attributes"} == {
        k: v for k, v in some.items() if k != "attributes"
    }
    query = {"bool": {"filter": [{"term": {"brand.keyword": some["brand"]}}, {"match": {"title": some["title"]}}]}}
    assert client.count(index=index_name, query=query)["count"] >= 1


def test_attributes_become_nested_pairs_of_text_and_numbers(index, client, index_name, tmp_path):
    file = write(
        tmp_path / "a.jsonl",
        chair(1, attributes={"colour": ["red", "blue"], "width": 40, "foldable": True}),
        chair(2, attributes={"colour": "red", "width": 55.5, "foldable": False}),
        chair(3),
    )
    assert index(file).exit_code == 0
    assert attribute_count(client, index_name, term={"attributes.value": "red"}) == 2
    assert attribute_count(client, index_name, term={"attributes.value": "blue"}) == 1
    assert attribute_count(client, index_name, term={"attributes.value": "yes"}) == 1
    assert attribute_count(client, index_name, range={"attributes.number": {"gte": 50}}) == 1


def test_the_index_refreshes_again_afterwards(index, client, index_name, tmp_path):
    index(write(tmp_path / "a.jsonl", chair(1)), "--replicas", "1", "--shards", "2")
    settings = client.indices.get_settings(index=index_name)[index_name]["settings"]["index"]
    assert "refresh_interval" not in settings
    assert (settings["number_of_shards"], settings["number_of_replicas"]) == ("2", "1")
    client.indices.put_settings(index=index_name, settings={"refresh_interval": "7s"})
    index(write(tmp_path / "b.jsonl", chair(2)))
    settings = client.indices.get_settings(index=index_name)[index_name]["settings"]["index"]
    assert settings["refresh_interval"] == "7s"


def test_bad_lines_are_set_aside_with_the_reason_and_the_exit_code_says_so(index, client, index_name, tmp_path):
    good = [chair(n, released="2024-01-01", attributes={"w": n}) for n in range(100)]
    file = write(
        tmp_path / "a.jsonl",
        *good,
        b"{not json\n",
        b"\x00\xff\x00\n",
        ["a", "list"],
        {"title": "no id"},
        chair(1),
        chair(101, price="cheap"),
        chair(102, released="tomorrow"),
        chair(103, attributes="none"),
        chair(104, attributes={"a": {"b": 1}}),
        chair(105, title={"en": "Chair"}),
        {"id": "c106", "": 1},
    )
    result = index(file)
    assert result.exit_code == 1, result.output
    assert "11 lines were set aside in a.jsonl.rejected" in result.output
    assert client.count(index=index_name)["count"] == 100
    rejects = [json.loads(line) for line in (tmp_path / "a.jsonl.rejected").read_text().splitlines()]
    reasons = {reject["line"]: reject["reason"] for reject in rejects}
    assert set(reasons) == set(range(101, 112))
    assert reasons[101].startswith("not JSON")
    assert reasons[103] == "not a JSON object"
    assert reasons[105] == "line 2 has the same id"
    assert "price" in reasons[106]
    assert "released" in reasons[107]
    assert reasons[108] == "attributes is not an object of names and values"
    raws = {reject["line"]: reject["raw"] for reject in rejects}
    assert json.loads(raws[106]) == chair(101, price="cheap")


def test_rejects_go_where_they_are_told_and_a_clean_run_removes_them(index, tmp_path):
    aside = tmp_path / "aside.jsonl"
    assert index(write(tmp_path / "a.jsonl", chair(1), b"x\n"), "--rejected", str(aside)).exit_code == 1
    assert json.loads(aside.read_text())["line"] == 2
    assert index(write(tmp_path / "a.jsonl", chair(1)), "--rejected", str(aside)).exit_code == 0
    assert not aside.exists()


def test_documents_nested_too_deeply_are_rejected_alone(index, client, index_name, tmp_path):
    deep = b'{"id": "deep", "a": ' + b'{"a": ' * 900 + b"1" + b"}" * 901 + b"\n"
    medium = b'{"id": "medium", "a": ' + b'{"a": ' * 60 + b"1" + b"}" * 61 + b"\n"
    result = index(write(tmp_path / "a.jsonl", chair(1), deep, medium))
    assert result.exit_code == 1, result.output
    assert client.count(index=index_name)["count"] == 1


def test_a_second_file_is_added_where_the_mapping_agrees(index, client, index_name, tmp_path):
    assert index(write(tmp_path / "a.jsonl", chair(1))).exit_code == 0
    assert index(write(tmp_path / "b.jsonl", chair(2, stock=3, attributes={"a": "b"}))).exit_code == 0
    assert client.count(index=index_name)["count"] == 2
    properties = client.indices.get_mapping(index=index_name)[index_name]["mappings"]["properties"]
    assert properties["stock"] == {"type": "long"}
    assert properties["attributes"]["type"] == "nested"


def test_an_index_with_another_mapping_stays_as_it_is_unless_recreated(index, client, index_name, tmp_path):
    assert index(write(tmp_path / "a.jsonl", chair(1))).exit_code == 0
    other = write(tmp_path / "b.jsonl", {"id": "x", "price": "much"})
    refused = index(other)
    assert refused.exit_code == 2
    assert "price is double there and text here" in refused.output
    assert "--recreate" in refused.output
    assert client.count(index=index_name)["count"] == 1
    assert index(other, "--recreate").exit_code == 0
    assert [hit["_id"] for hit in client.search(index=index_name)["hits"]["hits"]] == ["x"]


def test_an_unknown_analyzer_is_noticed_before_anything_is_deleted(index, client, index_name, tmp_path):
    file = write(tmp_path / "a.jsonl", chair(1))
    index(file)
    result = index(file, "--recreate", "--analyzer", "klingon")
    assert result.exit_code == 2
    assert "no analyzer klingon" in result.output
    assert client.count(index=index_name)["count"] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (bytes(range(256)) * 40, "holds no product (line 1: not JSON"),
        (b'[\n  {\n    "id": 1\n  }\n]\n', "holds no product"),
        (b'{"sku": 1}\n', '"id" to be its id'),
        (gzip.compress(b'{"id": 1}\n' * 9999)[:-30], "is cut off"),
    ],
)
def test_a_file_without_products_is_one_sentence_and_makes_no_index(
    index, client, index_name, tmp_path, content, sentence
):
    file = tmp_path / "a.jsonl.gz"
    file.write_bytes(content)
    result = index(file)
    assert result.exit_code == 2
    assert sentence in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not client.indices.exists(index=index_name)
    assert not (tmp_path / "a.jsonl.gz.rejected").exists()


def test_the_file_of_products_cannot_be_the_file_of_rejects(index, tmp_path):
    file = write(tmp_path / "a.jsonl", chair(1))
    result = index(file, "--rejected", str(file))
    assert result.exit_code == 2
    assert file.exists()


def test_a_server_that_is_not_there_is_one_sentence(index, tmp_path):
    result = index(write(tmp_path / "a.jsonl", chair(1)), url="http://127.0.0.1:9")
    assert result.exit_code == 2
    assert result.output.startswith("Error: Elasticsearch cannot be reached")
    assert len(result.output.strip().splitlines()) == 1


def test_wrong_credentials_are_one_sentence_without_the_secret(index, es_secure, tmp_path):
    file = write(tmp_path / "a.jsonl", chair(1))
    result = index(file, "--basic-auth", f"{es_secure.user}:wrong-secret", url=es_secure.url)
    assert result.exit_code == 2
    assert "401" in result.output
    assert "wrong-secret" not in result.output


def test_icecat_loads_in_less_than_a_minute(index, client, index_name, icecat_path):
    started = time.monotonic()
    result = index(icecat_path)
    assert result.exit_code == 0, result.output
    assert time.monotonic() - started < 60
    assert client.count(index=index_name)["count"] == 19_406
    names = {"nested": {"path": "attributes"}, "aggs": {"names": {"cardinality": {"field": "attributes.name"}}}}
    names["aggs"]["names"]["cardinality"]["precision_threshold"] = 40_000
    found = client.search(index=index_name, size=0, aggs={"attributes": names})["aggregations"]["attributes"]
    assert found["names"]["value"] == 5_354
