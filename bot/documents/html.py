"""Reports as one self-contained HTML page: an environment of its own, in which log text must be escaped to get in."""

import base64
import hashlib
import html
import re
from collections.abc import Callable, Iterable
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup

from bot.documents.charts import (
    BarView,
    CascadeView,
    GlanceView,
    ScaleView,
    TrafficView,
    bar_of,
    cascade_of,
    glance_of,
    scale_of,
    strip,
    traffic_of,
)
from bot.documents.reportview import AnalysisView, WorklogView
from bot.documents.runs import IndexView, SeenView
from bot.errors import SettingsError
from bot.model.time import in_words, iso
from bot.text.bounds import sized
from bot.text.sandbox import Sandbox
from bot.text.templates import clock, counted, render, thousands
from bot.text.untrusted import Untrusted
from bot.text.visible import cut, visible

TEMPLATE, INDEX, STYLE, SCRIPT = "report.html.j2", "index.html.j2", "report.css", "report.js"
_MOST_CASES = 30
_CODE = re.compile(r"`([^`]+)`")
_ENDS = re.compile(r"</(?=style|script)|<!--", re.IGNORECASE)


class PageView(msgspec.Struct, frozen=True):
    """What `report.html.j2` may use. `worklog` is None where the page is an analysis alone.

    `strips` are path data by pattern, `cascades` drawings by incident (those with more than a root). `policy` is the
    Content-Security-Policy that lets this style and this script work, and nothing be fetched.
    """

    analysis: AnalysisView
    worklog: WorklogView | None
    scale: ScaleView
    glance: GlanceView
    strips: dict[str, str]
    traffic: tuple[TrafficView, ...]
    cascades: dict[str, CascadeView]
    style: Markup
    script: Markup
    policy: str


class LaneOfRunsView(msgspec.Struct, frozen=True):
    """An incident over many runs, a bar for each run that saw it; `index.html.j2` has them as `lanes`, over `scale`."""

    seen: SeenView
    bars: tuple[BarView, ...]


def text(value: str | Untrusted) -> Markup:
    """Redacted, visible and escaped text, for an element or a quoted attribute."""
    return Markup(html.escape(visible(value)))


def inline(value: str) -> Markup:
    """A playbook's line: escaped, what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", html.escape(value)))


def _join(parts: Iterable[Any], between: str = "") -> Markup:
    joined = Markup(html.escape(between)).join(parts)
    sized(len(joined))
    return joined


def _finalize(value: Any) -> Any:
    if isinstance(value, Untrusted):
        raise TypeError("log text needs the filter `text` here")
    return value


class HtmlSandbox(Sandbox):
    """The sandbox for HTML: every value is escaped, and log text is refused unless the filter `text` escaped it."""

    def __init__(self, loader: jinja2.BaseLoader, elapsed: Callable[[], float] | None = None) -> None:
        super().__init__(loader, _FILTERS, elapsed)
        for name in ("safe", "forceescape", "striptags"):
            self.filters.pop(name, None)
        self.autoescape = True
        self._spend, self.finalize = self.finalize, self._checked

    def _checked(self, value: Any) -> Any:
        return self._spend(_finalize(value)) if self._spend else _finalize(value)


_FILTERS: dict[str, Callable[..., Any]] = {
    "clock": clock,
    "counted": counted,
    "cut": cut,
    "in_words": in_words,
    "inline": inline,
    "iso": iso,
    "join": _join,
    "text": text,
    "thousands": thousands,
}


def html_environment(like: jinja2.Environment) -> HtmlSandbox:
    """An environment for pages that finds its templates where another finds them: the user's come first."""
    if like.loader is None:
        raise SettingsError("There is no folder of templates: install the package anew.")
    return HtmlSandbox(like.loader, getattr(like, "elapsed", None))


def render_page(report: AnalysisView | WorklogView, environment: HtmlSandbox) -> str:
    """The page of a worklog, or of an analysis alone. Raises SettingsError where the template can't be rendered."""
    worklog = report if isinstance(report, WorklogView) else None
    analysis = report.analysis if isinstance(report, WorklogView) else report
    return render(environment, TEMPLATE, page=_page(analysis, worklog, environment)).strip() + "\n"


def render_index(index: IndexView, environment: HtmlSandbox) -> str:
    """The page over many runs. Raises SettingsError where the template can't be rendered."""
    style, script = asset(environment, STYLE), asset(environment, SCRIPT)
    scale = scale_of(index.start, index.end)
    lanes = [
        LaneOfRunsView(one, tuple(bar_of(*span, scale) for span in one.spans)) for one in index.incidents[:_MOST_CASES]
    ]
    given = {"index": index, "style": style, "script": script, "policy": policy_of(script), "scale": scale}
    return render(environment, INDEX, lanes=lanes, **given).strip() + "\n"


def _page(analysis: AnalysisView, worklog: WorklogView | None, environment: HtmlSandbox) -> PageView:
    scale = scale_of(analysis.read.start, analysis.read.end)
    drawn = {case.name: cascade_of(case.chain) for case in analysis.cases[:_MOST_CASES]}
    script = asset(environment, SCRIPT)
    return PageView(
        analysis=analysis,
        worklog=worklog,
        scale=scale,
        glance=glance_of(analysis, scale),
        strips={pattern.name: strip(pattern.minutes, scale) for pattern in analysis.patterns},
        traffic=traffic_of(analysis, scale),
        cascades={name: drawing for name, drawing in drawn.items() if drawing},
        style=asset(environment, STYLE),
        script=script,
        policy=policy_of(script),
    )


def asset(environment: HtmlSandbox, name: str) -> Markup:
    """A style or script file beside the templates, as it stands. Raises SettingsError where it can't be used."""
    try:
        source = environment.loader.get_source(environment, name)[0] if environment.loader else ""
    except (jinja2.TemplateNotFound, UnicodeDecodeError):
        raise SettingsError(f"{name} can't be read: put it into the folder of templates.") from None
    if _ENDS.search(source):
        raise SettingsError(f"{name} holds a tag that would end it within the page: take it out.")
    return Markup(source)


def policy_of(script: str) -> str:
    """A Content-Security-Policy under which nothing is fetched, and no other script than this one runs."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
