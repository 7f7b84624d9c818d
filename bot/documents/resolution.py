"""The way from a fix to the proof that it works: a section of an issue's page, and the comment on each step of it."""

import re

import jinja2
import msgspec

from bot.model.fix import FixCommit, Live, Suspect
from bot.model.issue import DraftComment
from bot.model.state import IssueState, Phase, Reason
from bot.text.templates import render
from bot.text.untrusted import Untrusted

PAGE, COMMENT = "resolution.md.j2", "transition.md.j2"
_MOST_FIXES = 20
_MOST_STEPS = 20
_MOST_SUSPECTS = 5
_LONGEST = 300
_LONGEST_REASON = 1_500
_SHA = re.compile(r"[0-9a-f]{7,64}")

ENDINGS = {
    Reason.COMMIT: "a fix commit",
    Reason.ROLLBACK: "a rollback",
    Reason.CONFIG: "a change of configuration",
    Reason.EXTERNAL: "a cause outside the code",
}


class FixView(msgspec.Struct, frozen=True):
    """A fix commit: `how` it was linked, where it is, `merged` nanoseconds (0: unknown), and its former names."""

    sha: Untrusted
    title: Untrusted
    author: Untrusted
    how: Untrusted
    standing: str
    merged: int
    formerly: tuple[Untrusted, ...]


class LiveView(msgspec.Struct, frozen=True):
    """Where a fix runs. `since` is nanoseconds (0: unknown); `assumed` where no commit tells."""

    environment: Untrusted
    service: Untrusted
    liveness: str
    since: int
    revisions: tuple[Untrusted, ...]
    assumed: bool


class LifeStepView(msgspec.Struct, frozen=True):
    """A step of an issue's life: to which phase, when (nanoseconds of the logs), and why."""

    phase: str
    at: int
    because: Untrusted


class SuspectView(msgspec.Struct, frozen=True):
    """A commit that may have brought the failure: which of the failing files it touches, and why it is named."""

    sha: Untrusted
    title: Untrusted
    author: Untrusted
    touched: tuple[Untrusted, ...]
    because: Untrusted


class ResolutionView(msgspec.Struct, frozen=True):
    """What the template of the section, and of the comment on a step, may use.

    `ending` says what is said to have ended it, "" where nothing is; `by` whom, `why` in that person's words. `steps`
    are the issue's life, the oldest first; `step` is the one a comment is about, None on the page. `base` and `head`
    are the commits between which the `suspects` lie, `range` is `base..head` where both are names of commits. `added`
    and `removed` are labels that change with the step. `first`, `last` are nanoseconds of the failure; `filed`,
    `resolved`, `deployed`, `ended` of the steps (0: not yet).
    """

    phase: str
    ending: str
    by: Untrusted
    why: Untrusted
    title: Untrusted
    cause: Untrusted
    location: Untrusted
    service: Untrusted
    environment: Untrusted
    first: int
    last: int
    entries: int
    episodes: int
    filed: int
    resolved: int
    deployed: int
    ended: int
    fixes: tuple[FixView, ...]
    live: tuple[LiveView, ...]
    steps: tuple[LifeStepView, ...]
    related: tuple[int, ...]
    base: Untrusted
    head: Untrusted
    range: str
    suspects: tuple[SuspectView, ...]
    step: LifeStepView | None = None
    added: tuple[Untrusted, ...] = ()
    removed: tuple[Untrusted, ...] = ()
    command: str = ""


def render_resolution(state: IssueState, environment: jinja2.Environment, command: str = "") -> str:
    """The section of a page; "" for an issue that was only filed. `command` is how the team deploys, from the settings.

    Raises SettingsError where the user's template can't be rendered.
    """
    if len(state.transitions) < 2 and not (state.fixes or state.related or state.suspects or state.resolution):
        return ""
    view = msgspec.structs.replace(_view(state), command=command)
    return f"\n{render(environment, PAGE, resolution=view).strip()}\n"


def step_comment(
    state: IssueState,
    place: int,
    environment: jinja2.Environment,
    added: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    command: str = "",
) -> DraftComment:
    """The comment on the step at this place of `state.transitions`, by a key that names the step.

    `added` and `removed` are labels; `command` deploys. Raises SettingsError where the template can't be rendered.
    """
    step = state.transitions[place]
    view = msgspec.structs.replace(
        _view(state),
        step=LifeStepView(step.to.value, step.at, Untrusted(step.because)),
        added=tuple(Untrusted(label) for label in added),
        removed=tuple(Untrusted(label) for label in removed),
        command=command,
    )
    return DraftComment(f"{step.to}-{place + 1}", render(environment, COMMENT, resolution=view).strip(), step.to.value)


def _view(state: IssueState) -> ResolutionView:
    incident, resolution = state.incident, state.resolution
    trace = incident.root.trace
    where = trace.origin if trace else None
    return ResolutionView(
        phase=state.phase.value,
        ending=ENDINGS[resolution.reason] if resolution else ENDINGS[Reason.COMMIT] if state.fixes else "",
        by=Untrusted(resolution.by if resolution else ""),
        why=Untrusted(resolution.because[:_LONGEST] if resolution else ""),
        title=Untrusted(incident.root.title),
        cause=Untrusted(f"{trace.cause.type}: {trace.cause.value}"[:_LONGEST] if trace else incident.root.title),
        location=Untrusted(f"{where.file or where.module}:{where.line}" if where and where.line else ""),
        service=Untrusted(incident.key.service),
        environment=Untrusted(incident.key.environment),
        first=incident.first,
        last=incident.root.last,
        entries=sum(member.count for member in incident.members),
        episodes=incident.root.episodes,
        filed=_when(state, Phase.FILED, Phase.ADOPTED),
        resolved=_when(state, Phase.AWAITING),
        deployed=_deployed(state),
        ended=_when(state, Phase.VERIFIED, Phase.RECOVERED),
        fixes=tuple(fix_view(one) for one in state.fixes[-_MOST_FIXES:]),
        live=tuple(_live(one) for one in state.live),
        steps=tuple(LifeStepView(s.to.value, s.at, Untrusted(s.because)) for s in state.transitions[-_MOST_STEPS:]),
        related=state.related,
        base=Untrusted(state.between[0]),
        head=Untrusted(state.between[1]),
        range=_range(*state.between),
        suspects=tuple(suspect_view(one) for one in state.suspects[:_MOST_SUSPECTS]),
    )


def _when(state: IssueState, *phases: Phase) -> int:
    return next((step.at for step in reversed(state.transitions) if step.to in phases), 0)


def _deployed(state: IssueState) -> int:
    return max((one.since for one in state.live), default=0) or _when(state, Phase.VERIFYING)


def _range(base: str, head: str) -> str:
    return f"{base[:9]}..{head[:9]}" if _SHA.fullmatch(base) and _SHA.fullmatch(head) else ""


def fix_view(one: FixCommit) -> FixView:
    """What a page shows of a fix commit."""
    return FixView(
        sha=Untrusted(one.sha[:9]),
        title=Untrusted(one.title[:_LONGEST]),
        author=Untrusted(one.author[:_LONGEST]),
        how=Untrusted(one.source[:_LONGEST]),
        standing=one.standing.value,
        merged=one.merged,
        formerly=tuple(Untrusted(sha[:9]) for sha in one.formerly[-_MOST_SUSPECTS:]),
    )


def _live(one: Live) -> LiveView:
    return LiveView(
        environment=Untrusted(one.environment),
        service=Untrusted(one.service),
        liveness=one.liveness.value,
        since=one.since,
        revisions=tuple(Untrusted(name) for name in one.revisions[-_MOST_SUSPECTS:]),
        assumed=one.assumed,
    )


def suspect_view(one: Suspect) -> SuspectView:
    """What a page shows of a suspect."""
    return SuspectView(
        sha=Untrusted(one.sha[:9]),
        title=Untrusted(one.title[:_LONGEST]),
        author=Untrusted(one.author[:_LONGEST]),
        touched=tuple(Untrusted(path) for path in one.touched[:_MOST_SUSPECTS]),
        because=Untrusted(one.because[:_LONGEST_REASON]),
    )
