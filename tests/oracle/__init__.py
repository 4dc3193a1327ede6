"""An independent answer to every operation: plain resolvers over the whole database in memory.

Slow and obviously right. It shares no code with `consortium.query`, `schema.planner` or the rules
of avoided emissions; it knows the contract (`schema/schema.graphql`) and the tables.
"""

from tests.oracle.asking import Ask
from tests.oracle.resolvers import Oracle
from tests.oracle.world import World

__all__ = ["Ask", "Oracle", "World"]
