"""The learning document of an incident: what happened, why, what changed, what it took, what prevents it."""

import re
from collections.abc import Iterable, Iterator

import jinja2

from bot.documents.building import view_of
from bot.documents.detail import Detail
from bot.documents.learningview import BeforeAfterView, HappenedView, LearningView, SpansView
from bot.documents.resolution import ENDINGS, fix_view, suspect_view
from bot.model.fix import FileChange, Liveness
from bot.model.learning import Lesson
from bot.model.state import IssueState, Phase, Reason, Transition
from bot.model.time import iso
from bot.text.templates import render
from bot.text.visible import cut, visible

TEMPLATE = "learning.md.j2"

_DETAIL = Detail(trace=3_000, root_samples=1, root_chars=1_000, symptom_samples=0, symptoms=20, listed=20)
_MOST_CHANGES, _PATCH, _LONG, _NAME = 8, 3_000, 600, 200
_SLUG = 60
_OVER = (Phase.VERIFIED, Phase.RECOVERED)
_NO_NAME = "incident"


def learning_view(lesson: Lesson) -> LearningView:
    """What the document shows."""
    state = lesson.state
    incident, resolution = view_of(state.incident, lesson.playbooks, _DETAIL), state.resolution
    changes = [change for change in lesson.changes if change.patch]
    ended = _ended(state)
    return LearningView(
        number=lesson.number,
        name=name_of(state),
        phase=state.phase.value,
        over=state.phase in _OVER,
        incident=incident,
        ending=ENDINGS[resolution.reason] if resolution else ENDINGS[Reason.COMMIT] if lesson.fixes else "",
        by=cut(resolution.by if resolution else "", _NAME),
        why=cut(resolution.because if resolution else "", _LONG),
        proof=cut(ended.because if ended else "", _LONG),
        spans=_spans(lesson),
        timeline=tuple(sorted(_timeline(lesson), key=lambda one: one.at)),
        fixes=tuple(fix_view(fix) for fix in lesson.fixes),
        changes=tuple(_before_after(change) for change in changes[:_MOST_CHANGES]),
        more_changes=len(lesson.changes) - min(len(changes), _MOST_CHANGES),
        suspects=tuple(suspect_view(one) for one in state.suspects[:3]),
        related=state.related,
        measures=tuple(step for book in lesson.playbooks for step in book.prevention),
        unknown=tuple(cut(one, _LONG) for one in lesson.unknown),
    )


def render_learning(view: LearningView, environment: jinja2.Environment) -> str:
    """The Markdown page. Raises SettingsError where the user's template can't be rendered."""
    return render(environment, TEMPLATE, learning=view).strip() + "\n"


def name_of(state: IssueState) -> str:
    """`keyerror_payments_api_key_20260304`: words of the root's title, and the day it ended, else its last one."""
    ended = _ended(state)
    day = iso(ended.at if ended else state.incident.last)[:10].replace("-", "")
    words = re.sub(r"[^a-z0-9]+", "_", visible(state.incident.root.title).lower()).strip("_")
    return f"{words[:_SLUG].strip('_') or _NO_NAME}_{day}"


def _step(state: IssueState, *phases: Phase) -> Transition | None:
    return next((step for step in reversed(state.transitions) if step.to in phases), None)


def _ended(state: IssueState) -> Transition | None:
    """The step that ended it; None while it goes on, whatever was proved before it came back."""
    return _step(state, *_OVER) if state.phase in _OVER else None


def _deployed(state: IssueState) -> int:
    """When the fix ran in the last of its places; 0 where it doesn't in all."""
    running = [one for one in state.live if one.liveness is not Liveness.RETIRED]
    is_live = bool(running) and all(one.liveness is Liveness.LIVE for one in running)
    return max(one.since for one in running) if is_live else 0


def _spans(lesson: Lesson) -> SpansView:
    state = lesson.state
    first, filed, ended = state.incident.first, _step(state, Phase.FILED), _ended(state)
    merged = max((fix.merged for fix in lesson.fixes), default=0)
    return SpansView(
        detected=_after(first, filed.at if filed else 0),
        fixed=_after(first, merged),
        deployed=_after(first, _deployed(state)),
        recovered=state.incident.root.last - first if ended else None,
        proved=_after(first, ended.at if ended else 0),
    )


def _after(first: int, at: int) -> int | None:
    return at - first if at and at >= first else None


def _timeline(lesson: Lesson) -> Iterator[HappenedView]:
    state = lesson.state
    incident = state.incident
    for deployed in incident.deployments:
        yield HappenedView(deployed.nanos, "deployment", cut(f"`{deployed.revision}` is rolled out", _LONG))
    yield HappenedView(incident.first, "first failure", cut(incident.root.title, _NAME))
    yield HappenedView(incident.root.last, "last failure", cut(incident.root.title, _NAME))
    for fix in lesson.fixes:
        if fix.merged:
            yield HappenedView(fix.merged, "fix", cut(f"`{fix.sha[:9]}` is on the branch: {fix.title}", _LONG))
    for one in state.live:
        if one.since:
            where = f"`{one.service}` in `{one.environment}`" if one.environment else f"`{one.service}`"
            yield HappenedView(one.since, "deployment", cut(f"the fix runs at {where}", _LONG))
    for step in state.transitions:
        yield HappenedView(step.at, step.to.value, cut(step.because, _LONG))


def _before_after(change: FileChange) -> BeforeAfterView:
    return BeforeAfterView(
        path=cut(change.path, _NAME),
        status=change.status,
        patch=cut(change.patch, _PATCH),
        before=cut(_side(change.patch, "-"), _PATCH),
        after=cut(_side(change.patch, "+"), _PATCH),
    )


def _side(patch: str, mark: str) -> str:
    """The lines of a patch as they were (`-`) or became (`+`); `…` stands where lines between hunks are left out."""
    return "\n".join(_lines_of(patch.splitlines(), mark))


def _lines_of(lines: Iterable[str], mark: str) -> Iterator[str]:
    for number, line in enumerate(lines):
        if line.startswith("@@"):
            if number:
                yield "…"
        elif line[:1] in (" ", mark):
            yield line[1:]
