""".NET: inner, aggregate and asynchronous exceptions.

Source of the format: Exception.ToString, https://learn.microsoft.com/en-us/dotnet/api/system.exception.tostring
"""

import re

from bot.clustering.traces.common import GENERATED, Raised, exception, lines_of
from bot.model.signature import ExceptionInfo, Frame

MARKS = ("   at ",)

_FRAME = re.compile(
    r"\s*+at (?P<owner>(?:[\w<>`|$+-]++(?:\[[^\]]*\])?\.)*?)(?P<name>\.?[\w<>`|$]+?)(?:\[(?P<of>[\w,.`\[\] ]*)\])?"
    r"\((?P<with>[^()]*)\)(?: in (?P<file>.{1,500}?):line (?P<line>\d{1,9}))?\s*$"
)
_HEAD = re.compile(
    r"(?:[^\n]{0,300}?\s)??(?P<type>(?:[A-Za-z_]\w*+\.)++[A-Z][\w`]*+)(?: \([^)]{1,60}\))?(?::\s?(?P<said>.*))?$"
)
_INNER = re.compile(r"\s*---> (?:\(Inner Exception #\d{1,4}\) )?")
_END_OF_INNER = "--- End of inner exception stack trace ---"
_ASYNC = re.compile(r"(?:.*[.+])?<(\w+)>(?:d__\d+|g__\w+\|[\d_]+|b__[\d_]+)")
_LIBRARY = re.compile(
    r"(?:System|Microsoft|Npgsql|MySql|MySqlConnector|Newtonsoft|Google|Grpc|Azure|Amazon|Serilog|NLog|Polly|Dapper"
    r"|MediatR|AutoMapper|FluentValidation|StackExchange|RabbitMQ|MassTransit|Hangfire|Autofac|Castle|Swashbuckle|Xunit)\."
)


def parse(text: str) -> list[Raised]:
    """The exceptions of a .NET trace, root cause first; none where there is no frame, or no exception before it."""
    heads: list[ExceptionInfo] = []
    raised: list[Raised] = []
    frames: list[Frame] = []
    said: list[str] = []
    aggregate: list[Raised] = []
    for line in (line.removesuffix("<---") for line in lines_of(text)):
        if frame := _frame(line):
            if not frames:
                heads += _heads(said)
            frames.append(frame)
            said = []
        elif line.strip() == _END_OF_INNER:
            raised += _ended(heads, frames)
            frames = []
        elif frames and _INNER.match(line):
            (raised if aggregate else aggregate).extend(_ended(heads, frames))
            frames, said = [], [line]
        elif not line.lstrip().startswith("--- End of"):
            said.append(line)
    raised += [*_ended(heads, frames), *aggregate]
    return [*raised, *((head, ()) for head in reversed(heads))] if any(f for _, f in raised) else []


def _ended(heads: list[ExceptionInfo], frames: list[Frame]) -> list[Raised]:
    """The innermost exception that is still open, with these frames."""
    return [(heads.pop(), tuple(reversed(frames)))] if heads else []


def _heads(lines: list[str]) -> list[ExceptionInfo]:
    """The exceptions that these lines name, outermost first: each behind `--->`, on its own line or not."""
    parts: list[list[str]] = [[]]
    for line in lines:
        before, *inner = re.split(r"\s*--->\s(?:\(Inner Exception #\d{1,4}\)\s)?", line)
        parts[-1].append(before)
        parts += [[one] for one in inner]
    return [one for part in parts if (one := _head(part))]


def _head(lines: list[str]) -> ExceptionInfo | None:
    for at, line in enumerate(lines):
        if found := _HEAD.match(line.strip()):
            return exception(found["type"], [found["said"] or "", *lines[at + 1 :]])
    return None


def _frame(line: str) -> Frame | None:
    found = _FRAME.match(line) if ")" in line else None
    if not found or not found["owner"]:
        return None
    owner, name = _named(found["owner"].rstrip("."), found["name"])
    return Frame(owner, name, found["file"] or "", int(found["line"] or 0), not _LIBRARY.match(f"{owner}."))


def _named(owner: str, name: str) -> tuple[str, str]:
    """Compilers turn async methods, iterators, local functions and lambdas into classes: back to what was written."""
    if written := _ASYNC.search(f"{owner}.{name}"):
        owner = re.sub(r"[.+]<.*", "", owner)
        is_lambda = "b__" in f"{owner}.{name}" or "<>c" in written[0]
        name = GENERATED if is_lambda and name != "MoveNext" else written[1]
    return re.sub(r"`\d+|\[[^\]]*\]", "", owner), re.sub(r"`\d+", "", name).lstrip(".")
