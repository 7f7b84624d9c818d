"""Who imports what changed: Python by its syntax tree, others by the words of their import statements. Pure."""

import ast
import functools
import posixpath
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping

from bot.model.scope import Importer

_Finder = Callable[[str, str, str, Collection[str]], Iterator[int]]

_QUOTED = r"""["'`]([^"'`\n]{1,300})["'`]"""
_SCRIPT = re.compile(rf"(?:\bfrom\s*|\brequire\s*\(\s*|\bimport\s*\(\s*|^\s*import\s*){_QUOTED}", re.MULTILINE)
_JVM = re.compile(r"^\s*import\s+(?:static\s+)?([\w.]{1,300})", re.MULTILINE)
_GO = re.compile(rf"^\s*(?:import\s+)?(?:[\w.]+\s+)?{_QUOTED}\s*$", re.MULTILINE)
_RUBY = re.compile(rf"^\s*require(_relative)?\s*\(?\s*{_QUOTED}", re.MULTILINE)

_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
_FAMILIES = ((".py", ".pyi"), _SCRIPTS, (".java", ".kt", ".kts", ".scala"), (".go",), (".rb",))
_ROOTS = ("src/", "lib/", "python/", "app/src/")
_INDEX = ("index", "__init__", "mod")


def family_of(path: str) -> tuple[str, ...]:
    """The endings of the files that could import this one; empty where its language isn't known here."""
    ending = posixpath.splitext(path)[1]
    return next((family for family in _FAMILIES if ending in family), ())


def word_of(path: str) -> str:
    """A word that every file that imports this one holds: its name, or its folder's where that is what is named."""
    folder, name = posixpath.split(posixpath.splitext(path)[0])
    whole = name in _INDEX or path.endswith(".go")
    return posixpath.basename(folder) if whole else name


def importers(changed: str, texts: Mapping[str, str], paths: Collection[str]) -> list[Importer]:
    """The files among `texts` (path: text) that import a changed file, each with its first line that does.

    `paths` are all files of the commit: they tell where Python's packages begin.
    """
    find = _FINDERS.get(family_of(changed)[:1])
    if find is None:
        return []
    found = []
    for path, text in sorted(texts.items()):
        if path != changed and posixpath.splitext(path)[1] in family_of(changed):
            line = min(find(changed, path, text, paths), default=0)
            found += [Importer(path, line, changed)] if line else []
    return found


def module_of(path: str, paths: Collection[str]) -> str:
    """The dotted name of a Python file: from its topmost folder with an `__init__.py`, else below `src` or the root."""
    parts = posixpath.splitext(path)[0].split("/")
    start = len(parts) - 1
    while start > 0 and f"{'/'.join(parts[:start])}/__init__.py" in paths:
        start -= 1
    if start == len(parts) - 1:
        root = next((root for root in _ROOTS if path.startswith(root)), "")
        start = root.count("/")
    named = parts[start:-1] if parts[-1] == "__init__" else parts[start:]
    return ".".join(named)


def _python(changed: str, path: str, text: str, paths: Collection[str]) -> Iterator[int]:
    wanted, here = module_of(changed, paths), module_of(path, paths)
    is_package = posixpath.basename(changed) == "__init__.py"
    package = here if posixpath.basename(path) == "__init__.py" else here.rpartition(".")[0]
    for name, line in _loaded(text, package):
        if name == wanted or (is_package and name.startswith(f"{wanted}.")):
            yield line


@functools.lru_cache(maxsize=4096)
def _loaded(text: str, package: str) -> tuple[tuple[str, int], ...]:
    """What a file of this package may load, with its line; nothing where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple((name, getattr(node, "lineno", 0)) for node in ast.walk(tree) for name in _imported(node, package))


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    """Dotted names that an import statement may load: of `from a import b` both `a` and `a.b`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = package.split(".")
            if node.level > len(parts):
                return
            base = ".".join(part for part in (*parts[: len(parts) - node.level + 1], base) if part)
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _script(changed: str, path: str, text: str, paths: Collection[str]) -> Iterator[int]:
    """Relative names lead to the file; others that end as its path does, as bundlers' aliases of a root do."""
    whole = _bare(changed)
    for found in _SCRIPT.finditer(text):
        name = found[1]
        relative = name.startswith(".")
        told = posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) if relative else name
        target = _bare(told)
        if target == whole or (not relative and "/" in target and whole.endswith(target.lstrip("@~"))):
            yield _line(text, found.start(1))


def _bare(path: str) -> str:
    stem, ending = posixpath.splitext(path)
    name = stem if ending in _SCRIPTS else path
    return name.removesuffix("/index")


def _jvm(changed: str, path: str, text: str, paths: Collection[str]) -> Iterator[int]:
    dotted = posixpath.splitext(changed)[0].replace("/", ".")
    for found in _JVM.finditer(text):
        parts = found[1].rstrip(".").split(".")
        if any(f".{dotted}".endswith(f".{'.'.join(parts[:n])}") for n in range(2, len(parts) + 1)):
            yield _line(text, found.start(1))


def _go(changed: str, path: str, text: str, paths: Collection[str]) -> Iterator[int]:
    folder = posixpath.dirname(changed)
    if folder and posixpath.dirname(path) != folder:
        for found in _GO.finditer(text):
            if found[1] == folder or found[1].endswith(f"/{folder}"):
                yield _line(text, found.start(1))


def _ruby(changed: str, path: str, text: str, paths: Collection[str]) -> Iterator[int]:
    whole = changed.removesuffix(".rb")
    for found in _RUBY.finditer(text):
        name = found[2].removesuffix(".rb")
        told = posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) if found[1] else name
        if told == whole or (not found[1] and whole.endswith(f"/{told}")):
            yield _line(text, found.start(2))


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


_FINDERS: dict[tuple[str, ...], _Finder] = {
    (".py",): _python,
    (".ts",): _script,
    (".java",): _jvm,
    (".go",): _go,
    (".rb",): _ruby,
}
