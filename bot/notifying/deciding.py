"""What of an issue is worth telling, given what was told before. Pure."""

from bot.model.incident import Incident, Priority
from bot.model.notice import News, Telling, Told
from bot.model.state import IssueState, Phase

QUIET = (News.VERIFIED, News.RECOVERED, News.ASIDE)
"""After these, nobody has to act."""

_ENDS = {Phase.VERIFIED: News.VERIFIED, Phase.RECOVERED: News.RECOVERED}


def news_of(
    number: int, state: IssueState, is_open: bool, telling: Telling, created: bool, least: Priority
) -> News | None:
    """The news of an issue as a run left it; None where it was told already, or is none.

    New ones and those that got worse are told from the priority `least` on, regressions always. That something is over
    is told where it was told that it isn't. `created`: by this run. Issues that were there before anybody was to be
    told are news only by what they do from then on.
    """
    told = telling.told.get(number)
    if end := _end(state, is_open):
        return end if told and told.news is not end and (end is not News.ASIDE or told.news not in QUIET) else None
    if _came_back(number, state, telling):
        return News.REGRESSION
    if told is None:
        return _first(number, state, telling, created, least)
    if told.news in QUIET:
        return News.AGAIN
    priority = state.incident.priority
    return News.WORSE if priority < told.priority and priority <= least else None


def noted(news: News, state: IssueState, before: Told | None, at: int, due: tuple[str, ...]) -> Told:
    """The note of these news, at a wall clock time (nanoseconds), with who is still to tell them."""
    priority = state.incident.priority
    if before and before.news not in QUIET:
        priority = min(priority, before.priority)
    places = before.places if before else {}
    return Told(news, len(state.transitions), priority, at, due, places)


def reason(news: News, state: IssueState) -> str:
    """Why it is news, in a sentence or less: the policy that holds, or what the last transition says."""
    if news in (News.NEW, News.WORSE):
        held = [policy for policy in state.incident.policies if policy.priority is state.incident.priority]
        return f"{held[0].name}: {held[0].because}" if held else ""
    if news is News.ASIDE and state.phase is Phase.MERGED and state.merged_into:
        return f"merged into #{state.merged_into}"
    if news is News.REGRESSION:
        steps = [step for step in state.transitions if step.to is Phase.REGRESSION]
        return steps[-1].because if steps else ""
    if news is News.ASIDE and state.phase is not Phase.MUTED:
        return "its issue was closed"
    return state.transitions[-1].because if state.transitions else ""


def _end(state: IssueState, is_open: bool) -> News | None:
    if state.phase in _ENDS:
        return _ENDS[state.phase]
    return News.ASIDE if state.phase in (Phase.MUTED, Phase.MERGED) or not is_open else None


def _came_back(number: int, state: IssueState, telling: Telling) -> bool:
    """True if it became a regression since it was told of, or since anybody is told anything."""
    told = telling.told.get(number)
    steps = state.transitions[told.steps :] if told else state.transitions
    is_old = told is None and number <= telling.after
    return any(step.to is Phase.REGRESSION and (not is_old or step.at > telling.since) for step in steps)


def _first(number: int, state: IssueState, telling: Telling, created: bool, least: Priority) -> News | None:
    if state.incident.priority > least:
        return None
    if number <= telling.after:
        return News.WORSE if _risen(state.incident, telling.since) else None
    filed = state.transitions[0].at if state.transitions else 0
    return News.NEW if created or not _risen(state.incident, filed) else News.WORSE


def _risen(incident: Incident, since: int) -> bool:
    """True if what gives it its priority holds only from later than this log time on."""
    starts = [policy.since for policy in incident.policies if policy.priority is incident.priority]
    return bool(starts) and min(starts) > since
