"""Who comes when, and for what: users, and their sessions in simulated time."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from genfacet_training.simulator.chance import Chance
from genfacet_training.simulator.layouts import LAYOUTS, Layout
from genfacet_training.simulator.policies import BOT, BOTS, POLICIES, Policy

SESSIONS_OF_A_USER = 2
"""On average."""
ZIPF = 0.7
"""Popularity of the queries: 1 / rank^ZIPF, the ranks drawn from the seed."""
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class User:
    """One user, in all sessions the same."""

    number: int
    policy: Policy
    layout: Layout

    @property
    def is_bot(self) -> bool:
        """Whether it is a program."""
        return self.policy is BOT


@dataclass(frozen=True, slots=True)
class Session:
    """One search of a user. ``day`` counts from 0, ``second`` from midnight."""

    number: int
    user: User
    query: str
    day: int
    second: int


@dataclass(frozen=True)
class Population:
    """All sessions of a simulation; each is a function of the seed and its number."""

    seed: int
    queries: Sequence[str]
    sessions: int
    days: int
    layouts: Sequence[Layout] = LAYOUTS

    @property
    def users(self) -> int:
        """The number of users; one whom no session falls to is never seen."""
        return -(-self.sessions // SESSIONS_OF_A_USER)

    def user(self, number: int) -> User:
        """The user of that number."""
        draw = Chance(self.seed, "user", number)
        layout = draw.pick(self.layouts, [layout.share for layout in self.layouts], "layout")
        policy = draw.pick(POLICIES, [policy.share for policy in POLICIES], "policy")
        return User(number, BOT if draw.at("bot") < BOTS else policy, layout)

    def session(self, number: int) -> Session:
        """The session of that number."""
        draw = Chance(self.seed, "session", number)
        user = self.user(int(draw.at("user") * self.users))
        place = bisect_right(self._popularity, draw.at("query") * self._popularity[-1])
        query = self._ranked[min(place, len(self._ranked) - 1)]
        return Session(number, user, query, int(draw.at("day") * self.days), int(draw.at("second") * (DAY_S - 3600)))

    def by_query(self) -> dict[str, list[Session]]:
        """The sessions of each query that anyone asks, queries in the given order, sessions by number."""
        found: dict[str, list[Session]] = {query: [] for query in self.queries}
        for number in range(self.sessions):
            session = self.session(number)
            found[session.query].append(session)
        return {query: sessions for query, sessions in found.items() if sessions}

    @cached_property
    def _ranked(self) -> list[str]:
        draw = Chance(self.seed, "popularity")
        return sorted(self.queries, key=lambda query: (draw.at(query), query))

    @cached_property
    def _popularity(self) -> list[float]:
        return list(accumulate((rank + 1) ** -ZIPF for rank in range(len(self.queries))))
