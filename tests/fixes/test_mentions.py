"""Which issues a commit says it fixes: closing keywords, scopes, trailers, pull requests, and what is none of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fixes import mentioned
from bot.model.fix import Commit

REPO = "shop/api"


def commit(title: str = "Load prices again", body: str = "", pull_body: str = "") -> Commit:
    """A commit that says so."""
    return Commit("a" * 40, title, body, pull=34 if pull_body else 0, pull_body=pull_body)


@pytest.mark.parametrize(
    ("said", "how"),
    [
        (commit("Fixes #12"), "a closing keyword in its title"),
        (commit("Load prices again (fixes #12)"), "a closing keyword in its title"),
        (commit(body="This resolves: #12."), "a closing keyword in its message"),
        (commit(body="Closed SHOP/api#12"), "a closing keyword in its message"),
        (commit(body="fix https://github.com/shop/api/issues/12"), "a closing keyword in its message"),
        (commit(body="We did not see it before.\nFixes #12"), "a closing keyword in its message"),
        (commit("test(issue-12): add factory cleanup tests"), "the scope of its title"),
        (commit("feat(prices, #12)!: load again"), "the scope of its title"),
        (commit("fix(GH-12): load again"), "the scope of its title"),
        (commit(body="Load them.\n\nIncident: #12\nSigned-off-by: A"), "a trailer of its message"),
        (commit(body="Load them.\n\nIncident: 12"), "a trailer of its message"),
        (commit(body="Fixes: shop/api#12"), "a trailer of its message"),
        (commit(pull_body="Closes #12"), "a closing keyword in pull request 34"),
        (commit(pull_body="- [x] Fixes #12"), "a closing keyword in pull request 34"),
        (
            commit('Revert "Cache prices"', "This reverts commit abcdef0.\n\nFixes #12"),
            "a closing keyword in its message",
        ),
    ],
)
def test_what_links(said: Commit, how: str) -> None:
    """Each way to say it links the issue, and it is told which it was."""
    assert mentioned(said, REPO) == {12: how}


@pytest.mark.parametrize(
    "said",
    [
        commit("Look at #12"),
        commit("See #12", "Related to #12, refs #12."),
        commit("#12"),
        commit(body="This does not fix #12"),
        commit(body="It doesn't fix #12 yet"),
        commit(body="It doesn\u2019t really fix #12"),
        commit(body="Partially fixes #12"),
        commit(body="A log line, without fixing: #12"),
        commit(body="unable to resolve #12"),
        commit('Revert "Load prices (fixes #12)"', "This reverts commit abcdef0."),
        commit('Reapply "Load prices (fixes #12)"'),
        commit("revert(issue-12): load prices"),
        commit("Fixes other/repo#12"),
        commit(body="Fixes https://github.com/other/repo/issues/12"),
        commit(body="Incident: other/repo#12"),
        commit(body="Fixes #12abc"),
        commit(body="prefix #12, suffixes #12, hot-fix #12"),
        commit(body="> Fixes #12"),
        commit(body="```\nFixes #12\n```"),
        commit(body="Write `Fixes #12` in the message"),
        commit(pull_body="<!-- Fixes #12 -->"),
        commit(pull_body="<!-- Fixes #12"),
        commit(pull_body="- [ ] Fixes #12"),
        commit(body="Fixes: 1a2b3c4 (prices)"),
        commit("Merge branch 'fix/issue-12'"),
        commit(body="Incident: 12 was what began it, see below\nand more"),
    ],
)
def test_what_does_not_link(said: Commit) -> None:
    """A mention, a denial, a quotation, another repository's issue, code, a comment and a task to be done don't."""
    assert mentioned(said, REPO) == {}


def test_several_issues() -> None:
    """Each issue with its own keyword counts, and all of a trailer; the first that says so is told."""
    said = commit("Fixes #1, fixes #2", "More.\n\nIncident: #3, #4\nFixes: #1")
    assert mentioned(said) == {
        3: "a trailer of its message",
        4: "a trailer of its message",
        1: "a trailer of its message",
        2: "a closing keyword in its title",
    }


@given(st.text(max_size=60), st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read(title: str, body: str, pull: str) -> None:
    """No message raises, and nothing but positive numbers is found."""
    assert all(number >= 0 for number in mentioned(Commit("a" * 40, title, body, pull_body=pull), REPO))


@pytest.mark.parametrize(
    "bit", ["<!--", "`", "```\n", "fixes ", "not ", "- [ ] ", "(issue-", "Fixes: #1 ", 'Revert "', "a: b\n"]
)
def test_hostile_messages_take_no_time(bit: str) -> None:
    """A megabyte of what the patterns look for is read in well under a second."""
    said = commit(bit * (1_000_000 // len(bit)), bit * (1_000_000 // len(bit)), bit * (1_000_000 // len(bit)))
    begun = time.process_time()
    mentioned(said, REPO)
    assert time.process_time() - begun < 1
