"""What answers operations, and what actions are given of the server, wired at one place."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from consortium.bulk.actions.documents import checking
from consortium.identity.proofs.sealing import Sealer, sealing
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from consortium.value_chains.computing.answers import Answers
from consortium.value_chains.computing.at_hand import Solves, solving_by
from consortium.web.bulk import BulkDocuments
from consortium.web.graphql import told
from consortium.web.selections import Selecting
from consortium.webhooks.actions.selections import selecting
from schema.limits import DEFAULTS, Limits
from schema.planner.execution import Executor
from schema.planner.mutations import Writing


def executor_over(
    database: Database,
    sealer: Sealer,
    solves: Solves,
    limits: Limits = DEFAULTS,
    may_introspect: Callable[[Principal], bool] = lambda _: True,
) -> Executor:
    """The executor; within its `writing.active()` actions have all that they need."""

    @contextmanager
    def acting() -> Generator[None]:
        with (
            database.active(),
            sealing(sealer),
            solving_by(solves),
            selecting(selections),
            checking(documents),
        ):
            yield

    answers = Answers(database.pool, solves)
    executor = Executor.over(
        database.reads,
        Writing(acting, told),
        answers,
        limits=limits,
        may_introspect=may_introspect,
    )
    selections, documents = Selecting(executor), BulkDocuments(executor)
    return executor
