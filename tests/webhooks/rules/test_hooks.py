"""What a webhook is registered with, and as whom it reads."""

import pytest

from consortium.identity.rules.roles import Role
from consortium.kernel.addresses import is_public
from consortium.kernel.principal import Permission
from consortium.webhooks.reads import SUBJECTS
from consortium.webhooks.rules.hooks import WebhookAddressInvalid, checked_address, standing
from consortium.webhooks.rules.vocabulary import WebhookEventKind


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/hook",
        "https://",
        "https://user:secret@a.example/",
        "https://a.example/#there",
        "https://a.example:0/",
        "https://a.example:99999/",
        "https://a.example/\\evil",
        "https://a .example/",
        "https://a.example/\n",
        "https://ä.example/",
        "https://a.example/" + "x" * 500,
        "ftp://a.example/",
        "//a.example/",
        "",
    ],
)
def test_addresses_that_cannot_be_asked(url: str) -> None:
    """Each is refused when it is registered; a line break at its end is none of it."""
    if url.endswith("\n"):
        assert checked_address(url) == "https://a.example/"
        return
    with pytest.raises(WebhookAddressInvalid):
        checked_address(url)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://A.example", "https://a.example"),
        ("https://a.example:443/Hook/?sig=Ab%2F", "https://a.example/Hook/?sig=Ab%2F"),
        (" https://a.example:8443/ ", "https://a.example:8443/"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
    ],
)
def test_addresses_are_kept_as_they_are_asked(given: str, kept: str) -> None:
    """The path and the query stay as they were given."""
    assert checked_address(given) == kept


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  an address to be refused
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
    ],
)
def test_addresses_behind_walls(address: str) -> None:
    """Also such that a gateway would translate into one behind a wall."""
    assert not is_public(address)


def test_addresses_of_the_internet() -> None:
    """Of either version."""
    assert is_public("8.8.8.8")
    assert is_public("2606:4700:4700::1111")
    assert is_public("64:ff9b::808:808")


def test_what_reaches_far_lasts_as_long_as_somebody_may() -> None:
    """The organisation's own lasts; a permission that is no more is none."""
    given = [Permission.FIGURES_READ, Permission.FIGURES_READ_ALL, "forgotten:read"]

    assert standing(given, [Role.SECRETARIAT]) == {
        Permission.FIGURES_READ,
        Permission.FIGURES_READ_ALL,
    }
    assert standing(given, [Role.ORGANISATION_ADMIN]) == {Permission.FIGURES_READ}
    assert standing([], [Role.SECRETARIAT]) == frozenset()


def test_every_kind_of_events_has_a_subject() -> None:
    """Of a type with a global id."""
    assert set(SUBJECTS) == set(WebhookEventKind)
    assert all(source.prefix for source in SUBJECTS.values())
