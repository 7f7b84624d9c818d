"""Personal data goes where a team wants it to, and numbers that only look like it stay."""

import pytest

from bot.text.redaction import redactor
from bot.text.redaction.personal import iban, luhn, verhoeff

ALL = redactor(personal=("email", "ip", "card", "phone", "iban", "national-id"))

FOUND = {
    "mail from ann.lee+x@mail.example.org today": "e-mail",
    "to=ann%40example.com": "e-mail",
    "client 8.8.8.8 refused": "ip address",
    "dial tcp 93.184.216.34:443: i/o timeout": "ip address",
    "from [2001:4860:4860::8888]:443": "ip address",
    "card 4111 1111 1111 1111 declined": "card number",
    "pan=378282246310005": "card number",
    "call +1 (415) 555-2671 now": "phone number",
    "tel:+4915123456789": "phone number",
    "to DE89 3704 0044 0532 0130 00 today": "iban",
    "iban=GB82WEST12345698765432": "iban",
    "ssn 123-45-6789": "national id",
    "cpf 529.982.247-25": "national id",
    "dni 12345678Z": "national id",
    "nino AB 12 34 56 C": "national id",
    "codice RSSMRA85T10A562S": "national id",
}
LEFT = """
http://127.0.0.1:8080/ and [::1]:80
10.0.0.5 and 192.168.1.7 and fe80::1
Chrome/110.0.0.0 Safari/537.36
version 1.2.3 at 12:34:56
git@github.com:acme/app.git
ci@acme-prod.iam.gserviceaccount.com
icon@2x.png user@host
1694812735123456789 and 4111111111111112
blk_4111111111111111
order 378282246310006
DE89370400440532013001
000-12-3456 and 123-45-67890
12345678A and 123456789
call main+0x1f and offset +12345
2025-01-02 03:04:05.123456
""".strip().splitlines()


@pytest.mark.parametrize(("line", "kind"), FOUND.items())
def test_personal_data_is_named_and_gone(line: str, kind: str) -> None:
    """Each kind is found in the forms people and programs write it in."""
    assert f"[redacted: {kind}]" in ALL.text(line)


@pytest.mark.parametrize("line", LEFT)
def test_what_only_looks_like_it_stays(line: str) -> None:
    """Wrong check digits, private and local addresses, versions, files, machines' accounts."""
    assert ALL.text(line) == line


def test_kinds_are_chosen() -> None:
    """What isn't asked for stays."""
    line = "ann@example.com 8.8.8.8 4111111111111111"
    assert redactor(personal=()).text(line) == line
    assert redactor(personal=("card",)).text(line) == "ann@example.com 8.8.8.8 [redacted: card number]"


def test_private_addresses_go_where_that_is_wanted() -> None:
    """A team that counts them as personal says so; the loopback never does."""
    wanted = redactor(personal=("ip",), private_addresses=True)
    assert wanted.text("10.0.0.5 127.0.0.1 fd00::7") == "[redacted: ip address] 127.0.0.1 [redacted: ip address]"


def test_check_digits() -> None:
    """One wrong digit is seen by each of the checks."""
    assert luhn("79927398713")
    assert not luhn("79927398710")
    assert iban("GB82WEST12345698765432")
    assert not iban("GB82WEST12345698765431")
    assert verhoeff("2363")
    assert not verhoeff("2364")


@pytest.mark.parametrize("between", [",", " ", ", ", ";"])
def test_a_public_address_right_behind_a_private_one_is_gone(between: str) -> None:
    """What parts two addresses belongs to the second one too, where the first is none to hide."""
    hides = redactor(personal=("ip",))
    line = f"X-Forwarded-For: 10.0.0.1{between}93.184.216.34"
    assert hides.text(line) == f"X-Forwarded-For: 10.0.0.1{between}[redacted: ip address]"


@pytest.mark.parametrize("tail", ["", "/shop", ":5432/shop", "/shop?sslmode=require"])
def test_an_address_with_a_password_keeps_its_host(tail: str) -> None:
    """A password before a host is no e-mail address: it goes, its host stays, and real addresses go."""
    line = f"no answer of postgres://bob:s3cr3t@db.example{tail}"
    assert ALL.text(line) == f"no answer of postgres://bob:[redacted: password]@db.example{tail}"
    for before in ("http://web:8080/?to=", "http://web:8080?to=", "ann:"):
        assert "@shop.example" not in ALL.text(f"{before}ann@shop.example")
