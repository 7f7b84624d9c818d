"""From a Python source file to its module, and whether the application's own."""

import re

_LIBRARY = re.compile(
    r"/(?:site|dist)-packages/|/lib/(?:python|pypy)\d|/python[\d.]{0,6}/lib/(?=.)|^<|^/usr/lib/|^/layers/google"
    r"|/\.?venv/|/runpy\.py$|^/(?:usr|opt)/(?:[^/]+/){0,9}bin/[^/.]+$",
    re.IGNORECASE,
)
_PACKAGES = re.compile(r"^.*/(?:site|dist)-packages/")
_ROOT = re.compile(r"^/(?:app|srv|code|workspace|usr/src/app|usr/app|opt/app|var/task|home/[^/]+(?:/app)?)/")
_RELEASE = re.compile(r"^.*/(?:releases/[^/]+|[0-9a-f]{12,40}|[0-9]{6,})/")


def is_library(file: str) -> bool:
    """True for files of installed packages, of the interpreter, and for code that no file holds (`<frozen runpy>`)."""
    return bool(_LIBRARY.search(_unified(file)))


def module_of(file: str) -> str:
    """The module a source file most likely is: its path below the usual roots, with dots; "__init__" is the package.

    Folders that are named for a release or a digest, and everything above them, don't count.
    """
    path = _unified(file)
    packaged = _PACKAGES.sub("", path)
    if packaged == path:
        packaged = _ROOT.sub("", _RELEASE.sub("/", path))
    return packaged.removesuffix(".py").removesuffix("/__init__").strip("/").replace("/", ".")


def path_below_root(file: str) -> str:
    """The path without the folders that applications are usually installed in, and without those of a release."""
    path = _unified(file)
    return _ROOT.sub("", _RELEASE.sub("/", path))


def _unified(file: str) -> str:
    r"""The path with `/` for `\`, without a drive, and without `./` in front."""
    return re.sub(r"^(?:[A-Za-z]:(?=/)|(?:\./)+)", "", file.replace("\\", "/"))
