"""`report learning N`: what is to be learnt of an incident and its fix."""

from bot.documents.learning import learning_view, render_learning
from bot.documents.learning_xml import learning_xml
from bot.documents.learningview import LearningView
from bot.model.learning import Lesson
from bot.trackers.interface import Tracker
from bot.triage import fitting
from bot.usecases.changed import Changed
from bot.usecases.known import load_known
from bot.usecases.proving import read_until
from bot.usecases.setup import Setup
from bot.usecases.stability import GONE, issue_state


def learning(tracker: Tracker, setup: Setup, number: int) -> LearningView:
    """The document's values. Raises UsageError where the issue isn't the bot's, TrackerUnavailable."""
    known = load_known(tracker, setup.ring, setup.settings.labels.tracked)
    state = issue_state(known, number, tracker)
    changed = Changed(setup.code)
    fixes = changed.fixes(number, state, read_until(number, known))
    scope = changed.scope(fix for fix in fixes if fix.standing not in GONE)
    lacking = [] if setup.code else ["What the fix changed: name a clone in the setting `clone`, or `--repo`."]
    lesson = Lesson(
        number=number,
        state=state,
        fixes=fixes,
        changes=tuple(change for change, _ in scope.files) if scope else (),
        playbooks=tuple(fitting(state.incident, setup.playbooks)),
        unknown=tuple(dict.fromkeys((*lacking, *changed.unknown))),
    )
    return learning_view(lesson)


def as_markdown(view: LearningView, setup: Setup) -> str:
    """The document as Markdown. Raises SettingsError where the user's template can't be rendered."""
    return render_learning(view, setup.templates)


def as_xml(view: LearningView) -> str:
    """The document as XML."""
    return learning_xml(view)
