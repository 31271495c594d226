"""Any model behind an OpenAI-compatible endpoint as a teacher: asked with retries and within a budget."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from genfacet_training.teachers.teacher import BudgetError, TeacherError

MOST_BYTES = 1_000_000
"""An answer beyond this is not read to its end."""
RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
LONGEST_WAIT_S = 60.0


@dataclass
class Budget:
    """What may be spent; what was. Prices are per million tokens, in whatever currency ``cost`` is meant."""

    requests: int | None = None
    tokens: int | None = None
    cost: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0
    spent_requests: int = 0
    spent_in: int = 0
    spent_out: int = 0

    @property
    def spent_cost(self) -> float:
        """What the tokens so far have cost."""
        return (self.spent_in * self.price_in + self.spent_out * self.price_out) / 1e6

    def take(self) -> None:
        """Counts a request that is about to go out; raises BudgetError where there is nothing left for it."""
        over = (
            (self.requests is not None and self.spent_requests >= self.requests)
            or (self.tokens is not None and self.spent_in + self.spent_out >= self.tokens)
            or (self.cost is not None and self.spent_cost >= self.cost)
        )
        if over:
            raise BudgetError("the budget is used up")
        self.spent_requests += 1

    def add(self, usage: Any) -> None:
        """Counts the tokens that an answer says it took."""
        if isinstance(usage, Mapping):
            self.spent_in += _count(usage.get("prompt_tokens"))
            self.spent_out += _count(usage.get("completion_tokens"))


@dataclass
class Chat:
    """An endpoint, and how patiently it is asked."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0
    retries: int = 4
    wait_s: float = 1.0
    most_tokens: int = 1200
    budget: Budget = field(default_factory=Budget)

    async def say(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The model's answer; raises TeacherError, BudgetError where nothing may be asked any more."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
            return await self._ask(session, messages)

    async def _ask(self, session: aiohttp.ClientSession, messages: Sequence[Mapping[str, str]]) -> str:
        body = {"model": self.model, "messages": list(messages), "max_tokens": self.most_tokens, "temperature": 0.4}
        reason = "no answer"
        for turn in range(self.retries + 1):
            self.budget.take()
            try:
                status, content, patience = await self._post(session, body)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                reason, status, content, patience = f"no answer: {type(error).__name__}", 0, b"", None
            if status == 200:
                text, usage = _read(content)
                self.budget.add(usage)
                if text is not None:
                    return text
                reason = "the answer is no completion"
            elif status:
                reason = f"status {status}"
                if status not in RETRIED:
                    raise TeacherError(reason)
            if turn < self.retries:
                await asyncio.sleep(self._wait(turn, patience))
        raise TeacherError(reason)

    async def _post(self, session: aiohttp.ClientSession, body: Any) -> tuple[int, bytes, str | None]:
        headers = {"content-type": "application/json"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        url = f"{self.url.rstrip('/')}/chat/completions"
        async with (
            asyncio.timeout(self.timeout_s),
            session.post(url, data=orjson.dumps(body), headers=headers, allow_redirects=False) as answer,
        ):
            content = await answer.content.read(MOST_BYTES)
            while len(content) < MOST_BYTES and (more := await answer.content.read(MOST_BYTES - len(content))):
                content += more
            return answer.status, content, answer.headers.get("retry-after")

    def _wait(self, turn: int, patience: str | None) -> float:
        """Seconds until the next try: what the server asks for, else twice as long each time; with jitter."""
        asked = float(patience) if patience and patience.isdecimal() else self.wait_s * 2**turn
        return min(asked, LONGEST_WAIT_S) * random.uniform(1.0, 1.3)  # noqa: S311  (no secret)


def _read(content: bytes) -> tuple[str | None, Any]:
    """The text of a completion, None where it is none; and what it says of its tokens."""
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None, None
    usage = read.get("usage") if isinstance(read, dict) else None
    try:
        text = read["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return None, usage
    return (text if isinstance(text, str) else None), usage


def _count(number: Any) -> int:
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 10**9 else 0
