"""The switch of a fleet: what a document says, who belongs to a rollout, and how a budget fills again."""

import pytest

from genfacet.control import Control, State, is_in_rollout, read_state


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_without_a_document_everything_is_on():
    control = Control()
    assert control.why_not("anyone") is None
    assert not control.is_over_budget()
    assert not control.state.shadow


def test_the_switch_is_named_before_the_rollout():
    control = Control()
    control.update(State(enabled=False, rollout_percent=0))
    assert control.why_not("c1") == "disabled"
    control.update(State(rollout_percent=0))
    assert control.why_not("c1") == "not in the rollout"


def test_a_rollout_grows_by_clients_and_loses_none():
    clients = [f"client-{number}" for number in range(2000)]
    before = set()
    for percent in (0, 1, 10, 50, 99, 100):
        now = {client for client in clients if is_in_rollout(client, percent)}
        assert before <= now
        assert abs(len(now) / len(clients) - percent / 100) < 0.04
        before = now
    assert len(before) == len(clients)
    assert not any(is_in_rollout(client, 0) for client in clients)


@pytest.mark.parametrize(
    "document",
    [{"enabled": "perhaps"}, {"rollout_percent": 101}, {"rollout_percent": -1}, {"budget_ms_per_s": -1}, {"other": 1}],
)
def test_a_malformed_document_says_nothing(document):
    assert read_state(document) is None


def test_a_document_says_only_what_differs():
    assert read_state({}) == State()
    assert read_state({"enabled": False}) == State(enabled=False)
    assert read_state({"rollout_percent": 5, "shadow": True, "budget_ms_per_s": 20}) == State(
        rollout_percent=5, shadow=True, budget_ms_per_s=20
    )


def test_the_document_is_read_at_most_once_in_a_while():
    clock = Clock()
    control = Control(5.0, clock)
    assert [control.is_due() for _ in range(3)] == [True, False, False]
    clock.now += 4.9
    assert not control.is_due()
    clock.now += 0.2
    assert control.is_due()


def test_a_budget_is_used_up_and_fills_again():
    clock = Clock()
    control = Control(clock=clock)
    control.update(State(budget_ms_per_s=100))
    clock.now += 1
    control.spend(60)
    assert not control.is_over_budget()
    control.spend(60)
    assert control.is_over_budget()
    clock.now += 0.1
    assert control.is_over_budget(), "it has to earn back the 20 ms above the budget"
    clock.now += 0.2
    assert not control.is_over_budget()


def test_a_long_rest_saves_up_no_more_than_a_second():
    clock = Clock()
    control = Control(clock=clock)
    control.update(State(budget_ms_per_s=100))
    clock.now += 3600
    control.spend(100)
    assert control.is_over_budget()


def test_a_budget_of_nothing_allows_nothing_and_lifting_it_allows_all():
    control = Control()
    control.update(State(budget_ms_per_s=0))
    assert control.is_over_budget()
    control.update(State())
    control.spend(1e9)
    assert not control.is_over_budget()
