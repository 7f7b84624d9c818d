"""The worklog of a run: what was seen, how bad it is, what was done about it and why."""

from collections import Counter
from collections.abc import Iterable

import jinja2
import msgspec

from bot.documents.patterns import NAME
from bot.documents.reportview import (
    AnalysisView,
    CaseView,
    OutcomeView,
    SkippedView,
    TotalsView,
    WarnedView,
    WorklogView,
)
from bot.model.incident import Incident
from bot.model.issue import Action, ActionKind
from bot.model.run import Reported, RunResult
from bot.text.templates import render
from bot.text.visible import cut

TEMPLATE = "worklog.md.j2"
NOT_FILED = "not-filed"


def worklog_view(result: RunResult, analysis: AnalysisView) -> WorklogView:
    """What a run did about what the analysis of the same run shows; the incidents are in the same order."""
    every = (*result.actions, *map(_held, result.held_back))
    taken: list[tuple[Action, ...]] = [tuple(_actions_on(one, every)) for one in result.incidents]
    cases = tuple(
        _with_outcomes(case, one, actions)
        for case, one, actions in zip(analysis.cases, result.incidents, taken, strict=True)
    )
    spoken_for = {id(action) for actions in taken for action in actions}
    others = tuple(_outcome(action) for action in every if id(action) not in spoken_for)
    return WorklogView(
        analysis=msgspec.structs.replace(analysis, cases=cases),
        totals=_totals(analysis, cases, others),
        others=others,
        warnings=tuple(WarnedView(cut(one.where, NAME), cut(one.what, 2 * NAME)) for one in result.warnings),
        skipped=tuple(
            SkippedView(cut(one.source, NAME), one.position, cut(one.reason, NAME)) for one in result.read.skipped
        ),
        tracker=cut(result.tracker, NAME),
        requests=result.requests,
        dry_run=result.dry_run,
    )


def render_worklog(view: WorklogView, environment: jinja2.Environment) -> str:
    """The Markdown page. Raises SettingsError where the user's template can't be rendered."""
    return render(environment, TEMPLATE, worklog=view).strip() + "\n"


def _held(action: Action) -> Action:
    """What was left undone, whatever it was to be."""
    return msgspec.structs.replace(action, kind=ActionKind.HOLD)


def _actions_on(one: Reported, every: Iterable[Action]) -> Iterable[Action]:
    """The actions on the incident's issue; of one that isn't created yet, those with its key."""
    key = _key(one.incident)
    return (action for action in every if (one.issue and action.number == one.issue) or action.key == key)


def _key(incident: Incident) -> str:
    return "/".join((incident.key.environment, incident.key.service, incident.key.root))


def _with_outcomes(case: CaseView, one: Reported, actions: tuple[Action, ...]) -> CaseView:
    """What was done; where nothing was, an incident without an issue wasn't filed, one with an issue was left alone."""
    outcomes = tuple(map(_outcome, actions))
    if not outcomes:
        kind = ActionKind.NONE.value if one.issue else NOT_FILED
        outcomes = (OutcomeView(kind, one.issue, case.incident.root.title, cut(one.because, NAME)),)
    return msgspec.structs.replace(case, outcomes=outcomes)


def _outcome(action: Action) -> OutcomeView:
    return OutcomeView(action.kind.value, action.number, cut(action.title, NAME), cut(action.because, 2 * NAME))


def _totals(analysis: AnalysisView, cases: tuple[CaseView, ...], others: tuple[OutcomeView, ...]) -> TotalsView:
    roles = Counter(pattern.role if pattern.incident else "none" for pattern in analysis.patterns)
    priorities = Counter(case.incident.priority for case in cases)
    actions = Counter(one.action for case in cases for one in case.outcomes)
    actions.update(one.action for one in others)
    return TotalsView(
        patterns=len(analysis.patterns),
        roots=roles["root"],
        symptoms=roles["symptom"],
        set_aside=roles["none"],
        priorities=dict(sorted(priorities.items())),
        actions=dict(sorted(actions.items())),
    )
