"""What the sidecar costs: requests through it and past it, side by side in one run.

    python tests/benchmarks/sidecar.py --config genfacet.yml --index icecat [--json]

Needs a running Elasticsearch with the index loaded (ELASTICSEARCH_URL). Starts a sidecar of its own, without a cache of
facet lists, so that every search with facets pays for its probe. Elasticsearch's request cache is cleared before each
measured search with facets: neither side answers for the other.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import yaml

from genfacet.engine import Engine, Shared
from genfacet.request import FacetRequest
from genfacet.settings import Settings, load_settings
from genfacet.sibling import Search, Sibling
from genfacet.template import fill_template

WORDS = ["printer", "laptop", "monitor", "cable", "keyboard", "toner", "server", "memory", "switch", "camera"]
JSON = {"content-type": "application/json"}
RATE = 100
FACETS = 5


class Client:
    """One kept connection. Blocking, so that the client's own work is small and the same on both sides."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)

    def send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        self._connection.request(method, path, body, JSON if body else {})
        response = self._connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise SystemExit(f"{method} {path} was answered with {response.status}: {content[:300]!r}")
        return content


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def figures(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
    named = {"min": ordered[0], "median": statistics.median(ordered), "max": ordered[-1], "p99": p99}
    return {name: round(value, 3) for name, value in named.items()}


def body_of(settings: Settings, index: str, word: str) -> dict[str, Any]:
    return {**fill_template(settings.indices[index].search.template, word), "size": 10}


def measure_passing(urls: dict[str, str], path: str, bodies: Sequence[bytes], rounds: int) -> dict[str, Any]:
    """A plain search, in turn direct, through a bare proxy, and through the sidecar."""
    clients = {name: Client(url) for name, url in urls.items()}
    times: dict[str, list[float]] = {name: [] for name in clients}
    for turn in range(rounds + 100):
        body = bodies[turn % len(bodies)]
        order = list(clients.items())
        for name, client in order[turn % 3 :] + order[: turn % 3]:
            spent = timed(lambda client=client, body=body: client.send("POST", path, body))  # type: ignore[misc]
            if turn >= 100:  # the first ones warm everything up
                times[name].append(spent)
    medians = {name: statistics.median(values) for name, values in times.items()}
    added = {name: round(medians[name] - medians["direct"], 3) for name in medians if name != "direct"}
    return {**{name: figures(values) for name, values in times.items()}, "added_median": added}


def measure_rate(url: str, path: str, bodies: Sequence[bytes], seconds: float) -> dict[str, float]:
    """Latency at a fixed rate, counted from when each request was due: waiting in line counts."""
    local = threading.local()
    times: list[float] = []
    begin = time.perf_counter() + 0.1

    def one(turn: int) -> None:
        due = begin + turn / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        if not hasattr(local, "client"):
            local.client = Client(url)
        local.client.send("POST", path, bodies[turn % len(bodies)])
        times.append((time.perf_counter() - due) * 1000)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(int(seconds * RATE))))
    return figures(times[16:])


def siblings_of(settings: Settings, index: str, body: dict[str, Any], client: Client) -> list[Sibling]:
    """The probe and the counts of a search, as the sidecar sends them."""
    engine = Engine(settings)
    plan = engine.plan(Search(index, {}, body), FacetRequest(size=FACETS), "benchmark")
    sent: list[Sibling] = []

    def drive(work: Any) -> Any:
        reply: Any = None
        while True:
            try:
                step = work.send(reply)
            except StopIteration as stop:
                return stop.value
            if isinstance(step, Shared):
                reply = drive(step.work)
            else:
                sent.append(step)
                reply = orjson.loads(send_sibling(client, step))

    drive(engine.facets(plan))
    return [sibling for sibling in sent if sibling.stage != "background"]


def send_sibling(client: Client, sibling: Sibling) -> bytes:
    path = f"{sibling.path}?{urlencode(sibling.params)}" if sibling.params else sibling.path
    return client.send("POST", path, sibling.encoded())


def measure_facets(settings: Settings, direct: str, sidecar: str, index: str, rounds: int) -> dict[str, Any]:
    """A search with facets, against the search and its siblings sent by hand at the same time."""
    path = f"/{index}/_search"
    user, hand, through, admin = Client(direct), Client(direct), Client(sidecar), Client(direct)
    times: dict[str, list[float]] = {"search": [], "by_hand": [], "sidecar": []}
    plans = {}
    for word in WORDS:
        search = body_of(settings, index, word)
        asked_body = {**search, "ext": {"genfacet": {"size": FACETS, "deadline_ms": 5000}}}
        plans[word] = (orjson.dumps(search), orjson.dumps(asked_body), siblings_of(settings, index, search, admin))

    def by_hand(body: bytes, siblings: list[Sibling]) -> None:
        other = threading.Thread(target=lambda: [send_sibling(hand, sibling) for sibling in siblings])
        other.start()
        user.send("POST", path, body)
        other.join()

    for turn in range(rounds + 1):
        for word in WORDS:
            plain, asked, siblings = plans[word]
            works: list[tuple[str, Callable[[], object]]] = [
                ("search", lambda body=plain: user.send("POST", path, body)),  # type: ignore[misc]
                ("by_hand", lambda body=plain, siblings=siblings: by_hand(body, siblings)),  # type: ignore[misc]
                ("sidecar", lambda asked=asked: through.send("POST", path, asked)),  # type: ignore[misc]
            ]
            for name, work in works[turn % 3 :] + works[: turn % 3]:
                admin.send("POST", f"/{index}/_cache/clear?request=true")
                spent = timed(work)
                if turn:
                    times[name].append(spent)
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        **{name: figures(values) for name, values in times.items()},
        "ratio_to_by_hand": round(medians["sidecar"] / medians["by_hand"], 3),
        "ratio_to_search": round(medians["sidecar"] / medians["search"], 3),
        "mean_stages_ms": stages(Client(sidecar)),
    }


def stages(client: Client) -> dict[str, float]:
    """Mean milliseconds of each stage since the sidecar started."""
    sums: dict[str, dict[str, float]] = {}
    for line in client.send("GET", "/_genfacet/metrics").decode().splitlines():
        for part in ("sum", "count"):
            prefix = f'genfacet_stage_duration_seconds_{part}{{stage="'
            if line.startswith(prefix):
                stage, _, value = line.removeprefix(prefix).partition('"} ')
                sums.setdefault(stage, {})[part] = float(value)
    return {stage: round(1000 * read["sum"] / read["count"], 2) for stage, read in sums.items()}


@contextmanager
def serving(config: Path | None, direct: str) -> Iterator[tuple[str, int]]:
    """A sidecar on a free port: its address and process id."""
    values = yaml.safe_load(config.read_text()) if config else {}
    values.setdefault("engine", {})["cache_entries"] = 0
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump(values, file)
        file.flush()
        program = str(Path(sys.executable).with_name("genfacet"))
        with running([program, "serve", "--config", file.name, "--port", "0", "--url", direct]) as started:
            yield started


@contextmanager
def running(command: Sequence[str]) -> Iterator[tuple[str, int]]:
    """A server that prints its address: that, and its process id."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1], process.pid
    finally:
        process.terminate()
        process.wait()


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="What the sidecar costs.")
    parser.add_argument("--config", type=Path, help="genfacet.yml")
    parser.add_argument("--index", default="icecat")
    parser.add_argument("--url", default=os.environ.get("ELASTICSEARCH_URL", "http://localhost:9200"))
    parser.add_argument("--rounds", type=int, default=2000, help="plain searches of each side")
    parser.add_argument("--seconds", type=float, default=10, help="how long the fixed rate is held")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    settings = load_settings(given.config)
    path = f"/{given.index}/_search"
    bodies = [orjson.dumps(body_of(settings, given.index, word)) for word in WORDS]
    bare = [sys.executable, str(Path(__file__).with_name("bare_proxy.py")), given.url]
    with serving(given.config, given.url) as (sidecar, pid), running(bare) as (proxy, _):
        Client(sidecar).send("GET", "/_genfacet/readyz")
        report: dict[str, Any] = {"idle_mb": resident_mb(pid)}
        urls = {"direct": given.url, "bare_proxy": proxy, "sidecar": sidecar}
        report["plain_search_ms"] = measure_passing(urls, path, bodies, given.rounds)
        report[f"plain_search_at_{RATE}_per_second_ms"] = {
            "direct": measure_rate(given.url, path, bodies, given.seconds),
            "sidecar": measure_rate(sidecar, path, bodies, given.seconds),
        }
        turns = max(3, given.rounds // 100)
        report["five_facets_ms"] = measure_facets(settings, given.url, sidecar, given.index, turns)
        report["busy_mb"] = resident_mb(pid)
    print(json.dumps(report) if given.json else yaml.safe_dump(report, sort_keys=False))


if __name__ == "__main__":
    main()
