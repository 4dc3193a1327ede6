"""The queue of jobs: tables of procrastinate's own, in the program's database."""

from procrastinate import App, PsycopgConnector

# Table -> why its changes do not enter the audit trail.
QUEUE_TABLES = dict.fromkeys(
    (
        "procrastinate_workers",
        "procrastinate_jobs",
        "procrastinate_periodic_defers",
        "procrastinate_events",
    ),
    "which jobs wait, run and are done; what they change is entered",
)


def queue_over(dsn: str) -> App:
    """The queue of a database, not open yet.

    It asks for jobs now and then and does not listen: so the application's own role and a pooler's
    connections will do, on which nothing can be prepared either.
    """
    return App(
        connector=PsycopgConnector(
            conninfo=dsn, min_size=1, max_size=2, kwargs={"prepare_threshold": None}
        )
    )
