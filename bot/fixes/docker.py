"""Whether an image holds a file: what .dockerignore leaves out, and what a Dockerfile copies. Pure.

Sources: https://docs.docker.com/build/concepts/context/#dockerignore-files and its reference implementation
https://github.com/moby/patternmatcher; https://docs.docker.com/reference/dockerfile/#copy
"""

import functools
import json
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.model.scope import Inclusion


class Copy(NamedTuple):
    """A COPY or ADD of files from the build's context: its line, the stage's number and name, what it copies."""

    line: int
    stage: int
    name: str
    sources: tuple[str, ...]


class Dockerfile(NamedTuple):
    """The copies of a Dockerfile, and how many stages it has: the last one is the image."""

    copies: tuple[Copy, ...]
    stages: int


_NOTHING = re.compile(r"(?!)")
_DIRECTIVE = re.compile(r"#\s*escape\s*=\s*(\S)", re.IGNORECASE)
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?\s+")
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_FROM = re.compile(r"(?:--\S+\s+)*\S+(?:\s+AS\s+(\S+))?", re.IGNORECASE)


def ignoring(text: str, path: str) -> tuple[bool, int]:
    """Whether .dockerignore leaves a path out of the build, and the line that decides it (0: none does).

    The last matching line decides; a line that matches a folder decides about all in it; `!` takes back in.
    """
    ignored, at = False, 0
    for number, line in enumerate(text.splitlines(), 1):
        pattern = line.strip()
        if not pattern or line.startswith("#"):
            continue
        excepted = pattern.startswith("!")
        cleaned = posixpath.normpath(pattern.removeprefix("!").strip().lstrip("/") or ".")
        if cleaned != "." and any(_matcher(cleaned).fullmatch(part) for part in _with_folders(path)):
            ignored, at = not excepted, number
    return ignored, at


def read_dockerfile(text: str) -> Dockerfile:
    """What a Dockerfile copies from its context, stage by stage."""
    copies: list[Copy] = []
    stage, name = 0, ""
    for line, instruction, rest in _instructions(text):
        if instruction == "FROM":
            stage += 1
            found = _FROM.match(rest)
            name = (found[1] if found else "") or ""
        elif instruction in ("COPY", "ADD") and (sources := _sources(rest)):
            copies.append(Copy(line, stage, name, sources))
    return Dockerfile(tuple(copies), stage)


def included(path: str, dockerfile: str, text: str, ignore: str, ignore_name: str = ".dockerignore") -> Inclusion:
    """Whether the image of a Dockerfile, built from the repository's root, holds a path."""
    left_out, line = ignoring(ignore, path)
    if left_out:
        return Inclusion(path, dockerfile, False, f"`{ignore_name}` line {line} leaves it out.")
    made = read_dockerfile(text)
    hits = [copy for copy in made.copies if any(_copies(source, path) for source in copy.sources)]
    last = [copy for copy in hits if copy.stage == made.stages]
    if last:
        taken_in = f"`{ignore_name}` line {line} takes it in; line" if line else "Line"
        return Inclusion(path, dockerfile, True, f"{taken_in} {last[0].line} copies it.")
    if hits:
        stage = f"stage `{hits[0].name}`" if hits[0].name else "an earlier stage"
        return Inclusion(path, dockerfile, None, f"Line {hits[0].line} copies it into {stage}, not into the image.")
    open_ended = [copy for copy in made.copies if any("$" in source for source in copy.sources)]
    if open_ended:
        return Inclusion(path, dockerfile, None, f"Line {open_ended[0].line} copies what a variable names.")
    return Inclusion(path, dockerfile, False, "No COPY or ADD takes it.")


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, instruction in capitals, what follows), continued lines joined, comments and heredocs left out."""
    directive = _DIRECTIVE.match(text)
    escape = directive[1] if directive and directive[1] in "\\`" else "\\"
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        whole = line.strip()
        if not whole or whole.startswith("#"):
            continue
        while whole.endswith(escape):
            following = next(lines, (0, ""))[1].strip()
            whole = whole[:-1].rstrip() + " " + ("" if following.startswith("#") else following)
            if following.startswith("#"):
                whole += escape
        for mark in _HEREDOC.findall(whole):
            next((None for _, inner in lines if inner.strip() == mark), None)
        instruction, _, rest = whole.partition(" ")
        yield number, instruction.upper(), rest.strip()


def _sources(rest: str) -> tuple[str, ...]:
    """What is copied from the context; nothing where it comes from a stage, an address or the Dockerfile itself."""
    while flag := _FLAG.match(rest):
        if flag[1] == "from":
            return ()
        rest = rest[flag.end() :]
    words = _words(rest)[:-1]
    return tuple(word for word in words if "://" not in word and not word.startswith(("<<", "git@")))


def _words(rest: str) -> list[str]:
    if rest.startswith("["):
        try:
            return [str(word) for word in json.loads(rest)]
        except ValueError:
            return []
    return rest.split()


def _copies(source: str, path: str) -> bool:
    """Whether a source of COPY takes a path: it is it, a folder above it, or a pattern of either."""
    if "$" in source:
        return False
    cleaned = posixpath.normpath(source.lstrip("/") or ".")
    return cleaned == "." or any(_matcher(cleaned).fullmatch(part) for part in _with_folders(path))


def _with_folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]


@functools.lru_cache(maxsize=4096)
def _matcher(pattern: str) -> re.Pattern[str]:
    """Go's filepath.Match with `**` for any number of folders, as a regular expression.

    A pattern that is none, such as `[z-a]`, matches nothing: a build refuses it.
    """
    made, at = "", 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            made, at = made + "(?:.*/)?", at + 3
        elif pattern.startswith("**", at):
            made, at = made + ".*", at + 2
        elif pattern[at] in "*?":
            made, at = made + ("[^/]*" if pattern[at] == "*" else "[^/]"), at + 1
        elif pattern[at] == "[" and (found := re.compile(r"\[(\^?)([^\]\\]+)\]").match(pattern, at)):
            body = re.sub(r"([\[\]&~|\\])", r"\\\1", found[2])
            made, at = f"{made}[{found[1]}{body}]", found.end()
        else:
            at += pattern[at] == "\\" and at + 1 < len(pattern)
            made, at = made + re.escape(pattern[at]), at + 1
    try:
        return re.compile(made, re.DOTALL)
    except re.error:
        return _NOTHING
