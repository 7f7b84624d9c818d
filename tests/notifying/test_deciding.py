"""What is news of an issue: each kind once, and nothing that was there before."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.model.incident import ActivePolicy, Priority
from bot.model.notice import ALARMS, News, Telling
from bot.model.state import IssueState, Phase, Transition
from bot.model.time import MINUTE
from bot.notifying import news_of, noted, reason
from tests.documents.incidents import bare

AT = 1_740_000_000_000_000_000


def issue(priority: Priority = Priority.P0, *phases: Phase, since: int = AT) -> IssueState:
    """An issue that went through these phases, a minute each, after it was filed."""
    held = ActivePolicy("does-not-start", priority, "24 failed starts", since)
    steps = [Transition(phase, AT + n * MINUTE, f"because {n}") for n, phase in enumerate((Phase.FILED, *phases))]
    found = replace(bare(), priority=priority, policies=(held,))
    return IssueState(found, phase=steps[-1].to, transitions=tuple(steps))


def told_of(*states: IssueState, after: int = 0, since: int = 0, least: Priority = Priority.P1) -> list[News]:
    """What is told of issue 5, as it is in one run after the other."""
    telling, news = Telling(after, since), []
    for n, state in enumerate(states):
        is_open = state.phase not in (Phase.VERIFIED, Phase.RECOVERED, Phase.MUTED, Phase.MERGED)
        if found := news_of(5, state, is_open, telling, n == 0, least):
            news.append(found)
            telling = replace(telling, told={5: noted(found, state, telling.told.get(5), n, ())})
    return news


def test_a_whole_life_is_told_step_by_step() -> None:
    """New, verified, back again, recovered: each once, however many runs there are."""
    life = [Phase.AWAITING, Phase.VERIFYING, Phase.VERIFIED, Phase.REGRESSION, Phase.RECOVERED]
    states = [issue(Priority.P0, *life[:n]) for n in range(len(life) + 1)]
    twice = [state for state in states for _ in range(2)]
    assert told_of(*twice) == [News.NEW, News.VERIFIED, News.REGRESSION, News.RECOVERED]


@pytest.mark.parametrize("priority", Priority)
def test_new_ones_are_told_from_a_priority_on(priority: Priority) -> None:
    """P0 and P1 by default."""
    assert told_of(issue(priority)) == ([News.NEW] if priority <= Priority.P1 else [])


def test_an_escalation_is_told_once_and_flapping_is_not() -> None:
    """P2, then P1, P0, P1, P0: two alarms."""
    states = [issue(p, since=AT + n * MINUTE) for n, p in enumerate((Priority.P2, Priority.P1, Priority.P0))]
    assert told_of(*states, states[1], states[2]) == [News.WORSE, News.WORSE]


def test_what_was_there_before_anybody_was_told_is_no_news() -> None:
    """Turning it on tells nothing of the issues there are; only of what they do from then on."""
    later = AT + 10 * MINUTE
    assert told_of(issue(Priority.P0), issue(Priority.P0, Phase.VERIFIED), after=5, since=later) == []
    assert told_of(issue(Priority.P2, Phase.REGRESSION), after=5, since=later) == []
    assert told_of(issue(Priority.P2, Phase.REGRESSION), after=5, since=AT) == [News.REGRESSION]
    assert told_of(issue(Priority.P0, since=later + 1), after=5, since=later) == [News.WORSE]


def test_a_regression_is_told_whatever_its_priority() -> None:
    """A fix that didn't hold is news; that it is over, too, then."""
    steps = (Phase.VERIFIED, Phase.REGRESSION, Phase.VERIFIED)
    states = [issue(Priority.P3, *steps[:n]) for n in range(4)]
    assert told_of(*states) == [News.REGRESSION, News.VERIFIED]


def test_what_was_never_told_needs_no_end() -> None:
    """That a P2 was verified is for its issue."""
    assert told_of(issue(Priority.P2), issue(Priority.P2, Phase.VERIFIED)) == []


@pytest.mark.parametrize("phase", [Phase.MUTED, Phase.MERGED])
def test_what_people_set_aside_is_told_and_its_return_too(phase: Phase) -> None:
    """The message says so, and an alert can be resolved."""
    states = issue(), issue(Priority.P0, phase), issue(Priority.P0, phase, Phase.FILED)
    assert told_of(*states) == [News.NEW, News.ASIDE, News.AGAIN]


def test_a_close_by_a_person_sets_it_aside() -> None:
    """Whatever its phase is."""
    telling = Telling(0, 0, {5: noted(News.NEW, issue(), None, 0, ())})
    assert news_of(5, issue(), False, telling, False, Priority.P1) is News.ASIDE


def test_a_run_that_died_before_its_note_is_made_up_for() -> None:
    """The next run didn't create the issue, and tells of it all the same."""
    assert news_of(5, issue(), True, Telling(4, AT), False, Priority.P1) is News.NEW


def test_what_was_told_is_no_news() -> None:
    """After each note the same state is silent: for every phase, priority and beginning."""
    for phase, priority, after in itertools.product(Phase, Priority, (0, 9)):
        state, telling = issue(priority, phase), Telling(after, 0)
        is_open = phase not in (Phase.VERIFIED, Phase.RECOVERED, Phase.MUTED, Phase.MERGED)
        for _ in range(3):
            if not (news := news_of(5, state, is_open, telling, False, Priority.P1)):
                break
            telling = replace(telling, told={5: noted(news, state, telling.told.get(5), 0, ())})
        else:
            pytest.fail(f"{phase} {priority} is told again and again")


@given(st.lists(st.tuples(st.sampled_from(Phase), st.sampled_from(Priority), st.booleans()), max_size=12))
def test_whatever_happens_an_end_follows_an_alarm_and_nothing_is_told_twice(
    steps: list[tuple[Phase, Priority, bool]],
) -> None:
    """Over any life, runs skipped or not: no end without an alarm before it, no news of a state that was told."""
    telling, phases, alarmed = Telling(0, 0), [], False
    for phase, priority, skipped in steps:
        phases.append(phase)
        state = issue(priority, *phases)
        is_open = phase not in (Phase.VERIFIED, Phase.RECOVERED, Phase.MUTED, Phase.MERGED)
        for _ in range(0 if skipped else 2):
            news = news_of(5, state, is_open, telling, False, Priority.P1)
            assert news is None or news in ALARMS or alarmed
            if news:
                alarmed = alarmed or news in ALARMS
                told = noted(news, state, telling.told.get(5), 0, ())
                assert telling.told.get(5) != told
                telling = replace(telling, told={5: told})
        if not skipped:
            assert news_of(5, state, is_open, telling, False, Priority.P1) is None


def test_every_kind_says_why() -> None:
    """The policy for what is new, the transition for what moved, the number for what was merged."""
    assert reason(News.NEW, issue()) == "does-not-start: 24 failed starts"
    assert reason(News.REGRESSION, issue(Priority.P0, Phase.REGRESSION, Phase.IN_PROGRESS)) == "because 1"
    assert reason(News.VERIFIED, issue(Priority.P0, Phase.VERIFIED)) == "because 1"
    merged = replace(issue(Priority.P0, Phase.MERGED), merged_into=3)
    assert reason(News.ASIDE, merged) == "merged into #3"
    assert reason(News.ASIDE, issue()) == "its issue was closed"
