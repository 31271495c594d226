"""What a student writes on a real index: taken where it executes and helps, and at no cost where it does not."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch
from sidecar_servers import JSON, send, serving
from small_shop import asking, opened_shop, shop_settings, text_query

from genfacet import AsyncGenFacet, GenFacet
from genfacet.generation import Generated, Generation
from genfacet.runner import Run
from genfacet.settings import Settings

INDEX = "genfacet-test-student"
SELECTED = {"~where": ["on my desk|weight=..10"]}
PLAIN = "printer on my desk"


@dataclass
class Saying:
    """A student that says what it is told to, after a while."""

    facets: str = ""
    rewrite: str = ""
    others: tuple[str, ...] = ()
    after_s: float = 0.0
    asked: list[Generation] = field(default_factory=list)

    def ask(self, generation: Generation) -> Generated:
        self.asked.append(generation)
        time.sleep(min(self.after_s, generation.patience_s))
        if self.after_s > generation.patience_s:
            return Generated("", False)
        text = self.facets if generation.task == "facets" else self.rewrite
        return Generated(text, True, "test", self.others, self.after_s)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def index(client: Elasticsearch) -> Iterator[str]:
    with opened_shop(client, INDEX) as name:
        yield name


@pytest.fixture
def settings(es_url: str, index: str) -> Settings:
    return shop_settings(es_url, index, engine={"source": "student"}, audience={"name": "all"})


@contextmanager
def hooked(
    client: Elasticsearch, settings: Settings, student: Saying, monkeypatch: pytest.MonkeyPatch
) -> Iterator[GenFacet]:
    """A hook whose student is this one."""
    monkeypatch.setattr("genfacet.hook.open_student", lambda _: student)
    hook = GenFacet(client, settings)
    try:
        yield hook
    finally:
        hook.close()


def answered(hook: GenFacet, **section: Any) -> dict[str, Any]:
    body = asking({"query": text_query()}, user_query="printer", **section)
    found: dict[str, Any] = hook.search(index=INDEX, **body).body
    return found


def test_facets_of_a_student_are_counted_and_what_does_not_split_is_dropped(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Saying()
    with hooked(client, settings, student, monkeypatch) as hook:
        answered(hook)
        (asked,) = student.asked
        markers = {line[3:].split(":")[0]: line[0] for line in asked.prompt.split("\n") if line[1:2].isdigit()}
        weight = markers["Weight"]
        student.facets = (
            f"~Where it stands\n- on my desk = {weight} ..10\n- in its own room = {weight} 10..\n"
            f"~Never\n- one = {weight} 900..\n- two = {weight} 800..900\nnot a line of an answer"
        )
        asking_again = answered(hook, values=4, explain=True)
    (facet,) = asking_again["ext"]["genfacet"]["facets"]
    assert (facet["name"], facet["source"]) == ("~where_it_stands", "student")
    assert asking_again["ext"]["genfacet"]["model"] == "test"
    [told] = asking_again["ext"]["genfacet"]["student"]
    assert (told["prompt"], told["answers"], told["finished"]) == (asked.prompt, [student.facets], True)
    assert asking_again["ext"]["genfacet"]["left_out"] == [
        {"label": "a line that is none", "why": "it cannot be read"},
        {"label": "Never", "why": "0 of its 2 values split the results"},
    ]
    for value in facet["values"]:
        span = {"lt": 10} if value["value"].startswith("on my desk") else {"gte": 10}
        where = [{"term": {"attributes.name": "weight"}}, {"range": {"attributes.number": span}}]
        nested = {"nested": {"path": "attributes", "query": {"bool": {"filter": where}}}}
        query = {"bool": {"must": [text_query()], "filter": [nested]}}
        assert value["count"] == client.count(index=INDEX, query=query)["count"] > 0


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("compact printer", True),
        ("printer", False),  # nothing new
        ("", False),
        ("zebra crossing", False),  # has left the shopper's words
        ("printer " + "\u0000" * 30, False),
    ],
)
def test_a_rewrite_is_taken_where_it_holds(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch, written: str, taken: bool
) -> None:
    student = Saying(rewrite=written)
    with hooked(client, settings, student, monkeypatch) as hook:
        found = answered(hook, selected=SELECTED, mode="rewrite")
    section = found["ext"]["genfacet"]["query"]
    assert section["rewritten"] == (written if taken else PLAIN)
    assert found["ext"]["genfacet"]["model"] == ("test" if taken else None)
    expected = client.count(index=INDEX, query=text_query(section["rewritten"]))["count"]
    assert found["hits"]["total"]["value"] == expected > 0


def test_a_rewrite_that_satisfies_the_selection_worse_is_not_taken(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    heavy, light = "printer heavyweight", "printer featherweight"
    for number, (words, weight) in enumerate([(heavy, 25), (light, 2)] * 6):
        document = {
            "title": f"{words} {words}",
            "description": words,
            "attributes": [{"name": "weight", "number": weight}],
        }
        client.index(index=INDEX, id=f"extra-{number}", document=document)
    client.indices.refresh(index=INDEX)
    selected = {"~where": ["featherweight|weight=..10"]}
    for written, taken in [(heavy, False), ("featherweight printer", True)]:
        with hooked(client, settings, Saying(rewrite=written), monkeypatch) as hook:
            section = answered(hook, selected=selected, mode="rewrite")["ext"]["genfacet"]["query"]
        assert (section["rewritten"] == written) is taken
    # Of several answers the one is taken that satisfies the selection best, not the likeliest.
    several = Saying(rewrite=heavy, others=("zebra", "printer", "featherweight printer"))
    with hooked(client, settings, several, monkeypatch) as hook:
        for _ in range(2):
            section = answered(hook, selected=selected, mode="rewrite")["ext"]["genfacet"]["query"]
            assert section["rewritten"] == "featherweight printer"
        asked = [question.samples for question in several.asked if question.task == "rewrite"]
        assert asked == [4], "what was decided once is kept"


def test_a_late_student_costs_its_patience_and_no_more(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Saying(rewrite="compact printer", after_s=30)
    with hooked(client, settings, student, monkeypatch) as hook:
        started = time.monotonic()
        found = answered(hook, selected=SELECTED, mode="rewrite", deadline_ms=200)
    assert time.monotonic() - started < 5
    assert found["ext"]["genfacet"]["query"]["rewritten"] == PLAIN
    assert found["hits"]["hits"]


def test_a_rewrite_and_its_facets_share_one_deadline(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    real = Run.wait
    monkeypatch.setattr(Run, "wait", lambda run, seconds: (waits.append(seconds), real(run, seconds))[1])
    with hooked(client, settings, Saying(after_s=30), monkeypatch) as hook:
        answered(hook, selected=SELECTED, mode="rewrite", deadline_ms=1000)
        answered(hook, selected={"brand": ["HP"]}, mode="filter", deadline_ms=1000)
    # The student writes for 600 ms; what is left of the deadline is for the facets.
    assert 0 < waits[0] <= 0.4
    assert waits[1] == pytest.approx(1.0, abs=0.05)


def test_a_student_that_is_too_slow_for_the_deadline_writes_for_the_next_search(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Saying(rewrite="compact printer", after_s=0.5)

    def rewritten(hook: GenFacet, **selected: Any) -> str | None:
        section = answered(hook, mode="rewrite", deadline_ms=300, **selected)["ext"]["genfacet"]
        said: str | None = section["query"]["rewritten"]
        return said

    with hooked(client, settings, student, monkeypatch) as hook:
        assert rewritten(hook, selected={"~a": ["at home|weight=..9"]}) != "compact printer"
        patient = [one.patience_s for one in student.asked if one.task == "rewrite"]
        assert rewritten(hook, selected=SELECTED) == PLAIN
        until = time.monotonic() + 10
        while rewritten(hook, selected=SELECTED) == PLAIN and time.monotonic() < until:
            time.sleep(0.05)
        assert rewritten(hook, selected=SELECTED) == "compact printer"
    asked = [one.patience_s for one in student.asked if one.task == "rewrite"]
    assert patient == [pytest.approx(0.18)]
    assert set(asked[1:]) == {5.0}, "no search waits for it"


async def test_a_slow_student_writes_for_the_next_search_of_an_asynchronous_hook_too(
    es_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Saying(rewrite="compact printer", after_s=0.5)
    monkeypatch.setattr("genfacet.hook.open_student", lambda _: student)
    body = asking({"query": text_query()}, user_query="printer", selected=SELECTED, mode="rewrite", deadline_ms=300)
    async with AsyncElasticsearch(es_url) as client:
        hook = AsyncGenFacet(client, settings)
        said = []
        for _ in range(20):
            found = await hook.search(index=INDEX, **body)
            said.append(found["ext"]["genfacet"]["query"]["rewritten"])
            if said[-1] == "compact printer":
                break
            await asyncio.sleep(0.2)
        await hook.close()
    assert said[:2] == [PLAIN, PLAIN]
    assert said[-1] == "compact printer"


def test_the_searches_of_a_multi_search_get_what_was_decided_before(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Saying(rewrite="compact printer")
    body = asking({"query": text_query()}, user_query="printer", selected=SELECTED, mode="rewrite")
    with hooked(client, settings, student, monkeypatch) as hook:
        for decided in (False, True):
            [found] = hook.msearch(searches=[{"index": INDEX}, body])["responses"]
            section = found["ext"]["genfacet"]
            assert section["query"]["rewritten"] == ("compact printer" if decided else PLAIN)
            assert section["model"] == ("test" if decided else None)
            assert len([one for one in student.asked if one.task == "rewrite"]) == decided
            hook.search(index=INDEX, **body)


def test_an_unfinished_answer_is_not_kept_for_the_next_search(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Saying(after_s=30)
    with hooked(client, settings, student, monkeypatch) as hook:
        answered(hook, deadline_ms=300)
        answered(hook, deadline_ms=300)
        assert len(student.asked) == 2
        student.after_s = 0.0
        answered(hook)
        answered(hook)
        assert len(student.asked) == 3


def test_a_page_and_a_given_rewrite_are_not_rewritten(
    client: Elasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Saying(rewrite="compact printer")
    body = asking({"query": text_query(), "from": 10}, user_query="printer", selected=SELECTED, mode="rewrite")
    with hooked(client, settings, student, monkeypatch) as hook:
        hook.search(index=INDEX, **body)
        answered(hook, selected=SELECTED, mode="rewrite", rewritten="office printer")
        answered(hook, selected={"brand": ["HP"]}, mode="filter")
        answered(hook, selected=SELECTED, mode="rewrite", deadline_ms=0)
    assert not [one for one in student.asked if one.task == "rewrite"]


async def test_an_asynchronous_hook_asks_too(es_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    student = Saying(rewrite="printer desk compact", after_s=0.05)
    monkeypatch.setattr("genfacet.hook.open_student", lambda _: student)
    body = asking({"query": text_query()}, user_query="printer", selected=SELECTED, mode="rewrite")
    async with AsyncElasticsearch(es_url) as client:
        hook = AsyncGenFacet(client, settings)
        await asyncio.gather(*(hook.search(index=INDEX, **body) for _ in range(3)))
        await hook.close()
    assert len([one for one in student.asked if one.task == "rewrite"]) == 3


def test_the_sidecar_answers_for_hooks_elsewhere(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    student = Saying(facets="A")
    monkeypatch.setattr("genfacet.sidecar.service.open_student", lambda _: student)
    asked = {"task": "facets", "prompt": "facets: x\n>\n", "choices": [["A", False, ["red"]]], "patience_ms": 500}
    with serving(settings) as url:
        reply = send(url, "POST", "/_genfacet/student", orjson.dumps(asked), JSON)
        assert orjson.loads(reply.body) == {
            "text": "A",
            "finished": True,
            "model": "test",
            "others": [],
            "seconds": 0.0,
        }
        assert student.asked[0].patience_s == 0.5
        wrong = send(url, "POST", "/_genfacet/student", orjson.dumps({**asked, "task": "poem"}), JSON)
        assert wrong.status == 400
        assert b"[task] is one of facets, rewrite, score" in wrong.body
        assert send(url, "POST", "/_genfacet/student", b"{", JSON).status == 400
        assert send(url, "GET", "/_genfacet/student").status == 405
