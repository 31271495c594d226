"""The switch of a whole fleet: one document that every process reads every few seconds."""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

log = logging.getLogger("genfacet")

DOCUMENT = "control"


class State(BaseModel):
    """The control document.

    ``rollout_percent`` of clients (by a hash of their id) get facets. ``shadow`` computes facets and does not show
    them. ``budget_ms_per_s`` bounds the work on live facets of one process, in milliseconds a second; None: no bound.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    rollout_percent: Annotated[int, Field(ge=0, le=100)] = 100
    shadow: bool = False
    budget_ms_per_s: Annotated[float, Field(ge=0)] | None = None


def read_state(source: Mapping[str, Any]) -> State | None:
    """The state of a stored document; None where it is malformed."""
    try:
        return State.model_validate(source)
    except ValidationError:
        return None


def is_in_rollout(client: str, percent: int) -> bool:
    """Whether a client belongs to the ``percent`` that get facets; the same client always does or does not."""
    return int.from_bytes(hashlib.sha256(client.encode()).digest()[:8]) % 100 < percent


class Control:
    """What a process knows of the control document, and what it has spent of its budget."""

    def __init__(self, refresh_s: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.state = State()
        self._refresh, self._clock = refresh_s, clock
        self._read_at: float | None = None
        self._complained = ""
        self._credit_ms, self._credited_at = 0.0, clock()

    def is_due(self) -> bool:
        """Whether the document should be read again; True at most once in ``refresh_s``."""
        now = self._clock()
        if self._read_at is not None and now - self._read_at < self._refresh:
            return False
        self._read_at = now
        return True

    def update(self, state: State) -> None:
        """Takes over what was read."""
        self.state = state
        self._complained = ""

    def complain(self, reason: str) -> None:
        """Says in the log that the document cannot be read, once for each reason; the last known state holds."""
        if reason != self._complained:
            log.warning("the control document cannot be read, the last known state holds: %s", reason)
        self._complained = reason

    def spend(self, milliseconds: float) -> None:
        """Counts live work against the budget."""
        if self.state.budget_ms_per_s is None:
            return
        self._refill()
        self._credit_ms -= milliseconds

    def why_not(self, client: str) -> str | None:
        """Why this client gets no facets now; None where it does."""
        if not self.state.enabled:
            return "disabled"
        if not is_in_rollout(client, self.state.rollout_percent):
            return "not in the rollout"
        return None

    def is_over_budget(self) -> bool:
        """Whether the live work of the last second has used up the budget."""
        self._refill()
        return self.state.budget_ms_per_s is not None and self._credit_ms <= 0

    def _refill(self) -> None:
        budget = self.state.budget_ms_per_s
        if budget is None:
            return
        now = self._clock()
        self._credit_ms = min(budget, self._credit_ms + (now - self._credited_at) * budget)
        self._credited_at = now
