"""What a run makes of what it found, and of every issue that it found nothing of: drafts, and what is to be told."""

from collections.abc import Iterable, Iterator

import msgspec

from bot.lifecycle import ENDED, Facts, absorb
from bot.logs import Coverage
from bot.model.fix import Watch
from bot.model.incident import Found, Incident
from bot.model.issue import IssueStatus
from bot.model.run import Reported, Warned
from bot.model.state import IssueState, Phase
from bot.model.time import HOUR, length_of
from bot.model.window import Deployment, Window
from bot.usecases.baselining import Baseline, baseline, still_known
from bot.usecases.codebase import Codebase, since_of
from bot.usecases.drafting import Drafted, draft_of, draft_of_silent, judged, key_of, silence
from bot.usecases.errand import Errand
from bot.usecases.gathering import Gathering
from bot.usecases.known import Known
from bot.usecases.proposing import handwritten, proposal
from bot.usecases.setup import Setup

_MOST_HISTORY = 90 * 24 * HOUR
"""How far back commits are looked for that may fix what is open (nanoseconds)."""


class Judged(msgspec.Struct, frozen=True):
    """The drafts of a run, its incidents with what becomes of them, and what to remember of quiet issues.

    `deployments` are to be remembered. `watches` go by number; those of issues that are yet to be created by the key of
    their draft.
    """

    drafts: tuple[Drafted, ...]
    reported: list[Reported]
    watches: dict[int | str, Watch]
    warnings: tuple[Warned, ...] = ()
    deployments: tuple[Deployment, ...] = ()


def judge(
    found: Iterable[Found], window: Window, known: Known, errand: Errand, coverages: Iterable[Coverage] = ()
) -> Judged:
    """Draft every issue as far as the evidence carries it: what was found, and what stayed silent.

    `coverages` are what was read: silence in what wasn't proves nothing.
    """
    return _Bench(window, known, errand, coverages).judged(found)


def living(known: Known, at: int, setup: Setup) -> dict[int, IssueState]:
    """The states that claim what the logs show at a log time: an issue that ended long ago claims nothing any more."""
    within = length_of(setup.settings.verification.reopen_within)
    return {
        number: state
        for number, state in known.states.items()
        if known.issues[number].status is IssueStatus.OPEN or not _is_over(state, at - within)
    }


def _is_over(state: IssueState, before: int) -> bool:
    return state.phase in ENDED and state.transitions[-1].at < before


class _Bench:
    """One run's judge."""

    def __init__(self, window: Window, known: Known, errand: Errand, coverages: Iterable[Coverage]) -> None:
        self._window, self._known, self._errand, self._setup = window, known, errand, errand.setup
        states = [state for number, state in known.states.items() if self._may_move(number, state)]
        since = since_of(states, _MOST_HISTORY, window.end)
        self._code = Codebase(errand.setup.code, since)
        self._gathering = Gathering(window, known, errand.setup, self._code, window.end, errand.wall, coverages)
        self._watches: dict[int | str, Watch] = {}

    def judged(self, found: Iterable[Found]) -> Judged:
        """The drafts of what was found, then of what stayed silent."""
        found = list(found)
        before, by_hand = baseline(self._known, self._setup), handwritten(self._known)
        drafts, reported = [], []
        for one in found:
            incident = judged(one, self._known, self._setup)
            because = self._unfiled(one, incident, before)
            draft = None if because else self._drafted(one)
            if draft:
                drafts.append(draft)
                because = draft.note if one.issue else proposal(incident, by_hand)
            quiet = "" if draft or because else silence(one.issue, self._known, self._setup)
            reported.append(Reported(one.issue, incident, because or quiet))
        drafts += self._silent({one.issue for one in found})
        reported.sort(key=lambda one: (one.incident.priority, one.incident.first))
        told = self._gathering.told if self._known.states or drafts else ()
        return Judged(tuple(drafts), reported, self._watches, tuple(self._code.warnings), told)

    def _drafted(self, found: Found) -> Drafted | None:
        if not found.issue:
            between, suspected = self._gathering.suspects(found.incident)
            facts = Facts(self._window.end, between=between, suspects=suspected)
            self._watches[key_of(found.incident)] = self._gathering.first_watch(found.incident)
            return draft_of(found, self._known, self._setup, self._errand.asked, facts)
        if self._is_past(self._known.states[found.issue]):
            return draft_of(found, self._known, self._setup)
        grown = absorb(self._known.states[found.issue].incident, found.incident)
        gathered = self._gathering.of(found.issue, found.incident, grown)
        self._remember(found.issue, gathered.watch)
        return draft_of(found, self._known, self._setup, self._errand.asked, gathered.facts)

    def _silent(self, shown: set[int]) -> Iterator[Drafted]:
        """Drafts of the issues that the window shows nothing of, where something moves them."""
        for number, state in sorted(self._known.states.items()):
            if number in shown or not self._wanted(number) or not self._may_move(number, state) or self._is_past(state):
                continue
            gathered = self._gathering.of(number, None, state.incident)
            self._remember(number, gathered.watch)
            if draft := draft_of_silent(number, self._known, self._setup, gathered.facts):
                yield draft

    def _may_move(self, number: int, state: IssueState) -> bool:
        """True of open issues, and for a while of those that a person closed."""
        if state.phase in (Phase.MUTED, Phase.MERGED, *ENDED) and not self._is_open(number):
            return False
        checks = [length_of(length) for length in self._setup.settings.verification.checks]
        lately = self._window.end - state.incident.observed_until <= 2 * max(checks, default=0)
        return self._is_open(number) or (lately and state.phase is not Phase.NO_DATA)

    def _is_past(self, state: IssueState) -> bool:
        """True if the issue has moved after the time of this window: old logs add what they show, and move nothing."""
        return self._window.end < max(step.at for step in state.transitions)

    def _wanted(self, number: int) -> bool:
        return number not in self._known.unlabelled and self._errand.only in (0, number)

    def _is_open(self, number: int) -> bool:
        return self._known.issues[number].status is IssueStatus.OPEN

    def _remember(self, number: int, watch: Watch | None) -> None:
        if watch:
            self._watches[number] = watch

    def _unfiled(self, found: Found, incident: Incident, before: Baseline) -> str:
        """Why an incident gets no draft; "" where it is to get one."""
        if found.issue in self._known.unlabelled:
            return "its label was taken off: it is left alone, and not filed again"
        if found.issue:
            return "" if self._wanted(found.issue) else f"only #{self._errand.only} was to be moved"
        least = self._setup.settings.file_from
        if not self._errand.new:
            return "only what is tracked was to be moved: not filed"
        if incident.priority > least:
            return f"{incident.priority} is below {least} (file_from): reported, not filed"
        if number := self._known.might_be(incident):
            return f"#{number} names it, but its marker can't be read: mend that first"
        return still_known(incident, before, self._setup)
