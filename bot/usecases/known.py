"""What the tracker holds: issues, their state, the repository's state, and what of it can't be used."""

from collections.abc import Iterable

import msgspec

from bot.errors import Damaged, TrackerUnavailable
from bot.lifecycle import BrokenState, KeyRing, decode_issue, decode_repo, verified
from bot.model.incident import Incident
from bot.model.issue import Issue, IssueStatus
from bot.model.run import Warned
from bot.model.state import IssueState, Phase, RepoState
from bot.trackers.interface import Tracker


class Known(msgspec.Struct, frozen=True):
    """Issues by number; `states` only whose marker counts and was read, `broken` where it is damaged.

    An issue that can't be read at all is `broken` too, without being among `issues`.

    `unlabelled` are issues of `states` without the bot's label: what they stand for isn't filed again, and they are
    left alone. `said` names what is warned of once, `warnings` has those of them that weren't given before.
    `authors` are the bot's accounts, in lower case.
    """

    issues: dict[int, Issue]
    states: dict[int, IssueState]
    broken: tuple[int, ...]
    repo: RepoState
    warnings: tuple[Warned, ...]
    unlabelled: frozenset[int] = frozenset()
    said: tuple[str, ...] = ()
    authors: frozenset[str] = frozenset()

    def might_be(self, incident: Incident) -> int:
        """The number of a broken issue that stood for this incident, or names its root; 0 for none."""
        key = name_of(incident)
        for number in self.broken:
            names = number in self.issues and incident.key.root in self.issues[number].body
            if names or self.repo.tracked.get(number) == key:
                return number
        return 0


def name_of(incident: Incident) -> str:
    """What names an incident in intents, actions and the list of what is tracked: the same in every run."""
    return "/".join((incident.key.environment, incident.key.service, incident.key.root))


def load_known(tracker: Tracker, ring: KeyRing, label: str) -> Known:
    """List the tracker, and read one by one what a list that is behind, or a lost label, keeps from it.

    A marker counts on an issue with the bot's label by an account of the bot's, or with a valid signature; elsewhere it
    does nothing. A broken marker is a warning, its issue left alone; a broken repository state is an error.
    Raises TrackerUnavailable.
    """
    listed, warnings = tracker.list_issues()
    issues = {issue.number: issue for issue in listed}
    stored = tracker.read_state()
    if stored is None:
        issues = _with(issues, tracker.unlisted(0))
        stored = tracker.read_state()
    repo = _decoded(stored, tracker)
    if repo.intents:
        issues = _with(issues, tracker.unlisted(min(intent.above for intent in repo.intents)))
    asked = {number: _asked(tracker, number) for number in repo.tracked if number not in issues}
    issues = _with(issues, (issue for issue in asked.values() if isinstance(issue, Issue)))
    damaged = [number for number, issue in asked.items() if isinstance(issue, Damaged)]
    warnings = [*warnings, *(_gone(number) for number, issue in asked.items() if issue is None)]
    warnings += map(_damaged, damaged)
    authors = frozenset(name.casefold() for name in (*repo.authors, *tracker.authors))
    judge = _Judge(authors, ring, label, repo)
    judge.all(issues)
    return Known(
        issues,
        judge.counted(),
        (*judge.broken, *damaged),
        repo,
        (*warnings, *judge.warnings, *(warned for key, warned in judge.once.items() if key not in repo.said)),
        frozenset(judge.unlabelled),
        tuple(sorted(judge.once)),
        authors,
    )


def refuse_collapse(known: Known, label: str, where: str) -> None:
    """Raise TrackerUnavailable where most of what was tracked lost the bot's label at once: nothing is filed then."""
    were = [number for number in known.repo.tracked if number in known.issues and _is_open(known.issues[number])]
    lost = [number for number in were if not _labelled(known.issues[number], label)]
    if len(lost) >= 2 and 2 * len(lost) >= len(were):
        named = ", ".join(f"#{number}" for number in lost[:5]) + (" and more" if len(lost) > 5 else "")
        raise TrackerUnavailable(
            f'{len(lost)} of {len(were)} open issues of {where} no longer carry the label "{label}" ({named}), so'
            " nothing is filed: rename the label back, set labels.tracked to the new name, or close what is done."
        )


def tracked_after(known: Known, open_now: dict[int, str]) -> dict[int, str]:
    """What to remember as tracked: the open issues, and those that can't be read now but could once."""
    kept = {
        number: key
        for number, key in known.repo.tracked.items()
        if number in known.broken and (number not in known.issues or _is_open(known.issues[number]))
    }
    return dict(sorted((kept | open_now).items()))


def _asked(tracker: Tracker, number: int) -> Issue | Damaged | None:
    try:
        return tracker.read_issue(number)
    except Damaged as damaged:
        return damaged


def _damaged(number: int) -> Warned:
    mend = "mend it, or remove it to have that filed anew"
    return Warned(f"#{number}", f"its file can't be read, so what it stands for isn't filed again: {mend}.")


def _gone(number: int) -> Warned:
    return Warned(f"#{number}", "it was deleted or moved elsewhere: the bot keeps it no longer.")


def _with(issues: dict[int, Issue], more: Iterable[Issue]) -> dict[int, Issue]:
    return dict(sorted(({issue.number: issue for issue in more} | issues).items()))


def _decoded(stored: str | None, tracker: Tracker) -> RepoState:
    try:
        return decode_repo(stored)
    except BrokenState as error:
        raise TrackerUnavailable(
            f"The state stored in {tracker.name} can't be used: {error}. Restore or remove it."
        ) from None


def _is_open(issue: Issue) -> bool:
    return issue.status is IssueStatus.OPEN


def _labelled(issue: Issue, label: str) -> bool:
    return label.casefold() in (name.casefold() for name in issue.labels)


class _Judge:
    """Decides of each issue whether its marker counts; `authors` are the bot's accounts, in lower case."""

    def __init__(self, authors: frozenset[str], ring: KeyRing, label: str, repo: RepoState) -> None:
        self.states: dict[int, IssueState] = {}
        self.broken: list[int] = []
        self.unlabelled: list[int] = []
        self.warnings: list[Warned] = []
        self.once: dict[str, Warned] = {}
        self._signed_only: set[int] = set()
        self._authors, self._ring, self._label, self._repo = authors, ring, label, repo

    def all(self, issues: dict[int, Issue]) -> None:
        """Judge every issue."""
        for number, issue in issues.items():
            given = number in self._repo.tracked or number in self._repo.adopted
            ours = given or issue.author.casefold() in self._authors
            if _labelled(issue, self._label):
                self._judge(issue, ours)
            elif ours:
                self._judge_bare(issue)

    def counted(self) -> dict[int, IssueState]:
        """The states that count. Of several for one incident, one by the bot's account outdoes a signed copy."""
        first: dict[str, int] = {}
        for number, state in sorted(self.states.items(), key=lambda one: (one[0] in self._signed_only, one[0])):
            if state.phase is Phase.MERGED:
                continue
            original = first.setdefault(name_of(state.incident), number)
            if original != number and number in self._signed_only:
                del self.states[number]
                self._note("copy", number, f"its body was copied from #{original}: it is left alone.")
        return self.states

    def _judge(self, issue: Issue, ours: bool) -> None:
        number, signed = issue.number, verified(issue.body, self._ring)
        try:
            state = decode_issue(issue.body, self._ring)
        except BrokenState as error:
            if ours:
                self._mend(number, str(error))
            return
        if state and (ours or signed):
            self.states[number] = state
            if not ours:
                self._signed_only.add(number)
        elif state:
            what = f"its marker counts for nothing: {issue.author or 'its author'} is no account of the bot's"
            self._note("foreign", number, f"{what}. If it is one, name it in the setting authors.")
        elif number in self._repo.tracked:
            self._mend(number, "its state marker is gone")

    def _judge_bare(self, issue: Issue) -> None:
        try:
            state = decode_issue(issue.body, self._ring)
        except BrokenState:
            return
        if state:
            self.states[issue.number] = state
            self.unlabelled.append(issue.number)
            what = (
                f'it has no label "{self._label}" any more: it is left alone, and what it is about isn\'t filed again'
            )
            self._note("unlabelled", issue.number, f"{what}. Put the label back to have it kept true.")

    def _mend(self, number: int, why: str) -> None:
        mend = "restore its body from the history, or take its label off to have the incident filed anew"
        self.broken.append(number)
        self.warnings.append(Warned(f"#{number}", f"{why}; the issue is left as it is: {mend}."))

    def _note(self, kind: str, number: int, what: str) -> None:
        self.once[f"{kind}-{number}"] = Warned(f"#{number}", what)
