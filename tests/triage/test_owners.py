"""Owners: the service map first, then CODEOWNERS of the application's own frames, as GitHub reads the file."""

import msgspec
import pytest

from bot.model.incident import Incident
from bot.model.signature import ExceptionInfo, Frame, Kind, StackTrace
from bot.triage import triage
from bot.triage.owners import assignable, owners_of, parse_codeowners
from tests.triage.scenes import cluster, on, window

FILE = """
# everything
*       @acme/all someone@example.com
*.js    @js-owner
/shop/  @shop-owner @acme/shop   # the shop
docs/*  @writer
apps/   @octocat
/apps/github
/build/**/logs @doctocat
"""
RULES = parse_codeowners(FILE)


def failing_in(*files: str) -> Incident:
    """An incident whose root's own frames are in these files, outermost first; and one of a library inside them."""
    frames = tuple(Frame("m", "f", file, 3) for file in files)
    library = Frame("lib", "g", "/usr/lib/python3/lib.py", 9, in_app=False)
    trace = StackTrace((ExceptionInfo("ValueError", "no price"),), (*frames, library))
    return triage(window(cluster("root", on([0, 60, 120]), Kind.TRACE, trace=trace)), {}).found[0].incident


@pytest.mark.parametrize(
    ("file", "owners"),
    [
        ("/srv/shop/prices.py", ["shop-owner", "acme/shop"]),
        ("shop/deep/er/prices.py", ["shop-owner", "acme/shop"]),
        ("/app/web/index.js", ["js-owner"]),
        ("/app/docs/a.py", ["writer"]),
        ("/app/docs/deep/a.py", ["acme/all"]),
        ("/app/apps/x.py", ["octocat"]),
        ("/app/apps/github/x.py", []),
        ("/app/build/a/b/logs/x.py", ["doctocat"]),
        ("/elsewhere/x.py", ["acme/all"]),
    ],
)
def test_the_last_rule_that_fits_counts(file: str, owners: list[str]) -> None:
    """Folders, endings, depths and rules without an owner are read as GitHub documents them."""
    assert owners_of(failing_in(file), RULES, {}) == owners


def test_the_innermost_own_frame_counts() -> None:
    """The library's frame inside it owns nothing; the caller further out comes after."""
    assert owners_of(failing_in("/app/web/index.js", "/app/docs/a.py"), RULES, {}) == ["writer"]


def test_the_service_map_comes_first() -> None:
    """What the settings say of the service is surer than a path."""
    assert owners_of(failing_in("/app/docs/a.py"), RULES, {"api": ("@ada", "acme/core")}) == ["ada", "acme/core"]


def test_only_accounts_can_be_assigned() -> None:
    """GitHub refuses a team as assignee, and more than ten."""
    assert assignable(["ada", "acme/core", "ada", "bob"]) == ("ada", "bob")
    assert len(assignable([f"a{n}" for n in range(20)])) == 10


def test_nobody_without_a_trace() -> None:
    """No frame and no mapped service: nobody is guessed."""
    incident = failing_in("/app/docs/a.py")
    root = msgspec.structs.replace(incident.root, trace=None)
    assert owners_of(msgspec.structs.replace(incident, members=(root,)), RULES, {}) == []
