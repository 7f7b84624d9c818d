"""What a member says, in one line for a person, and whether an entry says anything beyond it."""

import re

from bot.documents.prelude import without_prelude
from bot.model.incident import Member
from bot.model.signature import Kind
from bot.model.window import Sample

_VARYING = re.compile(r"\S*\d\S*")
_BARE_FRAME = re.compile(r"(?:\s*at .{1,400}(?:\n|$))+")
_BRIEF = 160


def said_by(member: Member) -> str:
    """The first line that was logged, whole and without its prelude."""
    if member.kind is Kind.REQUEST:
        return member.title
    lines = (" ".join(_first_line(sample.text).split()) for sample in member.samples)
    title = member.title.removesuffix("…")
    return without_prelude(next((line for line in lines if line.startswith(title)), member.title))


def cause_said(root: Member) -> str:
    """What the root says; of a request with what the platform said of it."""
    answers = (sample.text.strip() for sample in root.samples if not is_bare_answer(root, sample))
    return ": ".join([said_by(root), *list(answers)[:1]]) if root.kind is Kind.REQUEST else said_by(root)


def brief(text: str, long: int = _BRIEF) -> str:
    """The first line; where it is longer than `long` characters, its first sentence."""
    line = _first_line(text)
    sentence, _, rest = line.partition(". ")
    return sentence if rest and len(line) > long else line


def gist(text: str) -> str:
    """What stays the same from entry to entry: the text without its prelude, words that hold a digit left open."""
    return _VARYING.sub("#", " ".join(without_prelude(text.strip()).split()))


def telling(samples: tuple[Sample, ...], known: set[str]) -> list[Sample]:
    """The entries that say more than what is known (gists, which grow): no lone stack frame, no other time or id."""
    kept = []
    for sample in samples:
        said = gist(sample.text)
        if said not in known and not _BARE_FRAME.fullmatch(sample.text) and sample.text.strip():
            kept.append(sample)
            known.add(said)
    return kept


def is_bare_answer(member: Member, sample: Sample) -> bool:
    """True where a request's entry has no words of its own: `GET 500`."""
    return member.kind is Kind.REQUEST and set(sample.text.split()) <= set(member.title.split())


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0]
