"""The commands of the chat as values, and the words they come as. Pure: the time is an argument."""

import difflib
import re
from collections.abc import Callable, Sequence

import msgspec

from bot.errors import UsageError
from bot.model.time import HOUR, MINUTE, iso, nanos_of


class File(msgspec.Struct, frozen=True):
    """Read the logs and file what they show: of a service ("": all), of a window such as 2h ("": on from the last)."""

    service: str = ""
    window: str = ""


class Status(msgspec.Struct, frozen=True):
    """What is open (0), or where one issue stands."""

    number: int = 0


class Resolve(msgspec.Struct, frozen=True):
    """Link these commits to an issue as its fix."""

    number: int
    shas: tuple[str, ...]


class Verify(msgspec.Struct, frozen=True):
    """Move an issue as far as the evidence allows."""

    number: int


class Mute(msgspec.Struct, frozen=True):
    """Say nothing of an issue until a time (nanoseconds; 0: for good)."""

    number: int
    until: int = 0


class Merge(msgspec.Struct, frozen=True):
    """Make the incident of issue `other` part of `into`."""

    into: int
    other: int


class Explain(msgspec.Struct, frozen=True):
    """Why an issue was filed, and why it stands where it does."""

    number: int


class Help(msgspec.Struct, frozen=True):
    """What there is to say."""


Command = File | Status | Resolve | Verify | Mute | Merge | Explain | Help
READS = (Status, Explain, Help)
"""Commands that change nothing."""

USAGE = {
    "file": ("file [service] [window]", "reads the logs and files what they show: `file checkout-api 1h`"),
    "status": ("status [N]", "what is open, or where issue N stands"),
    "resolve": ("resolve N SHA...", "links the commits that fix issue N: `resolve 12 2f130c1`"),
    "verify": ("verify N", "moves issue N as far as the evidence allows"),
    "mute": ("mute N [until]", "says nothing more of issue N, for good or until a time: `mute 12 3d`"),
    "merge": ("merge A B", "makes issue B part of issue A: `merge 12 15`"),
    "explain": ("explain N", "why issue N was filed, and stands where it does"),
    "help": ("help", "this list"),
}
"""Each command's form, and what it does."""

_UNSEEN = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
"""What a copied message may bring along: word joiners, with which our own messages keep names from being linked."""
_NUMBER = re.compile(r"#?([0-9]{1,9})")
_SERVICE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_LENGTH = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_SHA = re.compile(r"[0-9a-f]{7,40}")
_UNITS = {"m": MINUTE, "h": HOUR, "d": 24 * HOUR}
_LONGEST = 30 * 24 * HOUR
_MOST_SHAS = 20
_MOST_CHARACTERS = 1_500


def parse(text: str, now: int) -> Command:
    """The command in these words at `now` (wall clock, nanoseconds); none is `help`.

    Raises UsageError with a hint where the words don't fit.
    """
    if len(text) > _MOST_CHARACTERS:
        raise UsageError(f"A command has at most {_MOST_CHARACTERS:,} characters; `help` lists them all.")
    words = _UNSEEN.sub("", text).replace("`", " ").split()
    if not words:
        return Help()
    name, arguments = words[0].casefold(), words[1:]
    if name not in _PARSERS:
        near = difflib.get_close_matches(name, _PARSERS, 1, 0.5)
        raise UsageError(
            f"{_quoted(words[0])} is no command{f': did you mean `{near[0]}`?' if near else ';'} {_LISTED}"
        )
    return _PARSERS[name](arguments, now)


def name_of(command: Command) -> str:
    """The command's first word."""
    return type(command).__name__.lower()


def words_of(command: Command) -> str:
    """What follows the first word, so that `parse` gives the same command whenever it is asked."""
    match command:
        case File(service, window):
            return " ".join(word for word in (service, window) if word)
        case Resolve(number, shas):
            return " ".join((str(number), *shas))
        case Mute(number, until):
            return f"{number} {iso(until)}" if until else str(number)
        case Merge(into, other):
            return f"{into} {other}"
        case Status(number) | Verify(number) | Explain(number):
            return str(number) if number else ""
        case Help():
            return ""


def told(command: Command) -> str:
    """The whole command, as a person would type it."""
    return f"{name_of(command)} {words_of(command)}".strip()


def _file(words: Sequence[str], now: int) -> File:
    window = words[-1].casefold() if words and _LENGTH.fullmatch(words[-1].casefold()) else ""
    services = words[: len(words) - bool(window)]
    if len(services) > 1:
        raise _misfit("file", f"{_quoted(services[-1])} is no window; write it as 30m, 2h or 1d")
    if services and not _SERVICE.fullmatch(services[0]):
        raise _misfit("file", f"{_quoted(services[0])} is no name of a service")
    if window and _length(window) > _LONGEST:
        raise _misfit("file", f"logs are kept for 30 days, {window} is more")
    return File(services[0] if services else "", window)


def _status(words: Sequence[str], now: int) -> Status:
    _counted("status", words, 0, 1)
    return Status(_number("status", words[0]) if words else 0)


def _resolve(words: Sequence[str], now: int) -> Resolve:
    _counted("resolve", words, 2, 1 + _MOST_SHAS)
    shas = [word.casefold() for word in words[1:]]
    for sha in shas:
        if not _SHA.fullmatch(sha):
            raise _misfit("resolve", f"{_quoted(sha)} is no commit's SHA, which has 7 to 40 of 0-9 and a-f")
    return Resolve(_number("resolve", words[0]), tuple(dict.fromkeys(shas)))


def _verify(words: Sequence[str], now: int) -> Verify:
    _counted("verify", words, 1, 1)
    return Verify(_number("verify", words[0]))


def _mute(words: Sequence[str], now: int) -> Mute:
    _counted("mute", words, 1, 2)
    return Mute(_number("mute", words[0]), _until(words[1], now) if len(words) > 1 else 0)


def _merge(words: Sequence[str], now: int) -> Merge:
    _counted("merge", words, 2, 2)
    into, other = _number("merge", words[0]), _number("merge", words[1])
    if into == other:
        raise _misfit("merge", f"#{into} can't be merged into itself")
    return Merge(into, other)


def _explain(words: Sequence[str], now: int) -> Explain:
    _counted("explain", words, 1, 1)
    return Explain(_number("explain", words[0]))


def _help(words: Sequence[str], now: int) -> Help:
    return Help()


_PARSERS: dict[str, Callable[[Sequence[str], int], Command]] = {
    "file": _file,
    "status": _status,
    "resolve": _resolve,
    "verify": _verify,
    "mute": _mute,
    "merge": _merge,
    "explain": _explain,
    "help": _help,
}
_LISTED = f"Known are {', '.join(_PARSERS)}."


def _counted(name: str, words: Sequence[str], least: int, most: int) -> None:
    if len(words) < least:
        raise _misfit(name, "something is missing")
    if len(words) > most:
        raise _misfit(name, f"{_quoted(words[most])} is one word too many")


def _number(name: str, word: str) -> int:
    found = _NUMBER.fullmatch(word)
    if not found or not int(found[1]):
        raise _misfit(name, f"{_quoted(word)} is no issue's number")
    return int(found[1])


def _until(word: str, now: int) -> int:
    """A length from now, a day or an RFC 3339 time, to the second."""
    if _LENGTH.fullmatch(word.casefold()):
        end = now + _length(word.casefold())
    else:
        try:
            end = nanos_of(f"{word}T00:00:00Z" if len(word) == 10 else word)
        except ValueError:
            raise _misfit("mute", f"{_quoted(word)} is no time; write 3d, 2025-09-15 or 2025-09-15T21:00:00Z") from None
    whole = nanos_of(iso(end))
    if whole <= 0:
        raise _misfit("mute", f"{_quoted(word)} is long past")
    return whole


def _length(word: str) -> int:
    return int(word[:-1]) * _UNITS[word[-1]]


def _misfit(name: str, why: str) -> UsageError:
    form, _ = USAGE[name]
    return UsageError(f"{why[0].upper()}{why[1:]}. It goes `{form}`.")


def _quoted(word: str) -> str:
    return f"`{word[:40]}`"
