"""Progress on a terminal; elsewhere a line at the end."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

# What is done now, how much of it is done, and of how much.
Tell = Callable[[str, int, int], None]


@contextmanager
def progress_bar() -> Generator[Tell]:
    """A function that long work calls; each new name is a new bar."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
                if not console.is_terminal:
                    console.print(what, highlight=False)
            bars.update(tasks[what], completed=done, total=total)

        yield tell
