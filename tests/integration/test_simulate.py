"""`genfacet simulate` on a generated shop: who sells, what a report and a log say, and what bad input becomes."""

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from genfacet.cli import main
from genfacet.events import read_event

INDEX = "genfacet-test-simulated"
SESSIONS = 400
QUERIES = 12
"""Few, so that many sessions share the pages."""


def genfacet(*arguments: str | Path) -> Result:
    # The configuration says where Elasticsearch is, whatever other server the environment names.
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"ELASTICSEARCH_URL": None})


@pytest.fixture(scope="module")
def folder(client: Elasticsearch, es_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A generated shop in Elasticsearch; the folder holds its configuration and its judgements."""
    made = tmp_path_factory.mktemp("shop")
    client.indices.delete(index=INDEX, ignore_unavailable=True)
    config = made / "genfacet.yml"
    steps: tuple[tuple[str | Path, ...], ...] = (
        ("shop", made / "shop.jsonl", "--seed", "2", "--products", "2000", "--queries", made / "judgments.csv"),
        ("index", made / "shop.jsonl", "--index", INDEX, "--url", es_url),
        ("init", "--index", INDEX, "--out", config, "--url", es_url),
    )
    try:
        for step in steps:
            result = genfacet(*step)
            assert result.exit_code == 0, result.output
        judged = (made / "judgments.csv").read_text().splitlines()[1:]
        asked = list(dict.fromkeys(next(csv.reader([line]))[0] for line in judged))[:QUERIES]
        kept = [line for line in judged if next(csv.reader([line]))[0] in asked]
        wrong = ["nobody,no-such-product,2", "hated,p1,0", "broken line"]
        (made / "judgments.csv").write_text("\n".join(["query,docid,rating", *kept, *wrong]))
        yield made
    finally:
        client.indices.delete(index=INDEX, ignore_unavailable=True)


def simulate(folder: Path, out: Path, *more: str | Path) -> Result:
    judgments = ("--judgments", folder / "judgments.csv", "--config", folder / "genfacet.yml")
    return genfacet("simulate", "--index", INDEX, *judgments, "--out", out, "--sessions", str(SESSIONS), *more)


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    """What a simulation of all kinds of arms leaves behind."""
    written = folder / "out"
    arms = ("--sources", "none,statistics,unverified", "--aa", "3", "--events", folder / "events.jsonl")
    result = simulate(folder, written, *arms)
    assert result.exit_code == 0, result.output
    assert "simulated" in result.output
    return written


def report_of(out: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((out / "report.json").read_text())
    return read


def test_facets_sell_and_dead_ends_are_seen(out: Path) -> None:
    metrics = report_of(out)["metrics"]
    sold = {arm: figure["mean"] for arm, figure in metrics["ucvr"]["arms"].items()}
    assert sold["statistics"] > sold["none"]
    assert metrics["ucvr"]["differences"]["statistics"]["low"] > 0
    dead = {arm: figure["mean"] for arm, figure in metrics["dead_end_rate"]["arms"].items()}
    assert dead["statistics"] == 0
    assert dead["unverified"] > 0
    clicked = {arm: figure["mean"] for arm, figure in metrics["facet_ctr_event"]["arms"].items()}
    assert clicked["statistics"] > clicked["unverified"] > 0


def test_the_report_says_what_was_planned_and_what_was_set_aside(out: Path) -> None:
    report = report_of(out)
    assert (report["kind"], report["simulated"], report["baseline"]) == ("simulation", True, "none")
    assert report["plan"]["primary"] == "ucvr"
    assert report["plan"]["horizon"] == SESSIONS
    assert "bootstrap" in report["plan"]["test"]
    assert report["aa"]["false_positives"]["ucvr"]["n"] == 3
    problems = report["queries"]["problems"]
    assert problems["query without a relevant document"] == 1
    assert problems["too few columns"] == 1
    assert report["latency"]["statistics"]["median_ms"] > 0
    page = (out / "report.html").read_text()
    assert "simulated" in page
    assert "<script" not in page


def test_the_log_holds_the_shoppers_of_the_first_source_with_facets(folder: Path, out: Path) -> None:
    events = [read_event(json.loads(line)) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert {event.attributes["arm"] for event in events} == {"statistics"}
    bought = report_of(out)["metrics"]["orders_per_user"]["arms"]["statistics"]
    people = bought["mean"] * bought["n"]
    assert sum(event.action_name == "purchase" for event in events) == pytest.approx(people)


def test_a_second_run_asks_nothing_and_says_the_same(folder: Path, out: Path) -> None:
    first = report_of(out)
    arms = ("--sources", "none,statistics,unverified", "--aa", "3", "--events", folder / "events.jsonl")
    assert simulate(folder, out, *arms, "--workers", "1").exit_code == 0
    second = report_of(out)
    assert "probe" in first["stages"]
    assert "probe" not in second["stages"]
    for key in ("metrics", "per_query", "examination", "queries", "plan", "aa", "bots"):
        assert second[key] == first[key]


def test_a_fresh_run_with_another_number_of_workers_says_the_same(folder: Path, out: Path, tmp_path: Path) -> None:
    arms = ("--sources", "none,statistics,unverified", "--aa", "3", "--events", tmp_path / "events.jsonl")
    assert simulate(folder, tmp_path, *arms, "--workers", "3").exit_code == 0
    first, second = report_of(out), report_of(tmp_path)
    for key in ("metrics", "per_query", "examination", "queries", "aa", "bots"):
        assert second[key] == first[key]
    assert (tmp_path / "events.jsonl").read_bytes() == (folder / "events.jsonl").read_bytes()


def test_clicks_of_simulated_shoppers_rank_facets(folder: Path, out: Path, tmp_path: Path) -> None:
    history = ("--history", folder / "events.jsonl")
    result = simulate(folder, tmp_path, "--sources", "none,clicks", *history, "--click-model", "cascade", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["metrics"]["ucvr"]["differences"]["clicks"]["mean"] > 0


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--sources", "none,nosuch"), "unknown source"),
        (("--sources", " , "), "names no source"),
        (("--sources", "none", "--events", "x.jsonl"), "want a source that shows facets"),
        (("--sources", "count", "--events", "x.jsonl", "--logged", "entropy"), "must be one of --sources"),
        (("--sources", "none,clicks"), "--history"),
        (("--sources", "count", "--threshold", "50"), "see --threshold"),
    ],
)
def test_bad_input_is_a_sentence(folder: Path, tmp_path: Path, more: tuple[str, ...], sentence: str) -> None:
    result = simulate(folder, tmp_path, *more)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_other_options_in_the_same_folder_are_refused(folder: Path, out: Path) -> None:
    result = simulate(folder, out, "--sources", "none,count")
    assert result.exit_code == 2
    assert "--fresh" in result.output


NOTES = "genfacet-test-simulated-notes"


@pytest.fixture
def notes(client: Elasticsearch) -> Iterator[str]:
    """Long texts with two attributes, one of several values; ids that need care; no price, no category."""
    chance = random.Random(9)
    keyword = {"type": "keyword"}
    properties = {"body": {"type": "text"}, "topics": keyword, "author": keyword}
    client.indices.delete(index=NOTES, ignore_unavailable=True)
    client.indices.create(index=NOTES, mappings={"properties": properties}, settings={"number_of_replicas": 0})
    actions = (
        {
            "_index": NOTES,
            "_id": note_id(n),
            "_source": {
                "body": " ".join(f"word{chance.randrange(200)}" for _ in range(400)),
                "topics": chance.sample(["law", "art", "sea", "war", "tea"], 2),
                "author": f"author {n % 9}",
            },
        }
        for n in range(300)
    )
    bulk(client, actions, refresh=True)
    yield NOTES
    client.indices.delete(index=NOTES)


def note_id(number: int) -> str:
    return f"note/{number}, «{number % 7}» \\ ü:{number}"


def test_an_index_of_another_kind_with_thousands_of_queries(notes: str, es_url: str, tmp_path: Path) -> None:
    search = {"template": {"query": {"match": {"body": "{{query}}"}}}, "text_fields": ["body"]}
    facets = {"topics": {"field": "topics"}, "author": {"field": "author"}}
    config = tmp_path / "genfacet.yml"
    config.write_text(
        json.dumps({"elasticsearch": {"url": es_url}, "indices": {notes: {"search": search, "facets": facets}}})
    )
    file = tmp_path / "judgments.csv"
    chance = random.Random(6)
    with file.open("w", newline="", encoding="utf-8") as opened:
        rows = csv.writer(opened)
        rows.writerow(["query", "docid", "rating"])
        for n in range(3000):
            rows.writerow([f"word{n % 200} query{n}", note_id(chance.randrange(300)), 1])
            rows.writerow([f"word{n % 200} query{n}", "no such note", 1])
    out, log = tmp_path / "out", tmp_path / "events.jsonl"
    arguments = ("--judgments", file, "--config", config, "--out", out, "--events", log, "--sessions", "150")
    result = genfacet("simulate", "--index", notes, *arguments, "--sources", "none,statistics")
    assert result.exit_code == 0, result.output
    report = report_of(out)
    assert report["queries"]["judged"] == 3000
    used = report["queries"]["used"]
    assert 100 < used <= 150, "a query that nobody asks costs nothing"
    assert report["queries"]["problems"] == {"relevant document that the index does not hold": used}
    assert report["metrics"]["facet_ctr_event"]["arms"]["statistics"]["mean"] > 0
    events = [read_event(json.loads(line)) for line in log.read_text().splitlines()]
    opened = {event.object.object_id for event in events if event.action_name == "click" and event.object}
    assert opened
    assert opened <= {note_id(n) for n in range(300)}
