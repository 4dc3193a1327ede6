"""Errors that every feature tells alike."""

import pytest

from consortium.kernel.errors import ChangedMeanwhile, check_seen


def test_whoever_is_late_hears_what_it_is_now() -> None:
    check_seen(3, 3, "version")
    with pytest.raises(ChangedMeanwhile, match="you saw version 2, it is 3 now") as late:
        check_seen(2, 3, "version")
    assert late.value.path == ("version",)
