"""Untrusted text is a type of its own that no string operation lets through."""

from collections.abc import Callable

import pytest

from bot.text.untrusted import Untrusted

USES: dict[str, Callable[[Untrusted], object]] = {
    "str": lambda text: str(text),
    "format": lambda text: f"{text}",
    "width": lambda text: f"{text:>9}",
    "percent": lambda text: "%s" % text,  # noqa: UP031
    "html": lambda text: text.__html__(),
    "add": lambda text: "a" + text,  # type: ignore[operator]
    "join": lambda text: "".join([text]),  # type: ignore[list-item]
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_no_string_operation_takes_it(use: Callable[[Untrusted], object]) -> None:
    """Every way of making a string of it raises TypeError."""
    with pytest.raises(TypeError):
        use(Untrusted("@everyone"))


def test_the_error_names_the_fix() -> None:
    """Who forgets a filter reads which ones there are."""
    with pytest.raises(TypeError, match="pass it through block, code"):
        str(Untrusted("x"))


def test_it_compares_hashes_and_measures_by_its_text() -> None:
    """Views with equal text are equal; text never equals a plain string."""
    assert Untrusted("a") == Untrusted(Untrusted("a"))
    assert len({Untrusted("a"), Untrusted("a"), Untrusted("b")}) == 2
    assert Untrusted("a") != "a"
    assert len(Untrusted("abc")) == 3
    assert not Untrusted("")


def test_its_representation_hides_the_text() -> None:
    """A view printed by mistake shows no log text."""
    assert "secret" not in repr([Untrusted("secret")])
