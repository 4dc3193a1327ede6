"""The settings."""

import pytest
from pydantic import ValidationError

from consortium.settings import PREFIX, SettingInvalid, Settings, load_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set from outside."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_every_setting_is_described() -> None:
    """Each setting says what it does in a sentence."""
    descriptions = [field.description for field in Settings.model_fields.values()]

    assert all(text and text.endswith(".") for text in descriptions)


def test_environment_is_read_and_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value comes from the environment, an empty one counts as none, and nothing changes it."""
    monkeypatch.setenv("CONSORTIUM_PORT", "9001")
    monkeypatch.setenv("CONSORTIUM_DATABASE_URL", "")
    settings = load_settings()

    assert (settings.port, settings.database_url) == (9001, None)
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 9002


def test_the_public_address_has_one_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the issuer, which is compared as a text."""
    monkeypatch.setenv("CONSORTIUM_PUBLIC_URL", "https://data.example.org:8443/")

    assert load_settings().public_url == "https://data.example.org:8443"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("MAX_BODY_BYTES", "0"),
        ("READ_POOL_SIZE", "-1"),
        ("READ_POOL_SIZE", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_URL", "data.example.org"),
        ("PUBLIC_URL", "https://data.example.org/api"),
        ("PUBLIC_URL", "https://user@data.example.org"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("FONTS_DIR", "/no/such/directory"),
    ],
)
def test_wrong_value_names_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A value that makes no sense is refused by the name of its setting."""
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(SettingInvalid, match=f"^{PREFIX}{name} cannot be used"):
        load_settings()
