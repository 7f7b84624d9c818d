"""What the tracker holds: issues, their state, the repository's state, and what of it can't be used."""

import msgspec

from bot.errors import TrackerUnavailable
from bot.lifecycle import BrokenState, KeyRing, decode_issue, decode_repo
from bot.model.incident import Incident
from bot.model.issue import Issue
from bot.model.run import Warned
from bot.model.state import IssueState, RepoState
from bot.trackers.interface import Tracker


class Known(msgspec.Struct, frozen=True):
    """Issues by number; `states` only of those whose marker could be read, `broken` those whose marker could not."""

    issues: dict[int, Issue]
    states: dict[int, IssueState]
    broken: tuple[int, ...]
    repo: RepoState
    warnings: tuple[Warned, ...]

    def might_be(self, incident: Incident) -> int:
        """The number of an issue with a broken marker whose page names this incident's root; 0 where there is none."""
        return next((number for number in self.broken if incident.key.root in self.issues[number].body), 0)


def load_known(tracker: Tracker, ring: KeyRing, label: str) -> Known:
    """List the tracker. A broken marker is a warning, its issue left alone; a broken repository state is an error.

    Only issues with the bot's label count: a marker that was copied elsewhere does nothing.
    Raises TrackerUnavailable.
    """
    listed, warnings = tracker.list_issues()
    try:
        repo = decode_repo(tracker.read_state())
    except BrokenState as error:
        raise TrackerUnavailable(
            f"The state stored in {tracker.name} can't be used: {error}. Restore or remove it."
        ) from None
    issues = {issue.number: issue for issue in listed}
    states: dict[int, IssueState] = {}
    broken: list[int] = []
    for issue in listed:
        if label.casefold() not in (name.casefold() for name in issue.labels):
            continue
        try:
            state = decode_issue(issue.body, ring)
        except BrokenState as error:
            mend = "restore its body from the history, or take its label off to have the incident filed anew"
            warnings = [*warnings, Warned(f"#{issue.number}", f"{error}; the issue is left as it is: {mend}.")]
            broken.append(issue.number)
            continue
        if state:
            states[issue.number] = state
    return Known(issues, states, tuple(broken), repo, tuple(warnings))
