"""The memory on real indices: near plans answer, strange ones do not; what is broken or lost costs nothing."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from elasticsearch import AsyncElasticsearch, Elasticsearch
from sidecar_servers import serving
from small_shop import asking, opened_shop, shop_settings, text_query

from genfacet import AsyncGenFacet, GenFacet
from genfacet.cli import main
from genfacet.memory.stored import MAPPING
from genfacet.settings import Settings

INDEX = "genfacet-test-remembering"
PLANS = "genfacet-test-plans"
PLAN = {
    "query": "laser printer",
    "area": "printers",
    "facets": [
        {"name": "brand", "values": ["HP", "Canon"]},
        {
            "name": "~desk",
            "label": "Where it stands",
            "values": ["on my desk|weight=..10", "in a corner|weight=10..20", "in its own room|weight=20.."],
        },
        {"name": "~strange", "label": "How it sounds", "values": ["soft|loudness=..3", "loud|loudness=3.."]},
    ],
    "rewrites": [{"selected": {"brand": ["HP"]}, "query": "laser printer nothing better"}],
}
OTHER = {
    "query": "office printer",
    "facets": [
        {
            "name": "~paper",
            "label": "How it takes paper",
            "values": ["by itself|duplex=Automatic", "by hand|duplex=Manual"],
        }
    ],
}


@pytest.fixture(scope="module")
def index(client: Elasticsearch) -> Iterator[str]:
    with opened_shop(client, INDEX) as name:
        yield name


@pytest.fixture
def settings(es_url: str, index: str, client: Elasticsearch) -> Iterator[Settings]:
    _forget(client)
    yield shop_settings(es_url, index, memory={"index": PLANS}, engine={"source": "memory"}, audience={"name": "all"})
    _forget(client)


@pytest.fixture
def config(settings: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "genfacet.yml"
    file.write_text(json.dumps(settings.model_dump(mode="json")))
    return file


def _forget(client: Elasticsearch) -> None:
    for name in client.indices.get(index=f"{PLANS}*", ignore_unavailable=True):
        client.indices.delete(index=name)


def command(config: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--config", str(config)], env={"ELASTICSEARCH_URL": None})


def add(config: Path, tmp_path: Path, *plans: Any, options: tuple[str, ...] = ()) -> dict[str, Any]:
    file = tmp_path / "plans.jsonl"
    file.write_text("".join(f"{plan if isinstance(plan, str) else json.dumps(plan)}\n" for plan in plans))
    result = command(config, "plans", "add", file, "--index", INDEX, "--json", *options)
    assert result.exit_code == 0, result.output
    outcome: dict[str, Any] = json.loads(result.stdout)
    return outcome


def facets(
    client: Elasticsearch, settings: Settings, query: str = "compact laser printer", **section: Any
) -> list[Any]:
    hook = GenFacet(client, settings)
    try:
        answer = hook.search(index=INDEX, **asking({"query": text_query(query)}, user_query=query, **section))
    finally:
        hook.close()
    shown: list[Any] = answer["ext"]["genfacet"]["facets"]
    return shown


def labels(shown: list[Any]) -> set[str]:
    return {facet["label"] for facet in shown}


def test_a_near_plans_facet_is_adopted_where_it_executes(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path
) -> None:
    outcome = add(config, tmp_path, PLAN, OTHER)
    assert outcome == {"added": 2, "left_out": {"value": 2, "rewrite": 1}}
    shown = facets(client, settings)
    assert labels(shown) == {"Where it stands", "How it takes paper"}
    for facet in shown:
        assert (facet["kind"], facet["source"]) == ("open", "memory")
        for value in facet["values"]:
            selected = {facet["name"]: [value["value"]]}
            ext = {"genfacet": {"user_query": "compact laser printer", "selected": selected, "mode": "filter"}}
            hook = GenFacet(client, settings)
            found = hook.search(index=INDEX, query=text_query("compact laser printer"), ext=ext)
            hook.close()
            assert found["hits"]["total"]["value"] == value["count"] >= 2


def test_of_two_values_for_the_same_results_one_is_shown(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path
) -> None:
    here = ["on my desk|weight=..10", "for me alone|weight=..10", "on the table|weight=0..10"]
    values = [*here, "elsewhere|weight=10.."]
    add(config, tmp_path, PLAN | {"facets": [{"name": "~desk", "label": "Where it stands", "values": values}]})
    [shown] = facets(client, settings)
    assert [value["label"] for value in shown["values"]] == ["on my desk", "elsewhere"]


def test_asynchronous_hook_and_sidecar_answer_alike(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path, es_url: str
) -> None:
    add(config, tmp_path, PLAN)
    body = asking({"query": text_query("quiet laser printer")}, user_query="quiet laser printer")

    async def ask() -> Any:
        async with AsyncElasticsearch(es_url) as opened:
            hook = AsyncGenFacet(opened, settings)
            try:
                return await hook.search(index=INDEX, **body)
            finally:
                await hook.close()

    here = facets(client, settings, "quiet laser printer")
    there = asyncio.run(ask())["ext"]["genfacet"]["facets"]
    with serving(settings) as url, Elasticsearch(url) as through:
        beside = through.search(index=INDEX, **body)["ext"]["genfacet"]["facets"]
    assert labels(here) == {"Where it stands"}
    assert here == there == beside


def test_where_no_plan_is_near_there_is_nothing(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path
) -> None:
    strange = {
        "query": "winter coat",
        "facets": [
            {"name": "~cold", "label": "How cold it gets", "values": ["mild|price=..100", "bitter|price=100.."]}
        ],
    }
    add(config, tmp_path, strange, options=("--no-check",))
    assert facets(client, settings, "photo scanner") == []


def test_adding_again_replaces_and_export_gives_it_all_back(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path
) -> None:
    add(config, tmp_path, PLAN, OTHER)
    add(config, tmp_path, PLAN)
    out = tmp_path / "out.jsonl"
    assert command(config, "plans", "export", out).exit_code == 0
    exported = {json.loads(line)["query"]: json.loads(line) for line in out.read_text().splitlines()}
    assert exported["office printer"]["facets"] == OTHER["facets"]
    assert [facet["name"] for facet in exported["laser printer"]["facets"]] == ["brand", "~desk"]
    listed = json.loads(command(config, "plans", "list", "--json").stdout)
    assert {one["query"] for one in listed} == {"laser printer", "office printer"}
    assert "2 plans" in command(config, "plans", "list").stderr
    _forget(client)
    assert command(config, "plans", "add", out, "--index", INDEX).stdout.startswith("2 plans are in")


def test_malformed_plans_are_counted_and_kept_aside(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path
) -> None:
    hostile = {
        "query": "ink printer",
        "facets": [
            {"name": "~x", "label": "X", "values": ["all|_id=p1", "script|text", "fine|duplex=Manual"]},
            {"name": "price", "values": ["..200", "200..", "9..1"]},
        ],
    }
    aside = tmp_path / "aside.jsonl"
    outcome = add(config, tmp_path, "{half", {"query": "x"}, hostile, options=("--rejected", str(aside)))
    assert outcome["added"] == 1
    assert outcome["left_out"]["malformed"] == 2
    assert outcome["left_out"]["value"] >= 2
    assert len(aside.read_text().splitlines()) == 3


def test_what_judges_is_not_remembered(client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path) -> None:
    judged = tmp_path / "judged.csv"
    judged.write_text("query,docid,rating\nprinter laser,p1,3\n")
    drawn = {**OTHER, "query": "network printer 12"}  # its sha256 is divisible by 10
    outcome = add(config, tmp_path, PLAN, OTHER, drawn, options=("--training-only", "--without", str(judged)))
    assert outcome["left_out"]["held out"] >= 1
    assert [one["query"] for one in json.loads(command(config, "plans", "list", "--json").stdout)] == ["office printer"]


def test_a_plan_of_another_audience_never_comes(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path
) -> None:
    add(config, tmp_path, OTHER)
    add(config, tmp_path, PLAN, options=("--audience", "partners"))
    partners = settings.model_copy(update={"audience": settings.audience.model_copy(update={"name": "partners"})})
    assert labels(facets(client, settings)) == {"How it takes paper"}
    assert labels(facets(client, partners)) == {"How it takes paper", "Where it stands"}


def test_documents_that_nobody_wrote_like_that_are_as_if_they_were_not_there(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path
) -> None:
    add(config, tmp_path, PLAN)
    [whole] = [hit["_source"] for hit in client.search(index=PLANS)["hits"]["hits"]]
    outside = {"name": "~id", "label": "Which one", "values": ["first|_id=p1", "other|_id=p2"]}
    raw = {"name": "~raw", "label": "Raw", "values": ["a|text={}|b", "c|price=x..y"]}
    for number, changes in enumerate(
        (
            {"version": 99},
            {"plan": {}},
            {"plan": {"query": "laser printer", "facets": "none"}},
            {"plan": {"query": "laser printer", "facets": [outside, raw]}},
            {"plan": {"query": "x" * 10_000, "facets": [outside]}},
            {"titles": None},
        )
    ):
        client.index(index=PLANS, id=str(number), document={**whole, **changes}, refresh=True)
    assert labels(facets(client, settings)) == {"Where it stands"}


def test_a_missing_or_lost_plan_index_costs_the_memory_alone(
    client: Elasticsearch, settings: Settings, config: Path, tmp_path: Path
) -> None:
    assert facets(client, settings) == []
    assert facets(client, settings, source="statistics")
    add(config, tmp_path, PLAN)
    hook = GenFacet(client, settings)
    try:
        for query in ("laser printer quiet", "laser printer photo"):
            answer = hook.search(index=INDEX, **asking({"query": text_query(query)}, user_query=query))
            assert answer["hits"]["total"]["value"]
            assert bool(answer["ext"]["genfacet"]["facets"]) == query.endswith("quiet")
            _forget(client)
        client.indices.create(index=PLANS, mappings={"dynamic": False, "properties": {"words": {"type": "boolean"}}})
        query = "laser printer office"
        answer = hook.search(index=INDEX, **asking({"query": text_query(query)}, user_query=query))
        assert answer["ext"]["genfacet"]["facets"] == []
        assert answer["ext"]["genfacet"]["reason"] == "nothing splits these results"
    finally:
        hook.close()


def test_plans_are_read_with_the_hooks_own_credential_and_counted_with_the_callers(es_secure: Any) -> None:
    index, plans, user, password = (
        "genfacet-test-remembered",
        "genfacet-test-guarded",
        "genfacet_caller",
        "test-only-password",
    )
    with Elasticsearch(es_secure.url, basic_auth=(es_secure.user, es_secure.password)) as admin:
        admin.indices.delete(index=plans, ignore_unavailable=True)
        with opened_shop(admin, index):
            admin.indices.create(index=plans, mappings=MAPPING, settings={"number_of_replicas": 0})
            hidden = {
                "bool": {
                    "must_not": {"nested": {"path": "attributes", "query": {"term": {"attributes.value": "Manual"}}}}
                }
            }
            privileges = {"names": [index], "privileges": ["read"], "query": json.dumps(hidden)}
            admin.security.put_role(name=user, indices=[privileges])
            admin.security.put_user(username=user, password=password, roles=[user])
            marks = {
                "index": index,
                "words": "laser printer",
                "titles": "laser printer",
                "attributes": ["duplex", "price", "brand"],
            }
            document = {
                "version": 1,
                "query": "laser printer",
                "source": "plans",
                "made_at": "2026-01-01",
                "plan": {**OTHER},
            }
            admin.index(index=plans, document={**document, **marks}, refresh=True)
            settings = shop_settings(es_secure.url, index, memory={"index": plans}, engine={"source": "memory"})
            hook = GenFacet(admin, settings)
            try:
                body = asking({"query": text_query("laser printer")}, user_query="laser printer")
                whole = hook.search(index=index, **body)["ext"]["genfacet"]["facets"]
                caller = hook.options(basic_auth=(user, password))
                seen = caller.search(index=index, **body)["ext"]["genfacet"]["facets"]
            finally:
                hook.close()
                admin.security.delete_user(username=user)
                admin.security.delete_role(name=user)
                admin.indices.delete(index=plans)
    assert labels(whole) == {"How it takes paper"}
    assert seen == [], "one of its two values is hidden from the caller"
