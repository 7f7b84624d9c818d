"""Telling people of what a run did to issues, after it is confirmed; whatever goes wrong with that is a warning."""

import hashlib
import time
from collections.abc import Callable

import msgspec

from bot.errors import IncidentbotError, TrackerUnavailable
from bot.lifecycle import BrokenState, decode_repo, encode_repo
from bot.model.issue import ActionKind
from bot.model.notice import News, Telling, Told
from bot.model.run import RunResult, Warned
from bot.model.state import IssueState, RepoState
from bot.model.time import SECOND
from bot.notifying import QUIET, Notice, Notifier, news_of, noted, reason
from bot.settings import Notify
from bot.trackers.interface import Tracker
from bot.triage import fitting
from bot.usecases.drafting import key_of
from bot.usecases.setup import Setup

_PATIENCE = 60.0
"""Seconds that telling may take before what is left waits for the next run."""

_KEPT = 90 * 24 * 3600 * SECOND
"""How long it is remembered that something was told to be over, or of an issue that can't be read (nanoseconds)."""

_WHERE = "notify"


def notifiers_of(wanted: Notify, token: str) -> tuple[tuple[Notifier, ...], tuple[Warned, ...]]:
    """The services that the settings ask for, and a warning where Slack's `token`, from the environment, is missing."""
    notifiers: list[Notifier] = []
    warnings = []
    if wanted.slack_channel or wanted.slack_channels:
        from bot.notifying.slack import SlackNotifier

        channels, mentions = _plain(wanted.slack_channels), _plain(wanted.slack_mentions)
        if token:
            notifiers.append(SlackNotifier(token, wanted.slack_channel, channels, mentions))
        else:
            warnings.append(Warned(_WHERE, "Slack isn't told: set SLACK_BOT_TOKEN, or take the channel out."))
    if wanted.pagerduty_routing_key:
        from bot.notifying.pagerduty import ADDRESSES, PagerDutyNotifier

        key, url = wanted.pagerduty_routing_key.get_secret_value(), ADDRESSES[wanted.pagerduty_region]
        notifiers.append(PagerDutyNotifier(key, wanted.page_from, url))
    return tuple(notifiers), tuple(warnings)


def notified(result: RunResult, tracker: Tracker, setup: Setup, wall: int, token: str = "") -> RunResult:
    """The result, once those whom the settings name were told of it. Raises nothing; warnings say what wasn't told."""
    notifiers, warnings = notifiers_of(setup.settings.notify, token)
    if result.dry_run:
        return result
    if notifiers:
        warnings += notify(result, tracker, setup, wall, notifiers)
    return msgspec.structs.replace(result, warnings=(*result.warnings, *warnings))


def notify(
    result: RunResult,
    tracker: Tracker,
    setup: Setup,
    wall: int,
    notifiers: tuple[Notifier, ...],
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Warned, ...]:
    """Tell what is news of the issues of a run, at a wall clock time (nanoseconds); returns what went wrong.

    What is to be told is noted in the repository's state before it is sent, and that it was told after. A run that dies
    in between leaves it to the next one; a service that can't be asked whether it has it may then be told twice, never
    not at all. Where nothing is news, nothing is written.
    """
    try:
        return _Teller(result, tracker, setup, wall, notifiers, clock).tell()
    except (IncidentbotError, BrokenState) as error:
        return (Warned(_WHERE, f"nobody was told of this run: {error}"),)


class _Teller:
    """One run's news."""

    def __init__(
        self,
        result: RunResult,
        tracker: Tracker,
        setup: Setup,
        wall: int,
        notifiers: tuple[Notifier, ...],
        clock: Callable[[], float],
    ) -> None:
        self._states, self._tracker, self._setup = result.states, tracker, setup
        self._wall, self._notifiers, self._clock = wall, notifiers, clock
        self._created = {action.number for action in result.actions if action.kind is ActionKind.CREATE}
        self._repo = decode_repo(tracker.read_state())
        self._before = self._repo.telling or self._beginning(result)
        self._told = dict(self._before.told)
        self._until = clock() + _PATIENCE
        self._warnings: list[Warned] = []

    def _beginning(self, result: RunResult) -> Telling:
        """From here on people are told; what was there before is no news."""
        there = [number for number in self._states if number not in self._created]
        return Telling(max(there, default=0), result.window.end)

    def tell(self) -> tuple[Warned, ...]:
        """Note what is news, send it, note what was told."""
        found = {number: news for number, state in self._states.items() if (news := self._news(number, state))}
        for number, news in found.items():
            self._told[number] = self._noted(number, news)
        if found:
            self._told = {number: told for number, told in self._told.items() if not self._is_past(number, told)}
        self._repo = self._stored(self._repo)
        for number in sorted(self._told.keys() & self._states.keys(), key=lambda one: (self._told[one].priority, one)):
            self._told[number] = self._sent(number, fresh=number in found)
        self._stored(self._repo)
        return tuple(self._warnings)

    def _news(self, number: int, state: IssueState) -> News | None:
        is_open = number in self._repo.tracked or number in self._created
        least = self._setup.settings.notify.tell_from
        return news_of(number, state, is_open, self._before, number in self._created, least)

    def _noted(self, number: int, news: News) -> Told:
        before, state = self._told.get(number), self._states[number]
        told = noted(news, state, before, self._wall, ())
        notice, late = self._notice(number, told), before.due if before else ()
        due = (
            one.name
            for one in self._notifiers
            if one.wants(notice, told.places.get(one.name, "")) or (news in QUIET and one.name in late)
        )
        return msgspec.structs.replace(told, due=tuple(due))

    def _is_past(self, number: int, told: Told) -> bool:
        """Whether nobody will be told more: what is long over, and issues that are gone.

        One whose record can't be read may be whole again by the next run: it is kept as long.
        """
        is_old = told.at < self._wall - _KEPT
        if number in self._states:
            return is_old and told.news in QUIET and not told.due
        return is_old or self._is_gone(number)

    def _is_gone(self, number: int) -> bool:
        try:
            return self._tracker.read_issue(number) is None
        except TrackerUnavailable:
            return False

    def _sent(self, number: int, fresh: bool) -> Told:
        """What is remembered after everybody who is due was tried."""
        told = self._told[number]
        due = [one for one in self._notifiers if one.name in told.due]
        if not due:
            return told
        notice = self._notice(number, told, self._address(number))
        if not fresh:
            notice = msgspec.structs.replace(notice, noted=told.at)
        for one in due:
            told = self._tried(one, notice, told)
        return told

    def _tried(self, notifier: Notifier, notice: Notice, told: Told) -> Told:
        where = f"{_WHERE} #{notice.number}"
        if self._clock() > self._until:
            self._warnings.append(Warned(where, f"{notifier.name} is too slow: the next run tells it."))
            return told
        try:
            place = notifier.tell(notice, told.places.get(notifier.name, ""))
        except (IncidentbotError, ValueError) as error:
            self._warnings.append(Warned(where, str(error)))
            return told
        places = told.places | ({notifier.name: place} if place else {})
        return msgspec.structs.replace(
            told, due=tuple(name for name in told.due if name != notifier.name), places=places
        )

    def _stored(self, repo: RepoState) -> RepoState:
        """The state with what is told by now, written where that differs. Raises TrackerUnavailable."""
        telling = msgspec.structs.replace(self._before, told=dict(sorted(self._told.items())))
        if telling == repo.telling:
            return repo
        stored = msgspec.structs.replace(repo, telling=telling)
        self._tracker.write_state(encode_repo(stored))
        return stored

    def _address(self, number: int) -> str:
        try:
            issue = self._tracker.read_issue(number)
        except TrackerUnavailable:
            return ""
        return issue.url if issue else ""

    def _notice(self, number: int, told: Told, url: str = "") -> Notice:
        state = self._states[number]
        incident = state.incident
        named = f"{self._tracker.name}#{number} {told.news} {told.steps} {told.priority}"
        return Notice(
            number=number,
            key=key_of(incident),
            name=hashlib.sha256(named.encode()).hexdigest()[:24],
            news=told.news,
            priority=incident.priority,
            title=state.title,
            environment=incident.key.environment,
            service=incident.place.service,
            first=incident.first,
            entries=incident.root.count,
            episodes=incident.root.episodes,
            url=url,
            owners=tuple(self._setup.owners(incident)),
            because=reason(told.news, state),
            hint=next((book.hint for book in fitting(incident, self._setup.playbooks)), ""),
        )


def _plain(by_owner: dict[str, str]) -> dict[str, str]:
    """By owner without its `@`, as owners are named everywhere else."""
    return {owner.removeprefix("@"): one for owner, one in by_owner.items()}
