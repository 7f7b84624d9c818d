"""Where a fix stands: merged, not merged, rebased, squashed, picked, gone, reverted, landed again."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fixes import fix_of, refreshed
from bot.model.fix import Commit, FixCommit, Standing

TITLE = "Load prices from the new table"


def sha(number: int) -> str:
    """The whole name of a commit."""
    return f"{number:02x}" * 20


def commit(number: int, title: str = TITLE, body: str = "") -> Commit:
    """A commit, made at a time that its number tells."""
    return Commit(sha(number), title, body, "Ann", at=number)


def reverts(number: int, of: Commit, named: bool = True) -> Commit:
    """A revert as git words it."""
    title = f'Reapply "{of.title[8:-1]}"' if of.title.startswith('Revert "') else f'Revert "{of.title}"'
    return commit(number, title, f"This reverts commit {of.sha}." if named else "")


def now(fix: FixCommit, *newest_first: Commit, on: bool | None = False) -> FixCommit:
    """The fix as it stands on this branch; what the branch's list doesn't show is on it if `on`."""
    (found,) = refreshed([fix], newest_first, lambda sha: on)
    return found


FIX = FixCommit(sha(1), TITLE, linked=1, source="resolve")


def test_on_the_branch() -> None:
    """A commit of the branch is on it, by its abbreviation too; it brings its time and its author."""
    for named in (FIX, FixCommit(sha(1)[:9])):
        found = now(named, commit(2, "Other work"), commit(1))
        assert (found.standing, found.merged, found.author, found.formerly) == (Standing.ON_BRANCH, 1, "Ann", ())
    assert now(FIX, on=True).standing is Standing.ON_BRANCH


def test_merged_is_when_it_landed() -> None:
    """A commit of 12:30 that was merged at 15:00 came at 15:00; once that is known, its own time never replaces it."""
    landed = now(FIX, msgspec.structs.replace(commit(1), landed=150))
    assert landed.merged == 150
    assert now(landed, commit(1)).merged == 150
    assert now(FixCommit(sha(1), merged=1), msgspec.structs.replace(commit(1), landed=150)).merged == 150


def test_unmerged() -> None:
    """A commit that the branch hasn't is elsewhere; where nobody can tell, that is said."""
    assert now(FIX, commit(2, "Other work")).standing is Standing.ELSEWHERE
    assert now(FIX, on=None).standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    "again",
    [
        commit(2),
        commit(2, f"{TITLE} (#34)"),
        commit(2, "Backport the prices", f"As on main.\n\n(cherry picked from commit {sha(1)})"),
        commit(2, "Prices (#34)", f"* Move the table\n\n* {TITLE}\n"),
    ],
    ids=["rebase", "squash", "cherry-pick", "squash of several"],
)
def test_found_again_under_another_name(again: Commit) -> None:
    """A rebase, a squash and a cherry-pick are the same change: the link moves, the old name is kept."""
    found = now(FIX, commit(3, "Other work"), again)
    assert (found.sha, found.standing, found.formerly, found.merged) == (sha(2), Standing.ON_BRANCH, (sha(1),), 2)
    assert now(found, again) == found


def test_a_title_of_one_word_names_no_change() -> None:
    """`wip` is many commits' title."""
    assert now(FixCommit(sha(1), "wip"), commit(2, "wip")).standing is Standing.ELSEWHERE


def test_force_push() -> None:
    """What was on the branch and is no more is gone, and stays so; when it is pushed again it is back."""
    on = now(FIX, commit(1))
    gone = now(on, commit(2, "Other work"))
    assert gone.standing is Standing.GONE
    assert now(gone, commit(2, "Other work")).standing is Standing.GONE
    assert now(gone, commit(3)).standing is Standing.ON_BRANCH


@pytest.mark.parametrize("named", [True, False])
def test_reverts(named: bool) -> None:
    """A revert takes the fix away, its own revert brings it back, and so on."""
    first = commit(1)
    branch = [first]
    for number in range(2, 7):
        branch.insert(0, reverts(number, branch[0], named))
        expected = Standing.REVERTED if number % 2 == 0 else Standing.ON_BRANCH
        assert now(FIX, *branch).standing is expected


def test_revert_of_a_pull_request() -> None:
    """GitHub's button words it with both pull requests' numbers, and names no commit."""
    squashed = commit(1, f"{TITLE} (#34)")
    undone = commit(2, f'Revert "{TITLE} (#34)" (#35)', "Reverts shop/api#34")
    assert now(FIX, undone, squashed).standing is Standing.REVERTED


def test_landed_again_after_a_revert() -> None:
    """The same change landed anew after its revert is the fix now; the revert was of the old one."""
    found = now(FIX, commit(3), reverts(2, commit(1)), commit(1))
    assert (found.sha, found.standing, found.formerly) == (sha(3), Standing.ON_BRANCH, (sha(1),))
    assert now(found, commit(3), reverts(2, commit(1)), commit(1)).standing is Standing.ON_BRANCH


def test_a_revert_of_another_commit_of_the_same_title() -> None:
    """A revert that names a commit means that one alone; one that names none means the newest before it."""
    named, unnamed = reverts(3, commit(1)), reverts(3, commit(2), named=False)
    assert now(FixCommit(sha(2), TITLE), named, commit(2), commit(1)).standing is Standing.ON_BRANCH
    assert now(FixCommit(sha(2), TITLE), unnamed, commit(2), commit(1)).standing is Standing.REVERTED


def test_a_revert_older_than_the_list() -> None:
    """What was reverted stays reverted when the revert is no longer listed, until it is brought back."""
    undone = FixCommit(sha(1), TITLE, standing=Standing.REVERTED, merged=1)
    assert now(undone, commit(9, "Other work"), on=True).standing is Standing.REVERTED
    assert now(undone, commit(9, f'Reapply "{TITLE}"'), on=True).standing is Standing.ON_BRANCH


def test_fix_of_a_commit() -> None:
    """A commit becomes a fix with its title and author; where it stands isn't known yet."""
    assert fix_of(commit(1), 5, "a trailer") == FixCommit(sha(1), TITLE, 5, "a trailer", "Ann")


_COMMITS = st.lists(
    st.builds(
        lambda number, title, body: commit(number, title, body),
        st.integers(1, 6),
        st.sampled_from(
            [TITLE, f"{TITLE} (#3)", f'Revert "{TITLE}"', f'Reapply "{TITLE}"', "x", f'Revert "Revert "{TITLE}""']
        ),
        st.sampled_from(["", *(f"This reverts commit {sha(n)}." for n in range(1, 7))]),
    ),
    max_size=7,
)


@given(_COMMITS, st.sampled_from([True, False, None]), st.sampled_from(Standing))
def test_refreshing_settles(branch: list[Commit], on: bool | None, standing: Standing) -> None:
    """Any history gives an answer, the number of fixes stays, and asking again gives the same answer."""
    once = now(FixCommit(sha(1), TITLE, standing=standing), *branch, on=on)
    assert now(once, *branch, on=on).standing is once.standing
