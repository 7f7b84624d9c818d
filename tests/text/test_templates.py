"""The template environment: the user's first, strict, closed to unescaped log text, and clear about what is wrong."""

import time
import tracemalloc
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


HUGE = [
    "{{ 'x' * 10**9 }}",
    "{{ [1] * 10**9 }}",
    "{{ 10**9 * 'ab' }}",
    "{% set s = namespace(v='x' * 500000) %}{% for i in range(40) %}{% set s.v = s.v ~ s.v %}{% endfor %}",
    "{% set s = namespace(v='x' * 500000) %}{% for i in range(40) %}{% set s.v = s.v + s.v %}{% endfor %}",
    "{% set l = namespace(v=[1]) %}{% for i in range(40) %}{% set l.v = l.v + l.v %}{% endfor %}",
    "{{ ['x' * 900000] * 900000 }}",
    "{{ (['x' * 900000] * 100000)|join }}",
    "{{ ('x' * 1000)|replace('x', 'y' * 100000) }}",
    "{{ ('x' * 1000).replace('x', 'y' * 100000) }}",
    "{{ ''.join(['x' * 900000] * 1000) }}",
    "{{ 'x'|center(10**9) }}",
    "{{ 'x'.center(10**9) }}",
    "{{ 'x'.zfill(10**9) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%1000000000d'|format(1) }}",
    "{{ '%*d'|format(10**9, 1) }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ (5).to_bytes(10**9, 'big') }}",
    "{{ 'x'|indent(10**9) }}",
    "{{ lipsum(n=10**6) }}",
    "{% for a in range(99999) %}0123456789012345678901234567890123456789012345678901234567890123456789{% endfor %}",
    "{% for a in range(9999) %}{{ 'x' * 1000 }}{% endfor %}",
    "{% set t %}{% for a in range(9999) %}{{ 'x' * 100000 }}{% endfor %}{% endset %}",
]
ENDLESS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% include 'x.j2' %}",
    "{% include 'x.j2' %}{% include 'x.j2' %}",
    "{{ range(99999)|map('join', range(99999))|list }}",
    "{{ range(99999)|select('in', range(99999)|list)|list }}",
    "{% set n = namespace(v=3) %}{% for i in range(99) %}{% set n.v = n.v * n.v %}{% endfor %}{{ n.v }}",
]


@pytest.mark.parametrize("text", HUGE)
def test_a_template_cant_take_a_gigabyte(tmp_path: Path, text: str) -> None:
    """Whatever makes a small value a huge one is refused before it is made; the error names the template."""
    tracemalloc.start()
    try:
        with pytest.raises(SettingsError, match=r"x\.j2"):
            rendered(tmp_path, text)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ENDLESS)
def test_a_template_cant_run_for_ever(tmp_path: Path, text: str) -> None:
    """Steps and work are counted; the error names the template."""
    started = time.process_time()
    with pytest.raises(SettingsError, match=r"x\.j2"):
        rendered(tmp_path, text)
    assert time.process_time() - started < 20


def test_a_clock_ends_what_the_counts_let_through(tmp_path: Path) -> None:
    """With a clock, a rendering that takes more than ten seconds ends at its next step."""
    (tmp_path / "x.j2").write_text("{% for a in range(9) %}{{ a }}{% endfor %}")
    ticks = iter(range(0, 100, 4))
    with pytest.raises(SettingsError, match=r"x\.j2.*more than 10 seconds"):
        render(environment(tmp_path, elapsed=lambda: next(ticks)), "x.j2")
    assert render(environment(tmp_path, elapsed=lambda: 5), "x.j2") == "012345678"


def test_what_templates_need_still_works(tmp_path: Path) -> None:
    """Loops, macros, blocks, concatenation, joins and formats give what Jinja gives."""
    lines = [
        "{% macro m(a) %}<{{ a }}>{% endmacro %}{% macro k(a) %}<{{ caller(a) }}>{% endmacro %}",
        "{% block b %}{% for x in [1, 2] %}{{ m(x ~ '!') }}{% endfor %}{% endblock %}",
        "{{ ['a', 'b']|join('-') }} {{ 'aXa'|replace('X', 'y') }} {{ '%.1f'|format(1.25) }} {{ [3, 1]|sort|list }}",
        "{% call(c) k(1) %}{{ c }}{% endcall %}{{ {'a': 1}['a'] }} {{ 'ab'.upper() }} {{ 2 * 3 }} {{ 'ab' * 2 }}",
    ]
    assert rendered(tmp_path, "\n".join(lines)) == "<1!><2!>a-b aya 1.2 [1, 3]\n<1>1 AB 6 abab"
