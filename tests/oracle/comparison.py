"""Whether two answers are equal, but for what no client can know: the text of cursors."""

from dataclasses import dataclass, field
from typing import Any

from tests.oracle.operations import UNORDERED
from tests.oracle.paging import CURSOR


@dataclass(slots=True)
class Differences:
    """Collects where the actual answer differs from the expected one."""

    found: list[str] = field(default_factory=list)

    def compare(self, expected: Any, actual: Any, path: str = "data") -> None:
        """Note every difference."""
        match expected:
            case dict() if isinstance(actual, dict):
                self._objects(expected, actual, path)
            case list() if isinstance(actual, list):
                self._lists(expected, actual, path)
            case str() if expected.startswith(CURSOR):
                if not isinstance(actual, str) or not actual:
                    self.found.append(f"{path}: a cursor is missing")
            case _:
                if type(expected) is not type(actual) or expected != actual:
                    self.found.append(f"{path}: expected {expected!r}, not {actual!r}")

    def _objects(self, expected: dict[str, Any], actual: dict[str, Any], path: str) -> None:
        if list(expected) != list(actual):
            self.found.append(f"{path}: expected the keys {list(expected)}, not {list(actual)}")
            return
        for key, value in expected.items():
            if key.startswith(UNORDERED) and isinstance(value, list):
                self._sets(value, actual[key], f"{path}.{key}")
            else:
                self.compare(value, actual[key], f"{path}.{key}")

    def _lists(self, expected: list[Any], actual: list[Any], path: str) -> None:
        if len(expected) != len(actual):
            self.found.append(f"{path}: expected {len(expected)} items, not {len(actual)}")
            return
        for at, (one, other) in enumerate(zip(expected, actual, strict=True)):
            self.compare(one, other, f"{path}[{at}]")

    def _sets(self, expected: list[Any], actual: list[Any], path: str) -> None:
        left = list(actual)
        for one in expected:
            same = next((other for other in left if not differences(one, other)), None)
            if same is None:
                self.found.append(f"{path}: {one!r} is missing")
                return
            left.remove(same)
        if left:
            self.found.append(f"{path}: {left!r} is too much")


def differences(expected: Any, actual: Any) -> list[str]:
    """Where two answers differ."""
    collected = Differences()
    collected.compare(expected, actual)
    return collected.found
