"""Which issues a commit says it fixes, and by which words.

Sources: closing keywords, https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue;
scopes, https://www.conventionalcommits.org/en/v1.0.0/; trailers, https://git-scm.com/docs/git-interpret-trailers.
"""

import re
from collections.abc import Iterator

from bot.model.fix import Commit

_LONGEST = 20_000
_KEYWORD = r"(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)"
_TARGET = (
    r"(?:(?P<repo>[\w.-]{1,100}/[\w.-]{1,100})?\#(?P<short>[0-9]{1,9})"
    r"|https://github\.com/(?P<place>[\w.-]{1,100}/[\w.-]{1,100})/issues/(?P<long>[0-9]{1,9}))(?![\w/])"
)
_TARGETS = re.compile(_TARGET)
_CLOSING = re.compile(rf"(?<![\w/.-])(?i:{_KEYWORD}):?[ \t]{{1,3}}{_TARGET}")
_TRAILER = re.compile(rf"(?i:incident|{_KEYWORD})[ \t]{{0,3}}:[ \t]{{0,3}}(.{{1,300}})")
_BARE = re.compile(r"(?i:incident)[ \t]{0,3}:[ \t]{0,3}([0-9]{1,9})[ \t]*")
_TOKEN = re.compile(r"[\w-]{1,40}[ \t]{0,3}(?::|#)[ \t]*\S")
_SCOPE = re.compile(r"(?!(?i:revert))\w{1,20}\(([^()]{1,60})\)!?:")
_SCOPED = re.compile(r"(?:^|[\s,])(?i:issue-|gh-|#)([0-9]{1,9})(?=$|[\s,])")
_DENIED = re.compile(
    r"(?i:\bnot|n['\u2019]t|\bnever|\bwithout|\bcannot|\bpart(?:ial)?ly|\bunable to|\bfail(?:s|ed)? to|\binstead of"
    r"|\brather than|\bno longer)(?:[ \t]+[\w'\u2019-]{1,30}){0,2}[ \t]*$"
)
_QUOTED_TITLE = re.compile(r"(?:Revert|Reapply) \".*\"")
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_UNSPOKEN_LINE = re.compile(r"[ \t]{0,3}>|[ \t]*[-*+] \[ \] ")
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")


def mentioned(commit: Commit, repo: str = "") -> dict[int, str]:
    """The issues that a commit, or the pull request it came by, says it fixes; by number, and in words how it says so.

    `repo` is the "owner/name" whose issues are meant; an issue named with another one's name isn't. A closing keyword
    counts unless the words before it deny it, or it stands in code, a quotation, a comment or an unticked task.
    """
    title = _QUOTED_TITLE.sub("", commit.title[:_LONGEST])
    found: dict[int, str] = {}
    for number, how in (
        *_scopes(title),
        *_trailers(commit.body[:_LONGEST], repo),
        *_closings(title, repo, "in its title"),
        *_closings(commit.body, repo, "in its message"),
        *_closings(commit.pull_body, repo, f"in pull request {commit.pull}"),
    ):
        found.setdefault(number, how)
    return found


def _scopes(title: str) -> Iterator[tuple[int, str]]:
    if scope := _SCOPE.match(title):
        for number in _SCOPED.findall(scope[1]):
            yield int(number), "the scope of its title"


def _trailers(body: str, repo: str) -> Iterator[tuple[int, str]]:
    """Those of the last paragraph, if it is made of trailers."""
    lines = body.rstrip().rpartition("\n\n")[2].splitlines()
    if not lines or not all(_TOKEN.match(line) or line.startswith((" ", "\t", "(cherry picked")) for line in lines):
        return
    for line in lines:
        if bare := _BARE.fullmatch(line):
            yield int(bare[1]), "a trailer of its message"
        elif trailer := _TRAILER.fullmatch(line):
            for target in _TARGETS.finditer(trailer[1]):
                if number := _ours(target, repo):
                    yield number, "a trailer of its message"


def _closings(text: str, repo: str, where: str) -> Iterator[tuple[int, str]]:
    for line in _spoken(text[:_LONGEST]):
        for closing in _CLOSING.finditer(line):
            number = _ours(closing, repo)
            if number and not _DENIED.search(line, max(0, closing.start() - 80), closing.start()):
                yield number, f"a closing keyword {where}"


def _ours(target: re.Match[str], repo: str) -> int:
    """The number of the issue, if it is one of this repository; 0 where it isn't."""
    named = target["repo"] or target["place"]
    if named and named.casefold() != repo.casefold():
        return 0
    return int(target["short"] or target["long"])


def _spoken(text: str) -> Iterator[str]:
    """The lines that the author says: no comment, no code, no quotation, no task that is still to be done."""
    within = False
    for line in _uncommented(text).splitlines():
        if _FENCE.match(line):
            within = not within
        elif not within and not _UNSPOKEN_LINE.match(line):
            yield _INLINE_CODE.sub(" ", line)


def _uncommented(text: str) -> str:
    kept, rest = [], text
    while rest:
        said, _, rest = rest.partition("<!--")
        kept.append(said)
        rest = rest.partition("-->")[2]
    return "".join(kept)
