"""The template environment: the user's first, strict, closed to unescaped log text, and clear about what is wrong."""

from pathlib import Path

import msgspec
import pytest

from bot.errors import SettingsError
from bot.text.templates import environment, render
from bot.text.untrusted import Untrusted


class View(msgspec.Struct, frozen=True):
    """A value with log text in it."""

    said: Untrusted


def rendered(folder: Path, text: str) -> str:
    """What a user's template of this text gives."""
    (folder / "x.j2").write_text(text)
    return render(environment(folder), "x.j2", view=View(Untrusted("@a|b")))


LEAKS = [
    "{{ view.said }}",
    "{{ view.said.raw }}",
    "{{ view.said._text }}",
    "{{ view.said|attr('raw') }}",
    "{{ view.said ~ '' }}",
    "{{ [view]|map(attribute='said.raw')|join }}",
    "{{ '%s'|format(view.said) }}",
    "{{ '{0.raw}'.format(view.said) }}",
    "{{ view.said|string }}",
    "{{ view.said|e }}",
    "{{ [view.said]|join }}",
    "{{ view.said|upper }}",
    "{{ view.said|safe }}",
]


@pytest.mark.parametrize("text", LEAKS)
def test_log_text_without_a_filter_is_refused(tmp_path: Path, text: str) -> None:
    """No expression puts log text on the page as it is; the error quotes the line."""
    with pytest.raises(SettingsError) as error:
        rendered(tmp_path, text)
    assert text in str(error.value)
    assert "@a" not in str(error.value).replace(text, "")


def test_filters_let_it_through(tmp_path: Path) -> None:
    """Escaped text, times and numbers appear."""
    text = "{{ view.said|code }} {{ view.said|cell }} {{ 0|iso }} {{ 90_000_000_000|in_words }}"
    text += " {{ 1234|thousands }} {{ 2|counted('entry', 'entries') }}"
    assert rendered(tmp_path, text) == r"`@a|b` `@a\|b` 1970-01-01T00:00:00Z 1 min 1,234 2 entries"
    assert rendered(tmp_path, "{{ view }}") == "View(said=<Untrusted: 4 characters>)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n{{ view.sayd }}", ("x.j2, line 2", "{{ view.sayd }}", "sayd")),
        ("a\n{% if %}", ("x.j2, line 2", "Expected an expression")),
        ("{{ nothing }}", ("x.j2, line 1", "nothing")),
        ("{{ 1|no }}", ("x.j2, line 1", "no")),
        ("{{ 1 / 0 }}", ("x.j2, line 1", "division by zero")),
        ("{{ 'x' * 10**9 }}", ("x.j2, line 1", "more than 1,000,000")),
        ("{{ 9**99999 }}", ("x.j2, line 1", "too great")),
        ("{% include 'gone.j2' %}", ("gone.j2",)),
    ],
)
def test_errors_name_template_line_and_field(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    """A mistake in a user's template is one sentence that says where it is."""
    with pytest.raises(SettingsError) as error:
        rendered(tmp_path, text)
    assert all(part in str(error.value) for part in said)
    assert "\n" not in str(error.value)


def test_the_users_template_comes_first_and_the_packages_is_found(tmp_path: Path) -> None:
    """A folder with one template replaces that one alone."""
    assert environment(None).get_template("incident.md.j2").name == "incident.md.j2"
    (tmp_path / "incident.md.j2").write_text("ours")
    assert render(environment(tmp_path), "incident.md.j2") == "ours"
    assert environment(tmp_path / "absent").get_template("incident.md.j2").name == "incident.md.j2"
