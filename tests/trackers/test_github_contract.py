"""The contract of all trackers, kept by the GitHub tracker against the emulated GitHub."""

import pytest

from bot.model.issue import DraftComment, NewIssue
from bot.trackers.interface import Tracker
from tests.bench.fixtures import Bench, bench, servers
from tests.trackers.contract import AWKWARD_BODIES, OpenTracker, TrackerContract

__all__ = ["bench", "servers"]


class TestGitHub(TrackerContract):
    """The GitHub tracker as any tracker."""

    @pytest.fixture
    def open_tracker(self, bench: Bench) -> OpenTracker:
        """Opens the emulated repository under the bot's account."""

        def opened() -> Tracker:
            return bench.open(authors=("incident-bot",))

        return opened

    @pytest.mark.parametrize("reason", ["completed", "not_planned"])
    def test_close_reasons(self, open_tracker: OpenTracker, reason: str) -> None:
        """An issue closes with its reason; the emulator knows no "duplicate", which test_github.py shows is sent."""
        super().test_close_reasons(open_tracker, reason)

    @pytest.mark.parametrize("body", [body for body in AWKWARD_BODIES[1:] if len(body) < 60_000])
    def test_comment_bodies_come_back_exactly(self, open_tracker: OpenTracker, body: str) -> None:
        """A comment's text comes back exactly; what doesn't fit beside its key is cut, as the next test shows."""
        super().test_comment_bodies_come_back_exactly(open_tracker, body)

    def test_a_comment_too_long_is_cut_before_its_key(self, bench: Bench) -> None:
        """A comment at GitHub's limit keeps its key, so it is posted once, and stays within the limit."""
        tracker = bench.open()
        number = tracker.create(NewIssue("t", "")).number
        for _ in range(2):
            tracker.comment(number, DraftComment("k", "x" * 65_536))
        [comment] = bench.comments(number)
        assert len(comment["body"]) == 65_536
