"""The analysis of a window of logs: what failed, how often, where, since when, and what to do."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import jinja2

from bot.documents.building import Detail, view_of
from bot.documents.patterns import NAME, incident_names, patterns_of
from bot.documents.reportview import (
    AnalysisView,
    CaseView,
    DeployedView,
    EffectView,
    EventView,
    PatternView,
    ReadView,
    ServedView,
    SeverityView,
    StepView,
    TopView,
)
from bot.model.incident import IncidentKey, Playbook, Verdict
from bot.model.run import ReadReport, Reported
from bot.model.severity import Severity
from bot.model.window import Served, Window
from bot.text.templates import render
from bot.text.untrusted import Untrusted
from bot.text.visible import cut

TEMPLATE = "analysis.md.j2"
_DETAIL = Detail(trace=3_000, root_samples=1, root_chars=1_000, symptom_samples=0, symptom_chars=0)
_TOP = 3
_MOST_EVENTS = 60

Playbooks = Mapping[IncidentKey, tuple[Playbook, ...]]


def analysis_view(
    window: Window,
    read: ReadReport,
    reported: Sequence[Reported],
    verdicts: Sequence[Verdict],
    playbooks: Playbooks,
) -> AnalysisView:
    """Everything a report shows of a window, counted from it alone.

    `reported` are its incidents in the order to show them, `verdicts` one for each of its clusters, `playbooks` what
    fits each incident.
    """
    patterns = patterns_of(window.clusters, verdicts, reported)
    names = incident_names(reported)
    cases = tuple(_case(one, names[one.incident.key], patterns, playbooks) for one in reported)
    deployments = _deployments(window)
    return AnalysisView(
        read=_read(window, read),
        severities=_severities(window, patterns),
        patterns=patterns,
        cases=cases,
        served=_served(window),
        deployments=deployments,
        timeline=_timeline(cases, deployments),
    )


def render_analysis(view: AnalysisView, environment: jinja2.Environment) -> str:
    """The Markdown page. Raises SettingsError where the user's template can't be rendered."""
    return render(environment, TEMPLATE, analysis=view).strip() + "\n"


def _read(window: Window, read: ReadReport) -> ReadView:
    places = [cluster.place for cluster in window.clusters]
    return ReadView(
        start=window.start,
        end=window.end,
        entries=window.entries,
        duplicates=read.duplicates,
        skipped=read.skipped_count,
        sources=tuple(cut(source, NAME) for source in read.sources),
        services=tuple(cut(name, NAME) for name in sorted({place.service for place in places})),
        environments=tuple(cut(name, NAME) for name in sorted({place.environment for place in places})),
        clusters=len(window.clusters),
        overflow=window.overflow,
    )


def _severities(window: Window, patterns: Sequence[PatternView]) -> tuple[SeverityView, ...]:
    of: dict[str, list[PatternView]] = defaultdict(list)
    for pattern in patterns:
        of[pattern.severity].append(pattern)
    return tuple(
        SeverityView(
            name=severity.name,
            entries=window.severities.get(severity.name, 0),
            patterns=len(of[severity.name]),
            top=tuple(
                TopView(one.name, one.title, one.count)
                for one in sorted(of[severity.name], key=lambda one: -one.count)[:_TOP]
            ),
        )
        for severity in sorted(Severity, reverse=True)
        if window.severities.get(severity.name)
    )


def _case(one: Reported, name: str, patterns: Sequence[PatternView], playbooks: Playbooks) -> CaseView:
    own = [pattern for pattern in patterns if pattern.incident == name]
    return CaseView(
        name=name,
        incident=view_of(one.incident, playbooks.get(one.incident.key, ()), _DETAIL),
        patterns=tuple(pattern.name for pattern in own),
        chain=_chain(own),
        issue=one.issue,
        because=cut(one.because, NAME),
    )


def _chain(own: Sequence[PatternView]) -> tuple[StepView, ...]:
    """From the root on, effects below their cause; what nothing leads to comes last, one step below the root."""
    effects: dict[str, list[PatternView]] = defaultdict(list)
    for pattern in own:
        effects[pattern.causes[0].name if pattern.causes else ""].append(pattern)
    steps: dict[str, StepView] = {}
    for start in own:
        waiting = [(start, 0 if start.role == "root" else 1)]
        while waiting:
            pattern, depth = waiting.pop()
            if pattern.name not in steps:
                steps[pattern.name] = _step(pattern, depth)
                waiting += [(effect, depth + 1) for effect in reversed(effects[pattern.name])]
    return tuple(steps.values())


def _step(pattern: PatternView, depth: int) -> StepView:
    link = pattern.causes[0] if pattern.causes else EffectView("", "", 0.0, Untrusted(""))
    return StepView(pattern.name, pattern.title, pattern.count, depth, link.name, link.rule, link.words)


def _served(window: Window) -> tuple[ServedView, ...]:
    by_place: dict[tuple[str, str, str], dict[int, Served]] = defaultdict(dict)
    answered: dict[tuple[str, str], int] = defaultdict(int)
    for traffic in window.traffic:
        place = traffic.place
        minutes = by_place[place.environment, place.service, place.revision]
        for at, served in traffic.minutes.items():
            before = minutes.get(at, Served(0, 0))
            minutes[at] = Served(before.total + served.total, before.failed + served.failed)
        answered[place.environment, place.service] += traffic.total - traffic.failed
    return tuple(_served_by(key, by_place[key], bool(answered[key[:2]])) for key in sorted(by_place))


def _served_by(key: tuple[str, str, str], minutes: Mapping[int, Served], known: bool) -> ServedView:
    total, failed = sum(one.total for one in minutes.values()), sum(one.failed for one in minutes.values())
    environment, service, revision = (cut(text, NAME) for text in key)
    return ServedView(
        environment=environment,
        service=service,
        revision=revision,
        total=total,
        failed=failed,
        share=failed / total if total and known else None,
        minutes={at: (minutes[at].total, minutes[at].failed) for at in sorted(minutes)},
    )


def _deployments(window: Window) -> tuple[DeployedView, ...]:
    """Those within the logs that were read; what is remembered from before is no part of this window."""
    return tuple(
        DeployedView(
            one.nanos,
            cut(one.environment, NAME),
            cut(one.service, NAME),
            cut(one.revision, NAME),
            cut(one.commit, NAME),
            cut(one.source, NAME),
        )
        for one in sorted(window.deployments)
        if window.start <= one.nanos <= window.end
    )


def _timeline(cases: Sequence[CaseView], deployments: Sequence[DeployedView]) -> tuple[EventView, ...]:
    """Deployments, and of each incident the first and last entry; of more than 60 moments, those of the worst."""
    moments = [EventView(one.at, "deployment", "", one.revision) for one in deployments]
    for case in cases:
        incident = case.incident
        moments.append(EventView(incident.first, "first entry", case.name, incident.root.title))
        if incident.last != incident.first:
            moments.append(EventView(incident.last, "last entry", case.name, incident.root.title))
    return tuple(sorted(moments[:_MOST_EVENTS], key=lambda one: one.at))
