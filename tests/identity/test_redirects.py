"""Redirect addresses: what may be registered, and what matches it."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.identity.rules.clients import ClientKind
from consortium.identity.rules.redirects import fault_of, registered

LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
HOSTS = (*LOOPBACK, "127.0.0.2", "127.0.0.1.evil.example", "app.example", "127.0.0.1@evil.example")
addresses = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP", "com.example.app"]),
    st.sampled_from(HOSTS),
    st.sampled_from(["", ":", ":1", ":80", ":49152", ":x", ":1@evil.example"]),
    st.sampled_from(["", "/", "/cb", "/cb/", "/CB", "?x=1", "/cb?x=1", "/cb#f", "/%63b", "\\cb"]),
)


def reference(asked: str, one: str) -> bool:
    """The same, slowly: equal letter by letter, or the same own machine but for the port."""
    if asked == one:
        return True
    parts, theirs = urlsplit(one), urlsplit(asked)
    hosts = []
    for each, text in ((parts, one), (theirs, asked)):
        host, colon, port = each.netloc, "", ""
        if not host.endswith("]"):
            host, colon, port = (
                each.netloc.rpartition(":") if ":" in each.netloc else (host, "", "")
            )
        plain = host in LOOPBACK and (not colon or port.isdigit())
        if not text.startswith("http://") or not plain:
            return False
        hosts.append((host, text.removeprefix(f"http://{each.netloc}")))
    rest = hosts[0][1]
    return hosts[0] == hosts[1] and (not rest or rest[0] in "/?")


@given(addresses, addresses)
def test_matching_is_what_the_reference_says(asked: str, one: str) -> None:
    """RFC 9700, section 2.1; RFC 8252, section 7.3."""
    assert registered(asked, [one]) == reference(asked, one)


@given(addresses, addresses)
def test_a_match_never_leaves_the_host(asked: str, one: str) -> None:
    """Whatever matches leads to the same host by the same scheme."""
    if registered(asked, [one]) and fault_of(one, ClientKind.PUBLIC) is None:
        ours, theirs = urlsplit(one), urlsplit(asked)
        assert (ours.scheme, ours.hostname, ours.path) == (
            theirs.scheme,
            theirs.hostname,
            theirs.path,
        )


GOOD = ["https://app.example/cb?x=1", "http://localhost/cb", "http://[::1]:8080/cb"]
BAD = [
    "javascript:alert(1)",
    "data:text/html,x",
    "http://app.example/cb",
    "https://app.example/cb#x",
    "https://user@app.example/cb",
    "https:///cb",
    "https://app.example/c b",
    "https://app.example\\@evil.example/",
    "https://app.example:port/",
    "//app.example/cb",
    "/cb",
    "",
    "https://[app/",
    "https://app.example/\n",
    "https://app.exämple/",
    "https://app.example/" + "x" * 2000,
    "app:/cb",
]


@pytest.mark.parametrize("kind", [ClientKind.PUBLIC, ClientKind.WEB])
def test_what_may_be_registered(kind: ClientKind) -> None:
    """https, http to the own machine, and nothing that could run or mislead."""
    assert [one for one in GOOD if fault_of(one, kind)] == []
    assert [one for one in BAD if not fault_of(one, kind)] == []


def test_a_scheme_of_its_own_is_a_program_s() -> None:
    """RFC 8252, section 7.1: with a dot, and only in people's hands."""
    assert fault_of("com.example.app:/cb", ClientKind.PUBLIC) is None
    assert fault_of("com.example.app:/cb", ClientKind.WEB)
