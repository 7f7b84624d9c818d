"""Windows and runs built by hand for the reports: one whose every text is given, one in which nothing fails."""

from bot.documents.analysis import analysis_view
from bot.documents.reportview import AnalysisView, WorklogView
from bot.documents.worklog import worklog_view
from bot.model.entry import Place
from bot.model.incident import Incident, Member, Verdict
from bot.model.issue import Action, ActionKind
from bot.model.run import ReadReport, Reported, RunResult, Skipped, Warned, WindowSummary
from bot.model.severity import Severity
from bot.model.signature import Kind
from bot.model.time import MINUTE
from bot.model.window import Cluster, Deployment, Minute, Served, Traffic, Window
from tests.documents.incidents import PLACE, PLAYBOOK, START, hostile

READ = ReadReport(("logs.json",), 35, 2, 1, (Skipped("logs.json", 9, "no time"),))


def _cluster(member: Member, place: Place) -> Cluster:
    return Cluster(
        place, member.fingerprint, member.kind, member.title, member.title, member.title, member.severity,
        member.count, member.first, member.last, member.minutes, (), member.samples, member.trace, (), member.status,
    )  # fmt: skip


def window_of(incident: Incident, text: str) -> Window:
    """The incident's members as clusters, and one more that is no failure; `text` wherever a log can put one."""
    place = Place(incident.key.environment, text, text, incident.key.service, text)
    thrice = {START // MINUTE: Minute(3)}
    calm = Member("z9calm", Kind.MESSAGE, incident.root.role, text, Severity.INFO, (), (), START, START, thrice)
    clusters = tuple(_cluster(member, place) for member in (*incident.members, calm))
    counts: dict[str, int] = {}
    for cluster in clusters:
        counts[cluster.severity.name] = counts.get(cluster.severity.name, 0) + cluster.count
    return Window(
        incident.observed_from,
        incident.observed_until,
        sum(counts.values()),
        counts,
        clusters,
        (Traffic(place, {START // MINUTE: Served(9, 4)}),),
        (Deployment(START - MINUTE, place.environment, place.service, text, text, text),),
    )


def verdicts_of(window: Window, incident: Incident, text: str) -> tuple[Verdict, ...]:
    """A verdict on each of its clusters."""
    known = {member.fingerprint for member in incident.members}
    return tuple(
        Verdict(
            one.fingerprint, one.place, one.title, "symptom" if one.fingerprint in known else "none",
            incident.key if one.fingerprint in known else None, 0, text,
        )
        for one in window.clusters
    )  # fmt: skip


def told_in(text: str) -> WorklogView:
    """The worklog of a run with this text in each field that a log, a tracker or a person can fill."""
    incident = hostile(text)
    window = window_of(incident, text)
    reported = (Reported(3, incident, text),)
    verdicts = verdicts_of(window, incident, text)
    analysis = analysis_view(window, READ, reported, verdicts, {incident.key: (PLAYBOOK,)})
    summary = WindowSummary(window.start, window.end, window.entries, window.severities, len(window.clusters))
    read = ReadReport((text,), 35, 2, 1, (Skipped(text, 9, text),))
    actions = (Action(ActionKind.UPDATE, "k", 3, text, text), Action(ActionKind.CLOSE, "other", 4, text, text))
    held = (Action(ActionKind.HOLD, "waits", 0, text, text),)
    result = RunResult(summary, read, reported, verdicts, actions, held, (Warned(text, text),), text, 5, False)
    return worklog_view(result, analysis)


def calm() -> AnalysisView:
    """One line of information, and nothing else at all."""
    place = PLACE._replace(environment="", revision="")
    once = {START // MINUTE: Minute(1)}
    one = Cluster(place, "a1", Kind.MESSAGE, "ready", "ready", "ready", Severity.INFO, 1, START, START, once)
    window = Window(START, START, 1, {"INFO": 1}, (one,))
    verdict = Verdict("a1", place, "ready", "none", None, 0, "INFO is below what counts as a failure")
    return analysis_view(window, ReadReport((), 1, 0, 0, ()), (), (verdict,), {})
