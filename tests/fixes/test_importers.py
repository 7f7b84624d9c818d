"""Who imports what changed, in five families of languages, with the line."""

from pathlib import Path

import pytest

from bot.fixes.importers import family_of, importers, module_of, word_of

PYTHON = {
    "src/shop/__init__.py": "",
    "src/shop/db/__init__.py": "from shop.db.core import connect\n",
    "src/shop/db/core.py": "def connect(): ...\n",
    "src/shop/app.py": "import os\nfrom shop.db import connect\n",
    "src/shop/deep.py": "def late():\n    import shop.db.core as c\n    return c\n",
    "src/shop/relative.py": "from .db import core\n",
    "src/shop/db/sibling.py": "from . import core\n",
    "src/shop/parent.py": "from ..shop import db\n",
    "src/shop/other.py": "import shopdb\nfrom shop import dbx\nx = 'import shop.db'\n# from shop.db import y\n",
    "src/shop/broken.py": "from shop.db import (\n",
    "tests/test_db.py": "from shop.db.core import connect\n",
}


def found(changed: str, texts: dict[str, str]) -> dict[str, int]:
    """Importers and their lines."""
    return {one.path: one.line for one in importers(changed, texts, frozenset(texts))}


def test_python_module() -> None:
    """Absolute, relative, late and renamed imports of a module count; strings, comments and namesakes don't."""
    assert found("src/shop/db/core.py", PYTHON) == {
        "src/shop/db/__init__.py": 1,
        "src/shop/db/sibling.py": 1,
        "src/shop/deep.py": 2,
        "src/shop/relative.py": 1,
        "tests/test_db.py": 1,
    }


def test_python_package() -> None:
    """What a package's `__init__` does concerns everybody who imports anything below it."""
    assert sorted(found("src/shop/db/__init__.py", PYTHON)) == [
        "src/shop/app.py",
        "src/shop/db/sibling.py",
        "src/shop/deep.py",
        "src/shop/relative.py",
        "tests/test_db.py",
    ]
    assert "src/shop/parent.py" not in found("src/shop/__init__.py", PYTHON)


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("src/shop/db/core.py", "shop.db.core"),
        ("src/shop/db/__init__.py", "shop.db"),
        ("src/plain/mod.py", "plain.mod"),
        ("tool.py", "tool"),
        ("a/b.py", "a.b"),
    ],
)
def test_names_of_modules(path: str, module: str) -> None:
    """A module's name begins at its topmost package, or below `src`, or at the root."""
    assert module_of(path, frozenset(PYTHON)) == module


def test_python_against_another_reader() -> None:
    """Of this very package, the importers of each module are those that grimp finds."""
    import grimp

    root = Path(__file__).resolve().parent.parent.parent
    texts = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in (root / "bot").rglob("*.py")}
    paths, graph = frozenset(texts), grimp.build_graph("bot", cache_dir=None)
    plain = {path: module_of(path, paths) for path in texts if not path.endswith("__init__.py")}
    modules = {path: name for path, name in plain.items() if name in graph.modules}
    theirs = {path: graph.find_modules_that_directly_import(name) for path, name in modules.items()}
    mine = {path: {module_of(one.path, paths) for one in importers(path, texts, paths)} for path in modules}
    assert mine == theirs
    assert sum(map(len, mine.values())) > 500


SCRIPTS = {
    "src/cart/index.ts": "",
    "src/a.ts": "import { x } from './cart'\n",
    "src/b.js": "\nconst c = require('./cart/index.js')\n",
    "src/deep/c.tsx": 'import "../cart"\n',
    "src/d.ts": "const m = await import(`./cart/index`)\n",
    "src/e.ts": "import x from '@/cart'\n",
    "src/f.ts": "import y from './cartoon'\nimport z from 'cart'\n",
    "src/g.vue": "<script>\nimport k from './cart/'\n</script>\n",
    "src/h.ts": "export * from '@src/cart'\n",
}


def test_scripts() -> None:
    """`import`, `require` and `export from` lead to the file, with or without ending and index."""
    assert found("src/cart/index.ts", SCRIPTS) == {
        "src/a.ts": 1,
        "src/b.js": 2,
        "src/d.ts": 1,
        "src/deep/c.tsx": 1,
        "src/e.ts": 1,
        "src/g.vue": 2,
        "src/h.ts": 1,
    }


OTHERS = [
    (
        "app/src/main/java/com/shop/Cart.java",
        {
            "x/A.java": "package x;\nimport com.shop.Cart;\n",
            "x/B.kt": "import com.shop.Cart.Companion.of\n",
            "x/C.java": "import static com.shop.Cart.of;\n",
            "x/D.java": "import com.shop.Cartoon;\nimport com.shop.Car;\n",
        },
        {"x/A.java": 2, "x/B.kt": 1, "x/C.java": 1},
    ),
    (
        "internal/db/conn.go",
        {
            "cmd/main.go": 'package main\nimport (\n  "fmt"\n  store "acme.test/shop/internal/db"\n)\n',
            "cmd/one.go": 'package main\nimport "acme.test/shop/internal/db"\n',
            "internal/db/other.go": 'package db\nimport "acme.test/shop/internal/db"\n',
            "cmd/no.go": 'package main\nimport "acme.test/shop/internal/dbx"\n',
        },
        {"cmd/main.go": 4, "cmd/one.go": 2},
    ),
    (
        "lib/shop/cart.rb",
        {
            "bin/a.rb": "require 'shop/cart'\n",
            "lib/shop/b.rb": "require_relative 'cart'\n",
            "lib/c.rb": "require_relative 'cart'\nrequire 'cartoon'\n",
        },
        {"bin/a.rb": 1, "lib/shop/b.rb": 1},
    ),
]


@pytest.mark.parametrize(("changed", "texts", "expected"), OTHERS)
def test_other_languages(changed: str, texts: dict[str, str], expected: dict[str, int]) -> None:
    """Java and Kotlin by class, Go by package, Ruby by path."""
    assert found(changed, texts) == expected


def test_what_is_not_looked_for() -> None:
    """A language whose imports aren't read has no family, and no importers are claimed."""
    assert family_of("a/b.cs") == ()
    assert importers("a/b.cs", {"x.cs": "using b;"}, frozenset()) == []


@pytest.mark.parametrize(
    ("path", "word"),
    [("a/b/core.py", "core"), ("a/b/__init__.py", "b"), ("src/cart/index.ts", "cart"), ("internal/db/conn.go", "db")],
)
def test_the_word_to_look_for(path: str, word: str) -> None:
    """An importer holds the file's name, or its folder's where that is what imports name."""
    assert word_of(path) == word
