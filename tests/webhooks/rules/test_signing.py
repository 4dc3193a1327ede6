"""Signatures, as receivers check them."""

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from consortium.webhooks.rules.signing import signed_headers, written_secret

BODY = '{"type":"PING","naïve":"é"}'.encode()


def test_the_specification_s_own_library_takes_them() -> None:
    """Each secret's signature, whichever the receiver has; nobody else's."""
    old, new, other = (written_secret(bytes([one]) * 32) for one in range(3))
    headers = dict(signed_headers("msg_1", datetime.now(UTC), BODY, [new, old]))

    for secret in (new, old):
        assert Webhook(secret).verify(BODY, headers) == {"type": "PING", "naïve": "é"}
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(BODY + b" ", headers)


def test_the_specification_s_own_example() -> None:
    """The vector that its libraries are tested with."""
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
