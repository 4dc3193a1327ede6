"""GraphQL asked by anyone on any day, without a server in between."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from consortium.identity.proofs.sealing import Sealer
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Permission, Principal, Rights
from consortium.storage.database import Database
from consortium.value_chains.computing.at_hand import InProcess, Solves
from consortium.web.wiring import executor_over
from schema.planner.execution import Executor, Request
from schema.root import GRAPHQL_SCHEMA
from tests.served import SECRET_KEY, TODAY


def principal(
    *roles: Role, organisation: int | None = None, account: int | None = None, member: bool = True
) -> Principal:
    """Somebody with these roles, whose token leaves nothing out."""
    may = permissions_of(roles)
    reads = Permission.FIGURES_READ in may
    rights = Rights(member and reads, has_organisation=reads, permissions=may)
    return Principal(rights, organisation, account)


def executor_of(database: Database, solves: Solves | None = None) -> Executor:
    """The executor of a server over the database, which solves in this process unless told."""
    sealer = Sealer(SECRET_KEY.get_secret_value())
    return executor_over(database, sealer, solves or InProcess())


@dataclass(frozen=True)
class House:
    """A database that answers GraphQL."""

    database: Database
    solves: Solves | None = field(default=None, kw_only=True)

    async def ask(self, query: str, by: Principal, on: date = TODAY, **variables: Any) -> Any:
        """The data of an answer without errors."""
        executor = executor_of(self.database, self.solves)
        answer = orjson.loads(await executor.run(Request(query, variables), by, on))
        assert list(answer) == ["data"], answer
        return answer["data"]

    async def do(
        self, mutation: str, by: Principal, /, wanted: Any = "id", on: Any = TODAY, **given: Any
    ) -> Any:
        """What a mutation answers with: the fields wanted, or a refusal's code, message, path."""
        kind = GRAPHQL_SCHEMA.mutation_type
        assert kind is not None
        field = kind.fields[mutation]
        shown = " ".join(
            f"... on {one.name} {{ {wanted} }}"
            for one in GRAPHQL_SCHEMA.get_possible_types(field.type)
            if one.name != "Refusal"
        )
        query = (
            f"mutation ($input: {field.args['input'].type}) {{ {mutation}(input: $input)"
            f" {{ {shown} ... on Refusal {{ code message path }} }} }}"
        )
        data = await self.ask(query, by, on, input=given)
        return data[mutation]

    async def refused(self, mutation: str, by: Principal, /, on: Any = TODAY, **given: Any) -> Any:
        """The code of a refusal, after which every table is as it was."""
        before = await self.digest()
        answer = await self.do(mutation, by, "__typename", on, **given)
        assert await self.digest() == before
        return answer.get("code")

    async def digest(self) -> dict[str, str]:
        """Each table's rows in one hash."""
        pool = self.database.pool
        names = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        digest = "SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {} t"
        return {name: await pool.fetchval(digest.format(name)) for (name,) in names}
