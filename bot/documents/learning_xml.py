"""The learning document as XML, for a folder of learnings that programs read."""

from collections.abc import Iterable
from xml.etree import ElementTree

from bot.documents.learningview import LearningView, SpansView
from bot.documents.view import IncidentView
from bot.model.time import SECOND, iso
from bot.text.untrusted import Untrusted
from bot.text.visible import visible

Text = str | Untrusted


def learning_xml(view: LearningView) -> str:
    """The document as well-formed XML 1.0 in UTF-8, whatever its text holds.

    Text is redacted, and characters that XML has no place for are written as escapes. Times are RFC 3339, lengths of
    time seconds. What is not known has no element.
    """
    root = ElementTree.Element("learning", {"issue": str(view.number), "name": view.name, "status": view.phase})
    _head(root, view)
    _times(root, view.spans)
    _timeline(root, view)
    _cause(root, view)
    _impact(root, view.incident)
    _resolution(root, view)
    _prevention(root, view)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add(parent: ElementTree.Element, tag: str, text: Text = "", **given: Text | int) -> ElementTree.Element:
    """An element; what has neither text nor attributes keeps its place for what is put into it."""
    known = {name: plain for name, value in given.items() if (plain := _plain(value))}
    element = ElementTree.SubElement(parent, tag, known)
    element.text = _plain(text) or None
    return element


def _plain(text: Text | int) -> str:
    return str(text) if isinstance(text, int) else visible(text)


def _said(text: Text) -> str:
    """A sentence of the bot's without the backticks around names, which Markdown needs."""
    return visible(text).replace("`", "")


def _head(root: ElementTree.Element, view: LearningView) -> None:
    incident = view.incident
    _add(root, "title", incident.root.title)
    _add(root, "priority", incident.priority)
    _add(root, "service", incident.service, environment=incident.environment)


def _times(root: ElementTree.Element, spans: SpansView) -> None:
    """How long after the first failure what happened, in seconds."""
    known = {name: getattr(spans, name) for name in spans.__struct_fields__ if getattr(spans, name) is not None}
    if known:
        times = _add(root, "seconds_after_first_failure")
        for name, nanos in known.items():
            _add(times, name, str(nanos // SECOND))


def _timeline(root: ElementTree.Element, view: LearningView) -> None:
    timeline = _add(root, "timeline")
    for moment in view.timeline:
        _add(timeline, "event", _said(moment.what), at=iso(moment.at), kind=moment.kind)


def _cause(root: ElementTree.Element, view: LearningView) -> None:
    cause = view.incident.cause
    element = _add(root, "root_cause")
    _add(element, "type", cause.type) if cause.type else None
    _add(element, "message", cause.message)
    if cause.location:
        _add(element, "location", cause.location.location, function=cause.location.function)
    for suspect in view.suspects:
        _add(element, "suspect", _said(suspect.because), commit=suspect.sha, title=suspect.title)


def _impact(root: ElementTree.Element, incident: IncidentView) -> None:
    impact = _add(root, "impact", first=iso(incident.first), last=iso(incident.last))
    for policy in incident.policies:
        _add(impact, "fact", policy.because)
    if incident.requests:
        _add(impact, "requests", total=incident.requests.total, failed=incident.requests.failed)
    if incident.failed_starts:
        _add(impact, "failed_starts", str(incident.failed_starts))


def _resolution(root: ElementTree.Element, view: LearningView) -> None:
    resolution = _add(root, "resolution", ended_by=view.ending, said_by=view.by)
    if view.why:
        _add(resolution, "reason", view.why)
    for fix in view.fixes:
        _add(resolution, "commit", fix.title, sha=fix.sha, standing=fix.standing)
    for change in view.changes:
        element = _add(resolution, "change", file=change.path, status=change.status)
        _add(element, "before", change.before)
        _add(element, "after", change.after)
    if view.proof:
        _add(resolution, "proof", _said(view.proof))


def _prevention(root: ElementTree.Element, view: LearningView) -> None:
    prevention = _add(root, "prevention")
    _each(prevention, "measure", view.measures)
    _each(root, "related_issue", (str(number) for number in view.related))
    _each(root, "not_known", view.unknown)


def _each(parent: ElementTree.Element, tag: str, texts: Iterable[Text]) -> None:
    for text in texts:
        _add(parent, tag, text)
