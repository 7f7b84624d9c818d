"""Which commits are suspected, and between which deployments they are looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fixes import suspect_range, suspects
from bot.model.fix import Commit
from bot.model.incident import LastGood, Role
from bot.model.signature import Frame
from bot.model.window import Deployment
from tests.fixes.failing import at, incident, member


def frame(file: str, module: str = "m", in_app: bool = True) -> Frame:
    """A frame in this file."""
    return Frame(module, "load", file, 7, in_app)


def commit(number: int, *files: str, merge: bool = False) -> Commit:
    """A commit of this age that touches these files."""
    parents = ("p", "q") if merge else ("p",)
    return Commit(f"{number:02x}" * 20, f"Commit {number}", author="Ann", at=number, parents=parents, files=files)


OUTER, INNER = frame("/app/shop/orders.py"), frame("/app/shop/prices.py")
FAILED = incident(member([0], frames=(OUTER, INNER, frame("/usr/lib/python3.11/json.py", in_app=False))))


def ranked(*commits: Commit) -> list[str]:
    """Titles of the suspects, the likeliest first."""
    return [suspect.title for suspect in suspects(commits, FAILED)]


def test_the_innermost_frame_comes_first() -> None:
    """What touches the file that raised comes before what touches its caller, before the newest of the rest."""
    commits = [commit(9, "docs/x.md"), commit(8, "src/shop/orders.py"), commit(7, "src/shop/prices.py"), commit(6)]
    assert ranked(*commits) == ["Commit 7", "Commit 8", "Commit 9", "Commit 6"]


def test_words_and_files() -> None:
    """It says which file and why it counts; of the rest, that none does."""
    first, second = suspects([commit(7, "README.md", "src/shop/orders.py", "src/shop/prices.py"), commit(6)], FAILED)
    assert first.touched == ("src/shop/prices.py", "src/shop/orders.py")
    assert first.because == "touches src/shop/prices.py, where the failure was raised"
    assert (second.touched, second.because) == ((), "touches no file of the failing code")


def test_merges_are_no_suspects() -> None:
    """What a merge brings is suspected, not the merge; at most ten are named."""
    commits = [commit(number, "shop/prices.py", merge=number % 2 == 0) for number in range(40, 0, -1)]
    assert ranked(*commits) == [f"Commit {number}" for number in range(39, 19, -2)]


@pytest.mark.parametrize(
    ("failing", "module", "path", "same"),
    [
        ("/app/shop/prices.py", "m", "src/shop/prices.py", True),
        ("/app/shop/prices.py", "m", "shop/prices.py", True),
        ("/app/prices.py", "m", "service/prices.py", True),
        ("/srv/app/main.go", "m", "main.go", True),
        ("C:\\app\\Shop\\Prices.cs", "m", "src/Shop/Prices.cs", True),
        ("Prices.java", "com.acme.shop.Prices", "api/src/main/java/com/acme/shop/Prices.java", True),
        ("/app/shop/__init__.py", "m", "src/users/__init__.py", False),
        ("/app/shop/prices.py", "m", "src/users/prices.py", False),
        ("/app/shop/prices.py", "m", "src/shop/prices_test.py", False),
        ("", "m", "src/shop/prices.py", False),
    ],
)
def test_when_files_are_the_same(failing: str, module: str, path: str, same: bool) -> None:
    """A frame's file and a path of the repository agree by their ends, further than by a name that many have."""
    seen = incident(member([0], frames=(frame(failing, module),), message=""))
    (found,) = suspects([commit(1, path)], seen)
    assert bool(found.touched) is same


def test_the_longest_agreement_counts() -> None:
    """Of two files that agree, the one that agrees further is the frame's."""
    seen = incident(member([0], frames=(frame("/srv/api/shop/prices.py"),)))
    found = suspects([commit(2, "web/shop/prices.py"), commit(1, "api/shop/prices.py")], seen)
    assert [(one.title, bool(one.touched)) for one in found] == [("Commit 1", True), ("Commit 2", False)]


def test_a_module_that_the_message_names() -> None:
    """A missing module has no frame: the commit that touches its package is the suspect."""
    seen = incident(member([0], frames=(INNER,), message="No module named 'shop.services.metrics'"))
    found = suspects([commit(2, "shop/views.py"), commit(1, "shop/services/metrics/__init__.py")], seen)
    assert found[0].because == "touches shop/services/metrics/__init__.py, which the failure's message names"


def test_symptoms_count_less() -> None:
    """A file of a symptom is better than none, and worse than any of the root."""
    seen = incident(member([0], frames=(INNER,)), member([1], Role.SYMPTOM, frames=(OUTER,)))
    commits = [commit(3), commit(2, "shop/orders.py"), commit(1, "shop/prices.py")]
    assert [one.title for one in suspects(commits, seen)] == ["Commit 1", "Commit 2", "Commit 3"]


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=20), st.text(max_size=60))
def test_any_paths(files: list[str], failing: str, message: str) -> None:
    """Any paths and messages give each commit once."""
    seen = incident(member([0], frames=(frame(failing),), message=message))
    assert len(suspects([commit(1, *files), commit(2)], seen)) == 2


def out(minutes: float, revision: str, service: str = "api") -> Deployment:
    """A roll-out."""
    return Deployment(at(minutes), "production", service, revision)


OUT = [out(-90, "r1"), out(-60, "r2"), out(-5, "r3"), out(-4, "w9", "web")]


def between(deployments: list[Deployment], verified: float | None = None, **known: object) -> list[str] | None:
    """Revisions of last good and first bad."""
    revisions = known.get("revisions", ("r3",))
    good = known.get("good")
    assert isinstance(revisions, tuple)
    seen = incident(member([0, 30], revisions=revisions), good=good if isinstance(good, LastGood) else None)
    found = suspect_range(seen, deployments, at(verified) if verified is not None else 0)
    return None if found is None else [found[0].revision if found[0] else "", found[1].revision]


def test_range() -> None:
    """From the last revision without failures to the first with them; other services' deployments aren't asked."""
    assert between(OUT) == ["r2", "r3"]
    assert between(OUT, revisions=("r2", "r3")) == ["r1", "r2"]


def test_range_without_revisions() -> None:
    """Where no revision was logged, the last deployment before the first failure is the bad one."""
    assert between([*OUT, out(5, "r4")], revisions=()) == ["r2", "r3"]


def test_range_of_a_known_good_revision() -> None:
    """The revision that is known to have answered is the good one, even if another came between."""
    assert between(OUT, good=LastGood("r1", 0, 500)) == ["r1", "r3"]


def test_no_range() -> None:
    """Nothing before the failure: no range; nothing before the bad one: it has no beginning."""
    assert between([]) is None
    assert between([out(60, "r9")], revisions=()) is None
    assert between([out(-5, "r3")]) == ["", "r3"]


def test_range_of_a_regression() -> None:
    """Since what ran when it was verified, and only what was rolled out later is bad."""
    deployments = [*OUT, out(10, "r4"), out(20, "r5")]
    assert between(deployments, 15, revisions=("r3", "r5")) == ["r4", "r5"]
    assert between(deployments, 15, revisions=()) == ["r4", "r5"]
