"""Many queries in many threads, resumed where an earlier run stopped; the numbers are the same however many work."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from genfacet.errors import SettingsError
from genfacet_training.evaluation.parts import Parts
from genfacet_training.simulator.population import Session
from genfacet_training.simulator.storefront import Storefront
from genfacet_training.simulator.unit import Plan, as_part, simulate

EVENTS = "events"
"""The folder, within that of the run, that holds each query's events."""


def run(
    sessions: Mapping[str, Sequence[Session]],
    relevant: Callable[[str], Mapping[str, float]],
    shop: Storefront,
    plan: Plan,
    parts: Parts,
    folder: Path,
    workers: int,
    progress: Callable[[], None],
) -> dict[str, dict[str, Any]]:
    """The parts of all queries, in the order of the queries. ``progress`` is called for each query that is done."""
    missing = [query for query in sessions if query not in parts.done]

    def work(query: str) -> dict[str, Any]:
        return as_part(simulate(query, sessions[query], relevant(query), shop, plan, log_of(folder, query)))

    with ThreadPoolExecutor(workers, thread_name_prefix="simulate") as pool:
        futures = {pool.submit(work, query): query for query in missing}
        try:
            for future in as_completed(futures):
                parts.add(futures[future], future.result())
                progress()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return {query: parts.done[query] for query in sessions}


def log_of(folder: Path, query: str) -> Path:
    """Where the events of one query are kept until all are there."""
    return folder / EVENTS / f"{sha256(query.encode(errors='surrogateescape')).hexdigest()[:24]}.jsonl"


def gather_events(folder: Path, queries: Sequence[str], out: Path) -> int:
    """Writes the events of all queries to one file in the order of their times; returns how many there are.

    Only times and places are held in memory, not the events. Raises SettingsError where those of a query are gone.
    """
    places: list[tuple[str, int, int, int]] = []
    logs = [log_of(folder, query) for query in queries]
    if not all(log.exists() for log in logs):
        raise SettingsError(f"events of the run are gone from {folder / EVENTS}: --fresh makes them again")
    for number, log in enumerate(logs):
        at = 0
        with log.open("rb") as file:
            for line in file:
                places.append((_timestamp(line), number, at, len(line)))
                at += len(line)
    places.sort()
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as target:
        opened: dict[int, Any] = {}
        try:
            for _, number, at, length in places:
                if number not in opened:
                    if len(opened) >= 200:  # files that a process may have open are few
                        opened.pop(next(iter(opened))).close()
                    opened[number] = logs[number].open("rb")
                opened[number].seek(at)
                target.write(opened[number].read(length))
        finally:
            for file in opened.values():
                file.close()
    return len(places)


def _timestamp(line: bytes) -> str:
    """The time of an event, comparable as text: all are UTC with the same number of digits before the fraction."""
    text = str(orjson.loads(line)["timestamp"]).removesuffix("Z")
    return text if "." in text else text + "."
