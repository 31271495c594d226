"""Runs beside a search: deadlines, failures, shared work and bounds, in threads and in an event loop."""

import asyncio
import logging
import time
from threading import Event, Thread

import pytest
from memory_index import MemoryIndex

from genfacet.control import State, is_in_rollout
from genfacet.engine import Engine
from genfacet.exchange import AsyncExchange, Exchange
from genfacet.request import read_request
from genfacet.runner import AsyncRunner, Runner, SiblingError
from genfacet.settings import parse_settings
from genfacet.sibling import Search

DOCUMENTS = [{"brand": ["HP", "Canon"][n % 2]} for n in range(20)]
SECRET = "a secret of a document"
SHOP = {"search": {"template": {}, "text_fields": ["title"]}, "facets": {"brand": {"field": "brand"}}}


def make_engine(**options):
    return Engine(parse_settings({"indices": {"shop": SHOP}, "engine": options}))


def make_plan(engine, text="lamp", **section):
    return engine.plan(Search("shop", {}, {"query": {"match": {"title": text}}}), read_request(section), "")


@pytest.fixture
def engine():
    return make_engine()


@pytest.fixture
def runner(engine):
    opened = Runner(engine)
    yield opened
    opened.close()


def run_async(work):
    return asyncio.run(asyncio.wait_for(work, 20))


def fails(error):
    def send(_):
        raise error

    return send


def test_an_answer_in_time(engine, runner):
    run = runner.start(make_plan(engine), MemoryIndex(DOCUMENTS).answer)
    answer = run.wait(10)
    assert [facet.name for facet in answer.facets] == ["brand"]
    assert run.timings.seconds.keys() == {"probe", "counts"}


def test_an_answer_in_time_of_an_event_loop(engine):
    async def work():
        index, runner = MemoryIndex(DOCUMENTS), AsyncRunner(engine)

        async def send(sibling):
            return index.answer(sibling)

        return await runner.start(make_plan(engine), send).wait(10)

    assert [facet.name for facet in run_async(work()).facets] == ["brand"]


def test_a_late_answer_leaves_the_selection_and_says_why(engine, runner):
    release = Event()
    plan = make_plan(engine, selected={"brand": ["HP"]})
    run = runner.start(plan, lambda _: release.wait(10))
    started = time.monotonic()
    answer = run.wait(0.05)
    assert time.monotonic() - started < 5
    release.set()
    assert (answer.timed_out, answer.reason) == (True, "deadline")
    assert [(value.value, value.count) for value in answer.facets[0].values] == [("HP", None)]


def test_a_late_sibling_of_an_event_loop_is_cancelled(engine):
    ended = []

    async def send(_):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def work():
        answer = await AsyncRunner(engine).start(make_plan(engine), send).wait(0.02)
        await asyncio.sleep(0)
        return answer

    answer = run_async(work())
    assert (answer.timed_out, answer.reason) == (True, "deadline")
    assert ended == ["cancelled"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SiblingError("a sibling was answered with status 503"), "a sibling was answered with status 503"),
        (ValueError(SECRET), "facets failed: ValueError"),
        (RecursionError(SECRET), "facets failed: RecursionError"),
        (MemoryError(SECRET), "facets failed: MemoryError"),
    ],
)
def test_whatever_goes_wrong_costs_facets_only_and_is_logged_without_content(engine, runner, caplog, error, reason):
    async def send(_):
        raise error

    async def work():
        return await AsyncRunner(engine).start(make_plan(engine, selected={"brand": ["HP"]}), send).wait(10)

    with caplog.at_level(logging.DEBUG):
        answers = [
            runner.start(make_plan(engine, selected={"brand": ["HP"]}), fails(error)).wait(10),
            run_async(work()),
        ]
    for answer in answers:
        assert (answer.reason, answer.timed_out) == (reason, False)
        assert answer.facets[0].values[0].count is None
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "garbage", [{}, {"hits": {}}, {"hits": {"total": {"value": "x"}}, "aggregations": []}, None, []]
)
def test_garbage_is_a_reason(engine, runner, garbage):
    answer = runner.start(make_plan(engine), lambda _: garbage).wait(10)
    assert answer.facets == ()
    assert answer.reason.startswith("facets failed: ")


def test_where_no_thread_is_free_a_search_goes_without_at_once():
    engine = make_engine(workers=1)
    runner, release = Runner(engine), Event()
    first = runner.start(make_plan(engine), lambda _: release.wait(10) and {})
    assert runner.start(make_plan(engine), lambda _: {}).wait(10).reason == "too many searches at once"
    release.set()
    first.wait(10)
    for _ in range(100):  # the thread hands itself back a moment after its answer
        answer = runner.start(make_plan(engine), MemoryIndex(DOCUMENTS).answer).wait(10)
        if answer.facets:
            break
        time.sleep(0.01)
    assert answer.facets
    runner.close()
    assert runner.start(make_plan(engine), MemoryIndex(DOCUMENTS).answer).wait(1).reason == "too many searches at once"


def test_connections_are_closed_when_nothing_needs_them_any_more():
    engine = make_engine()
    runner, release, closed, sent = Runner(engine), Event(), Event(), []

    def send(sibling):
        release.wait(10)
        sent.append(closed.is_set())
        return MemoryIndex(DOCUMENTS).answer(sibling)

    runs = [runner.start(make_plan(engine, text), send) for text in ("lamp", "desk", "chair")]
    started = time.monotonic()
    runner.close(then=closed.set)
    assert time.monotonic() - started < 5, "closing waits a moment and no longer"
    assert not closed.is_set()
    release.set()
    assert all(run.wait(10).facets for run in runs)
    assert closed.wait(10)
    assert not any(sent)
    idle, at_once = Runner(engine), Event()
    idle.close(then=at_once.set)
    assert at_once.is_set()


def test_the_switch_is_read_where_siblings_hang_in_every_thread():
    engine = make_engine(workers=1)
    runner, release, read = Runner(engine), Event(), Event()
    try:
        runner.start(make_plan(engine), lambda _: release.wait(10))
        runner.submit(read.set)
        assert read.wait(5)
    finally:
        release.set()
        runner.close()


def test_an_event_loop_has_a_bound_too():
    engine = make_engine(workers=1)

    async def work():
        index, runner = MemoryIndex(DOCUMENTS), AsyncRunner(engine)

        async def send(sibling):
            await asyncio.sleep(0.01)
            return index.answer(sibling)

        first, second = (runner.start(make_plan(engine), send) for _ in range(2))
        answers = [await second.wait(10), await first.wait(10)]
        await asyncio.sleep(0)
        return [*answers, await runner.start(make_plan(engine), send).wait(10)]

    second, first, third = run_async(work())
    assert second.reason == "too many searches at once"
    assert first.facets
    assert third.facets


def test_searches_at_once_read_the_background_once():
    engine = make_engine(source="significant")
    runner, index, entered, release = Runner(engine), MemoryIndex(DOCUMENTS), Event(), Event()

    def send(sibling):
        if sibling.stage == "background":
            entered.set()
            release.wait(10)
        return index.answer(sibling)

    first = runner.start(make_plan(engine, "lamp"), send)
    assert entered.wait(10)
    second = runner.start(make_plan(engine, "desk"), send)
    Thread(target=release.set).start()
    assert first.wait(10).reason == second.wait(10).reason
    assert [sibling.stage for sibling in index.asked].count("background") == 1
    runner.close()


def test_shared_work_goes_on_where_the_first_search_cannot_wait():
    engine = make_engine(source="significant")

    async def work():
        index, runner = MemoryIndex(DOCUMENTS), AsyncRunner(engine)

        async def send(sibling):
            if sibling.stage == "background":
                await asyncio.sleep(0.1)
            return index.answer(sibling)

        late = await runner.start(make_plan(engine), send).wait(0.01)
        in_time = await runner.start(make_plan(engine), send).wait(10)
        await runner.close()
        return late, in_time, [sibling.stage for sibling in index.asked].count("background")

    late, in_time, read = run_async(work())
    assert (late.reason, in_time.timed_out, read) == ("deadline", False, 1)


def test_a_search_waits_for_facets_its_deadline_beyond_the_hits(engine, runner):
    exchange, index = Exchange(engine, runner), MemoryIndex(DOCUMENTS)

    def slow(sibling):
        time.sleep(0.1)
        return index.answer(sibling)

    def execute(_):
        while len(index.asked) < 2:
            time.sleep(0.01)
        time.sleep(0.3)  # by then the counts are read
        return "hits"

    plan = make_plan(engine, deadline_ms=0)
    outcome = exchange.search(plan, execute, slow, lambda _: 1)
    assert outcome.response == "hits"
    assert outcome.answer.facets, "facets were there before the hits"
    late = exchange.search(make_plan(engine, "desk", deadline_ms=0), lambda _: "hits", slow, lambda _: 1)
    assert (late.response, late.answer.timed_out) == ("hits", True)


def test_an_error_of_the_users_search_is_its_answer_without_facets(engine, runner):
    exchange = Exchange(engine, runner)
    outcome = exchange.search(make_plan(engine), lambda _: "error", MemoryIndex(DOCUMENTS).answer, lambda _: None)
    assert (outcome.response, outcome.answer) == ("error", None)
    with pytest.raises(ConnectionError):
        exchange.search(make_plan(engine), fails(ConnectionError()), MemoryIndex(DOCUMENTS).answer, lambda _: 1)


def test_a_rewrite_that_finds_nothing_is_searched_again_once(engine, runner):
    executed = []
    plan = make_plan(engine, rewritten="lamp of no kind")
    outcome = Exchange(engine, runner).search(
        plan, lambda search: executed.append(search.body) or "hits", MemoryIndex(DOCUMENTS).answer, lambda _: 0
    )
    assert [body["query"] for body in executed] == [
        {"match": {"title": "lamp of no kind"}},
        {"match": {"title": "lamp"}},
    ]
    assert outcome.plan.relaxed


def test_equal_searches_of_a_msearch_are_computed_once(engine, runner):
    index = MemoryIndex(DOCUMENTS)
    plans = [make_plan(engine, text, deadline_ms=5000) if text else None for text in ("lamp", "lamp", "", "desk")]

    async def answer(sibling):
        return index.answer(sibling)

    async def execute():
        return ["a", "b", "c", "d"]

    async def work():
        return await AsyncExchange(engine, AsyncRunner(engine)).msearch(plans, execute, None, answer, lambda _: 1)

    for run in (
        lambda: run_async(work()),
        lambda: Exchange(engine, runner).msearch(plans, lambda: ["a", "b", "c", "d"], None, index.answer, lambda _: 1),
    ):
        index.asked.clear()
        outcomes = run()
        assert [outcome and outcome.response for outcome in outcomes] == ["a", "b", None, "d"]
        assert outcomes[0].answer is outcomes[1].answer
        assert outcomes[3].answer is not outcomes[0].answer
        assert [sibling.stage for sibling in index.asked].count("counts") == 2


def test_pages_and_aggregations_of_one_search_are_computed_once(engine, runner):
    index = MemoryIndex(DOCUMENTS)
    bodies = [{}, {"size": 0, "aggs": {"brands": {"terms": {"field": "brand"}}}}, {"from": 20, "sort": ["price"]}]
    asked = read_request({"deadline_ms": 5000})
    query = {"query": {"match": {"title": "lamp"}}}
    plans = [engine.plan(Search("shop", {}, query | body), asked, "") for body in bodies]
    outcomes = Exchange(engine, runner).msearch(plans, lambda: ["a", "b", "c"], None, index.answer, lambda _: 1)
    assert all(outcome.answer.facets for outcome in outcomes)
    assert [sibling.stage for sibling in index.asked] == ["probe", "counts"]


def test_clients_within_and_outside_of_a_rollout_are_not_confused_in_a_msearch(engine, runner):
    engine.control.update(State(rollout_percent=50))
    clients = [f"client-{number}" for number in range(8)]
    plans = [make_plan(engine, client_id=client, deadline_ms=5000) for client in clients]
    answers = ["hits"] * len(plans)
    outcomes = Exchange(engine, runner).msearch(
        plans, lambda: answers, None, MemoryIndex(DOCUMENTS).answer, lambda _: 1
    )
    assert [bool(outcome.answer.facets) for outcome in outcomes] == [is_in_rollout(client, 50) for client in clients]
    assert len({bool(outcome.answer.facets) for outcome in outcomes}) == 2


def test_all_searches_of_a_msearch_share_a_deadline_those_that_are_repeated_too(engine, runner):
    index, slow = MemoryIndex(DOCUMENTS), 0.06

    def plans(engine):
        gone = {"selected": {"brand": ["Nokia"]}, "deadline_ms": 600}
        return [make_plan(engine, locale=str(number), **gone) for number in range(8)]

    def send(sibling):
        time.sleep(slow)
        return index.answer(sibling)

    def waiting():
        return Exchange(engine, runner).msearch(
            plans(engine), lambda: ["old"] * 8, lambda search: "new", send, lambda _: 1
        )

    async def asend(sibling):
        await asyncio.sleep(slow)
        return index.answer(sibling)

    async def execute(search=None):
        return "new" if search else ["old"] * 8

    def awaiting():
        other = make_engine()
        exchange = AsyncExchange(other, AsyncRunner(other))
        return run_async(exchange.msearch(plans(other), execute, execute, asend, lambda _: 1))

    for run in (waiting, awaiting):
        started = time.monotonic()
        outcomes = run()
        assert time.monotonic() - started < 0.95  # two siblings of eight searches, one after the other: 0.96
        assert [outcome.response for outcome in outcomes] == ["new"] * 8
        assert outcomes[0].answer.facets
        assert outcomes[-1].answer.timed_out
