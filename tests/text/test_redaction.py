"""Secrets leave the text, ordinary lines stay, doing it twice changes nothing, and no line takes long."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.redaction import Later, UnusableRule, redact, redactor, using
from tests.text.corpus import Example, examples, leaks

SECRETS = redactor(personal=())
EVERYTHING = redactor(personal=("email", "ip", "card", "phone", "iban", "national-id"), private_addresses=True)
EXAMPLES = examples()
BARE = {one.kind for one in EXAMPLES if "without" in one.kind}

NAMED = {
    "password=hunter2": "password=[redacted: password]",
    "DB_PASSWORD: hunter2, next": "DB_PASSWORD: [redacted: password], next",
    '"clientSecret": "abc def"': '"clientSecret": "[redacted: secret]"',
    "postgres://user:hunter2@db:5432/x": "postgres://user:[redacted: password]@db:5432/x",
    "postgres://user:p@ss.w0rd@db/x": "postgres://user:[redacted: password]@db/x",
    "Set-Cookie: sid=31d4d96e40; Path=/": "Set-Cookie: sid=[redacted: cookie]; Path=/",
    "?a=1&X-Amz-Signature=0a1b2c3d4e&b=2": "?a=1&X-Amz-Signature=[redacted: signed url]&b=2",
    "x ghp_" + "a1B2" * 9 + " y": "x [redacted: github token] y",
    "password%3Dhunter2%26x": "password%3D[redacted: password]%26x",
    "<token>a1b2c3d4e5</token>": "<token>[redacted: token]</token>",
    '{\\"api_key\\":\\"a1b2c3d4e5\\"}': '{\\"api_key\\":\\"[redacted: api key]\\"}',
    "env: [{name: DB_PASSWORD, value: hunter2}]": "env: [{name: DB_PASSWORD, value: [redacted: password]}]",
    "Authorization: Basic dXNlcjpwYXNz": "Authorization: Basic [redacted: basic credentials]",
    "PAYMENTS_API_KEY=abc123": "PAYMENTS_API_KEY=[redacted: api key]",
    '{"api_key": "abc123", "password":"hunter"}': (
        '{"api_key": "[redacted: api key]", "password":"[redacted: password]"}'
    ),
    "access_token: a1b2c3": "access_token: [redacted: token]",
    "charge with sk_live_" + "4eC39HqLyjWDarjtT1zd": "charge with [redacted: clerk or stripe key]",
    "tool --password hunter2 --port 5": "tool --password [redacted: password] --port 5",
}

ORDINARY = r"""
api_key=os.environ["API_KEY"]
const token = process.env.TOKEN;
api_key=v12 token=eof
page_token=12 api_key=user_1
token: line12 was not expected
unexpected token ab1234 in line 5
token = None
password: string
def login(username: str, password: str) -> Token:
secret=${VAR}
secret: ${{ secrets.GITHUB_TOKEN }}
password=$DB_PASSWORD
password: {{ .Values.password }}
password=******
Password: [HIDDEN]
token_count=1234 max_tokens=4096
tokenizer=bert-base-uncased-v2
trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7
request_id=123e4567-e89b-12d3-a456-426614174000
insertId=1k2j3h4g5f6d7s8a
commit=0123456789abcdef0123456789abcdef01234567
image@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
cache_key=user:1234:profile:v2
cache key 8f14e45fceea167a5a36dedd4bea2543 missed
KeyError: 'api_key'
duplicate key value violates unique constraint "users_email_key"
Key (id)=(123e4567-e89b-12d3-a456-426614174000) already exists.
No module named 'app.tokens'
SyntaxError: Unexpected token < in JSON at position 0
token_type=bearer expires_in=3600
secret "db-credentials" not found
Failed to get secret projects/p/secrets/db-password/versions/3: NOT_FOUND
Failed password for invalid user admin from 10.0.0.1 port 4242 ssh2
Invalid password: must be at least 8 characters
{"errors": {"password": "is too short (minimum is 8 characters)"}}
"type": "password", "name": "password"
GET /password/reset 404
GET /oauth/token?grant_type=client_credentials 200
https://example.com:8443/path/@user
ssh://git@github.com/acme/app.git
postgres://db.internal:5432/orders
redis://cache:6379/0
WWW-Authenticate: Bearer realm="api", error="invalid_token"
basic authentication required
ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"
sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
-----BEGIN CERTIFICATE-----
if token == expected_token:
password = getpass.getpass()
client = Client(api_key=api_key, token=token)
SECRET_KEY is not set
--password-file /run/secrets/db
PWD=/app OLDPWD=/srv/app
routing_key=orders.created
pass: 12 fail: 3
sig=SIGTERM signal=15
revision checkout-api-00042-abc
pod=checkout-api-7d9f8b6c5d-x2x4z
evt_1NG8Du2eZvKYlo2CUI79vXWy processed
test_user_can_reset_password_with_valid_token_and_login passed
at org.acme.UsernamePasswordAuthenticationFilter$$EnhancerBySpringCGLIB$$1a2b3c4d.doFilter(Filter.java:95)
""".strip().splitlines()

PIECES = st.sampled_from(
    [
        *(one.line for one in EXAMPLES), *(one.secret for one in EXAMPLES), "password=", "token: ", "Bearer ", "eyJ",
        "://", ":", "@", '"', " ", "[", "]", "=", "[redacted: x]", "[redacted: ", "a@b.example", "+14155552671", "::1",
        "4111111111111111", "\n", "\\", "é", "\ud800",
    ]
)  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=[one.kind for one in EXAMPLES])
def test_documented_secrets_are_gone(example: Example) -> None:
    """No quarter of a secret is left, whoever issued it; what stands alone without a form of its own can't be known."""
    gone = not leaks(example, SECRETS.text(example.line))
    assert gone is (example.kind not in BARE)


@pytest.mark.parametrize(("before", "after"), NAMED.items(), ids=range(len(NAMED)))
def test_what_stands_around_a_secret_stays(before: str, after: str) -> None:
    """Names, hosts and parameters beside a secret tell what was there; the mark names its kind."""
    assert SECRETS.text(before) == after


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_lines_stay(line: str) -> None:
    """Code, placeholders, identifiers, digests and sentences that merely sound secret are left alone."""
    assert SECRETS.text(line) == line


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=8).map("".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    """Every escaping function may ask for it again."""
    once = EVERYTHING.text(text)
    assert EVERYTHING.text(once) == once


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(EXAMPLES), st.text(alphabet=" .,;|(){}<>\n\t#é", max_size=6))
def test_what_stands_before_and_after_makes_no_difference(example: Example, around: str) -> None:
    """A secret is found wherever in a text it stands."""
    if example.kind not in BARE:
        assert not leaks(example, SECRETS.text(f"{around} {example.line} {around}"))


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ", "-eyJaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "://a:", "password=", "Bearer ", "token=a", "sig=",
        "AKIA" + "Q" * 16 + "ghp_" + "a1" * 18, "Cookie:", "cookie: a=b;", "key,", "<token>", '\\"password', "1.", "@",
        "[redacted: x]password=", "a1b2c3d4e5f6a7b8c9d0-", "x@y.", "4111 ", "PuTTY-User-Key-File-2", "DE12 ",
    ],
)  # fmt: skip
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    """No line blows up: 100,000 characters take under 30 times what 10,000 take, and under eight seconds."""
    seconds = []
    for size in (10_000, 100_000):
        text = piece * (size // len(piece))
        started = time.process_time()
        EVERYTHING.text(text)
        seconds.append(time.process_time() - started)
    assert seconds[1] < max(0.05, 30 * seconds[0])
    assert seconds[1] < 8


def test_a_teams_rules_join_in() -> None:
    """A name and a pattern of RE2; a group, where there is one, is what is hidden."""
    own = redactor([("badge", r"badge-(\d{4})"), ("room", r"Room [A-Z]\d")], personal=())
    assert own.text("badge-1234 in Room B7, password=hunter2") == (
        "badge-[redacted: badge] in [redacted: room], password=[redacted: password]"
    )


@pytest.mark.parametrize(
    ("name", "pattern", "why"),
    [
        ("a", "(?=x)", "RE2 refuses its pattern: invalid perl operator"),
        ("b", "x*", "matches the empty text"),
        ("Not [a] name", "x", "lower-case"),
        ("c", "(", "missing"),
    ],
)
def test_a_rule_that_is_no_use_is_named(name: str, pattern: str, why: str) -> None:
    """What RE2 refuses, and what would hide everything, is an error with the rule's name."""
    with pytest.raises(UnusableRule, match=why) as error:
        redactor([(name, pattern)])
    assert error.value.name == name


def test_known_values_are_hidden_wherever_and_however_they_stand() -> None:
    """A value known by heart goes whatever it looks like, as URLs and JSON write it too; a very short one can't."""
    own = redactor(values=[("own secret", "plain words/1"), ("own secret", "abc")])
    assert own.text("say plain words/1 or plain%20words%2F1, abc") == (
        "say [redacted: own secret] or [redacted: own secret], abc"
    )


def test_a_redactor_holds_within_its_block_alone() -> None:
    """`using` changes what `redact` does until its end; the default hides e-mail, no address of a machine."""
    with using(redactor(personal=("ip",))):
        assert redact("ann@example.com 8.8.8.8") == "ann@example.com [redacted: ip address]"
    assert redact("ann@example.com 8.8.8.8") == "[redacted: e-mail] 8.8.8.8"


def test_a_later_redactor_is_built_when_it_is_needed() -> None:
    """What shows nothing pays nothing."""
    built = []

    def make() -> object:
        built.append(1)
        return redactor(personal=())

    later = Later(make)  # type: ignore[arg-type]
    with using(later):
        assert built == []
        assert redact("password=hunter2") == redact("password=hunter2") == "password=[redacted: password]"
    assert built == [1]


def test_counting_names_kinds() -> None:
    """Marks that were there before don't count."""
    text, counts = SECRETS.counted("[redacted: token] password=hunter2 pwd=a1b2c3")
    assert text.count("[redacted: password]") == 2
    assert counts == {"password": 2}
