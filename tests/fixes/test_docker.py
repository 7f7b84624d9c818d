"""Whether an image holds a file, by the rules of Docker's own documentation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fixes.docker import ignoring, included, read_dockerfile

IGNORE = [
    ("*.md", "README.md", True),
    ("*.md", "docs/README.md", False),
    ("**/*.md", "docs/deep/README.md", True),
    ("**/*.md", "README.md", True),
    ("*/temp*", "somedir/temporary.txt", True),
    ("*/temp*", "some/sub/temporary.txt", False),
    ("*/*/temp*", "some/sub/temp", True),
    ("temp?", "tempa", True),
    ("temp?", "temp", False),
    ("docs", "docs/a/b.txt", True),
    ("docs/", "docs/a/b.txt", True),
    ("/docs", "docs/a.txt", True),
    ("docs/**", "docs/a/b.txt", True),
    ("**/docs", "x/docs/b.txt", True),
    ("*.md\n!README.md", "README.md", False),
    ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
    ("monitoring/\n!app/monitoring/", "app/monitoring/x.py", False),
    ("app\n!app/monitoring", "app/monitoring/x.py", False),
    ("app\n!app/monitoring", "app/other/x.py", True),
    ("# docs", "docs/a", False),
    ("", "a", False),
    (".", "a", False),
    ("**", "a/b", True),
    ("[a-c].txt", "b.txt", True),
    ("[^a-c].txt", "b.txt", False),
    ("[a-c].txt", "d.txt", False),
    (r"\*.txt", "*.txt", True),
    (r"\*.txt", "a.txt", False),
    ("./a", "a", True),
    ("a/../b", "b", True),
    ("a.b", "axb", False),
    ("[z-a]", "z", False),
    ("[?-/]", "a", False),
]


@pytest.mark.parametrize(("rules", "path", "out"), IGNORE, ids=range(len(IGNORE)))
def test_dockerignore(rules: str, path: str, out: bool) -> None:
    """Patterns, exceptions, folders and their order decide as Docker's documentation has it."""
    assert ignoring(rules, path)[0] is out


def test_the_line_that_decides() -> None:
    """The last matching line is named."""
    assert ignoring("a\n\n!a/b\n", "a/b/c") == (False, 3)
    assert ignoring("x", "a") == (False, 0)


DOCKERFILE = r"""# escape=\
FROM python:3.11 AS build
COPY ["requirements.txt", "my file.txt", "/srv/"]
RUN pip install \
    # a comment within
    -r requirements.txt
COPY <<EOF /etc/x
COPY secret /y
EOF

FROM build
ADD https://example.test/a.tgz /a
COPY --from=build /srv/out /srv/out
COPY --chown=app:app --link app/ \
     lib/*.py ./
ADD $EXTRA /x
"""


def test_what_a_dockerfile_copies() -> None:
    """JSON form, flags, continued lines and heredocs are read; other stages and addresses are no files of ours."""
    made = read_dockerfile(DOCKERFILE)
    assert made.stages == 2
    assert [(copy.line, copy.stage, copy.sources) for copy in made.copies] == [
        (3, 1, ("requirements.txt", "my file.txt")),
        (14, 2, ("app/", "lib/*.py")),
        (16, 2, ("$EXTRA",)),
    ]


INCLUDED = [
    ("app/x/y.py", True, "Line 14 copies it."),
    ("lib/a.py", True, "Line 14 copies it."),
    ("requirements.txt", None, "Line 3 copies it into stage `build`, not into the image."),
    ("other.py", None, "Line 16 copies what a variable names."),
    ("app/secret/key.py", False, "`.dockerignore` line 1 leaves it out."),
    ("app/secret/not.py", True, "`.dockerignore` line 2 takes it in; line 14 copies it."),
]


@pytest.mark.parametrize(("path", "held", "because"), INCLUDED)
def test_inclusion(path: str, held: bool | None, because: str) -> None:
    """Held, not held and not known are told apart, each with the line that says so."""
    found = included(path, "Dockerfile", DOCKERFILE, "app/secret\n!app/secret/not.py")
    assert (found.held, found.because) == (held, because)


def test_no_copy_takes_it() -> None:
    """Without any COPY that could take it, a file is not in the image; `COPY .` takes all."""
    assert included("a", "D", "FROM x\nCOPY b .", "").because == "No COPY or ADD takes it."
    assert included("a/b", "D", "FROM x\nCOPY . .", "").held is True
    assert included("a/b", "D", "FROM x\ncopy . .", "").held is True


@given(st.text(alphabet="ab*?[]^!\\/.-\n ", max_size=30), st.text(alphabet="ab/.", min_size=1, max_size=12))
def test_any_pattern(rules: str, path: str) -> None:
    """No pattern is an error, whatever it looks like."""
    ignored, line = ignoring(rules, path)
    assert (line == 0) <= (not ignored)
    included(path, "D", f"FROM x\nCOPY {rules} /", rules)
