"""The stability report: every line from evidence, what isn't known said to be so, and text of others inert."""

import msgspec
import pytest
from hypothesis import given, settings

from bot.documents.plain import plain
from bot.documents.stability import good_before, render_stability, stability_view
from bot.model.fix import Live, Liveness, Proof
from bot.model.incident import LastGood, Settled
from bot.model.scope import Evidence, Risk
from bot.model.state import IssueState, Phase, Reason, Resolution, Transition
from bot.model.time import MINUTE
from bot.text.templates import environment
from tests.documents.fixed import ARITHMETIC, DEPLOYED, ENDED, FIXED, evidence, live, state
from tests.documents.incidents import SERVICE, outage
from tests.text.hostile import TEXT
from tests.text.rendering import Page

TEMPLATES = environment()
TAGS = {"h1", "h2", "p", "ul", "ol", "li", "strong", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"}


def page(remembered: IssueState, given: Evidence) -> str:
    """The page of issue 7."""
    return render_stability(stability_view(7, remembered, given), TEMPLATES)


def test_what_a_release_manager_needs() -> None:
    """Risk with its findings, each place with its confidence and arithmetic, checks, health, image, ways back."""
    told = page(state(), evidence())
    for line in (
        "# Stability of the fix of #7",
        "- **Risk: high**, by the rules below: checks high",
        f"- **`staging`, `{SERVICE}`**: deployed; 99.60 % sure that it works, 99 % wanted: proven",
        "- **`production`, `xfine`**: not deployed; how sure it works is not known",
        "- Since the deployment nothing of it was logged.",
        "- fine.xml: 1 passed, 1 failed",
        "    - **failed**: `e2e fine`: `fine`",
        "| `http://a/fine` | HTTP 200 | 40 ms | passed |",
        "| `app/fine.py` | code | renamed, was `app/was fine.py` | 2 | 1 |",
        "- `app/fine.py`: imported by 1 file: `bfine.py` line 3",
        "| `app/fine.py` | not known | `Dockerfilefine` | Line 3 copies `fine`. |",
        "| checks | high | 1 failed: `fine` | any failed: high |",
        "git revert 2f130c1085d7",
        "- Not known: fine",
    ):
        assert line in told
    assert "gcloud run services update-traffic booking-api --to-revisions=booking-api-00041-xyz=100" in told
    assert ARITHMETIC in told
    assert "```diff\n@@ -1,3 +1,4 @@" in told


def test_nothing_is_made_up() -> None:
    """Of an issue that was only filed, nothing is said but what is missing, and how to have it."""
    unlinked = state(phase=Phase.FILED, fixes=(), live=(), transitions=(), resolution=None)
    bare = Evidence(at=ENDED, read_until=0, wanted=0.99, floor=30 * MINUTE, unproven="No fix is linked.")
    told = page(unlinked, bare)
    assert "**Risk: not known**" in told
    assert "No commit is linked. `incidentbot resolve 7 --commit SHA` links one." in told
    assert "Nothing to deploy is linked." in told
    for section in ("## Health", "## Scope", "## Who uses", "## In the image", "## Not known", "diff"):
        assert section not in told
    assert "%" not in told.split("## Next")[0]


def test_an_end_without_commit() -> None:
    """Where a rollback ended it, no commit is asked for."""
    given = evidence(fixes=(), scope=None)
    told = page(state(resolution=Resolution(Reason.ROLLBACK, "ann", ENDED), fixes=()), given)
    assert "No commit: it is said to have ended by a rollback." in told
    assert "incidentbot resolve" not in told


@pytest.mark.parametrize(
    ("chance", "sure"),
    [
        (0.004, "99.60 %"),
        (1e-9, "over 99.99 %"),
        (0.0, "over 99.99 %"),
        (0.0001, "over 99.99 %"),
        (0.010001, "98.99 %"),
    ],
)
def test_confidence_is_rounded_down(chance: float, sure: str) -> None:
    """What isn't quite so sure is never called so: 98.9999 % isn't 99 %, and nothing is 100 %."""
    proof = Proof(False, chance, evidence().proof.after, 5, ARITHMETIC)  # type: ignore[union-attr]
    assert stability_view(7, state(), evidence(proof=proof)).places[0].sure == sure


def test_a_place_without_the_fix_has_no_confidence() -> None:
    """The silence of production proves nothing of a fix that isn't there, nor does staging's."""
    other = stability_view(7, state(), evidence()).places[1]
    assert (other.confidence, other.sure, other.proven) == (None, "not known", False)
    assert other.why.raw == "No failure of this environment is tracked here."
    absent = (Live("staging", SERVICE, Liveness.ABSENT),)
    [place] = stability_view(7, state(), evidence(live=absent, unproven="first deploy")).places
    assert (place.sure, place.why.raw) == ("not known", "first deploy")


def test_what_was_proved_stays_so() -> None:
    """Once an issue is closed its silence is watched no more; that it was proved is still said, with the arithmetic."""
    made = evidence(proof=None, unproven=f"It was proved: {ARITHMETIC}")
    here, other = stability_view(7, state(), made).places
    assert (here.confidence, here.sure, here.proven) == (None, "proved", True)
    assert (other.sure, other.proven) == ("not known", False)
    assert f"`{SERVICE}`**: deployed; that it works is proved" in page(state(), made)
    assert stability_view(7, state(phase=Phase.VERIFYING), made).places[0].sure == "not known"


def test_what_came_after_the_deployment() -> None:
    """Only whole minutes after the deployment count, and a regression is called one."""
    early = DEPLOYED - 6 * 60 * MINUTE
    since = stability_view(7, state(), evidence(live=(Live("staging", SERVICE, Liveness.LIVE, early),))).since
    assert since is not None
    assert (since.entries, since.episodes) == (33, 6)
    last = outage().root.last
    since = stability_view(7, state(), evidence(live=(Live("staging", SERVICE, Liveness.LIVE, last),))).since
    assert since is not None
    assert since.entries == 0
    early_live = (Live("staging", SERVICE, Liveness.LIVE, early),)
    settled = outage()
    root = msgspec.structs.replace(settled.root, settled=Settled(early // MINUTE + 1, 9, 3))
    old = msgspec.structs.replace(settled, members=(root, *settled.symptoms))
    since = stability_view(7, state(incident=old), evidence(live=early_live)).since
    assert since is not None
    assert (since.entries, since.episodes) == (None, None)
    assert "how many entries of the failure came is not kept" in page(state(incident=old), evidence(live=early_live))
    back = (*state().transitions, Transition(Phase.REGRESSION, ENDED, "seen on the fixed one"))
    told = page(state(phase=Phase.REGRESSION, transitions=back), evidence())
    assert "- **It came back**: seen on the fixed one" in told


def test_the_fixed_revision_is_no_way_back() -> None:
    """Where what answered last is the fixed revision itself, no good one from before the failure is known."""
    incident = outage(good=LastGood(FIXED, 1, 5))
    assert good_before(incident, live()) == ""
    told = page(state(incident=incident), evidence())
    assert "No good revision from before the failure is known." in told
    assert "update-traffic" not in told


def test_what_is_next_depends_on_the_phase() -> None:
    """Before the deployment the team's command; once proved, no word of how it will be."""
    waiting = page(state(phase=Phase.AWAITING), evidence(deploy="make deploy"))
    assert "- Deploy it:\n\n```sh\nmake deploy\n```" in waiting
    assert "It counts as proven when" in waiting
    assert "It counts as proven when" not in page(state(), evidence())
    assert "- Deploy it." in page(state(phase=Phase.AWAITING), evidence(deploy=""))


def test_long_lists_are_cut_and_say_so() -> None:
    """A thousand checks, files and importers make a page that says how many more there are."""
    made = evidence()
    assert made.scope is not None
    assert made.reach is not None
    many = evidence(
        checks=made.checks[:1] * 1000,
        scope=type(made.scope)(made.scope.files * 1000),
        reach=type(made.reach)(made.reach.importers * 1000, made.reach.looked),
    )
    told = page(state(), many)
    assert "and 988 more passed" in told
    assert "and 940 more files." in told
    assert "imported by 1,000 files:" in told
    assert " and 990 more" in told
    assert len(told) < 60_000


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_text_of_others_is_inert(text: str) -> None:
    """Whatever commits, checks, paths and files hold, the page has our structure and nothing alive but its number."""
    told = Page(page(state(text), evidence(text)))
    assert set(told.tags) <= TAGS
    assert told.links == []
    assert set(told.alive) <= {"#7"}


@settings(max_examples=20, deadline=None)
@given(TEXT)
def test_json_holds_the_same(text: str) -> None:
    """The values as JSON have no Untrusted left, and times as people write them."""
    told = plain(stability_view(7, state(text), evidence(text)))
    assert told["risk"] == Risk.HIGH
    assert told["since"]["since"] == "2025-03-01T04:03:20Z"
    assert isinstance(told["fixes"][0]["title"], str)
