"""What a browser and a tool are served beside the answers."""

from pathlib import Path

from consortium.console import CONTENT_SECURITY_POLICY
from consortium.storage.database import Database
from schema.root import SDL
from tests.served import served

PRINTED = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_the_printed_schema_is_the_code_s() -> None:
    """A change of the contract is seen in review: schema.graphql is what the code says."""
    assert PRINTED.read_text(encoding="utf-8") == SDL


async def test_a_browser_gets_the_query_page_and_a_client_gets_json(database: Database) -> None:
    """The same address answers both, each in its own way; the page may load nothing foreign."""
    async with served(database) as api:
        page = await api.http.get("/graphql", headers={"accept": "text/html,*/*"})
        asked = await api.http.get("/graphql", params={"query": "{ __typename }"})
        sdl = await api.http.get("/schema.graphql")

    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert asked.json() == {"data": {"__typename": "Query"}}
    assert sdl.text == SDL


async def test_applications_of_other_origins_may_ask(database: Database) -> None:
    """A browser is told so beforehand and with the answer; cookies play no part."""
    asked = {
        "origin": "https://charts.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    async with served(database) as api:
        preflight = await api.http.options("/graphql", headers=asked)
        answer = await api.post("{ __typename }")
        refused = await api.http.post(
            "/graphql", json={"query": "{ __typename }"}, headers={"authorization": "Bearer no"}
        )

    assert preflight.status_code == 204
    assert {"authorization", "content-type"} <= set(
        preflight.headers["access-control-allow-headers"].split(", ")
    )
    for one in (preflight, answer, refused):
        assert one.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in one.headers
    assert refused.status_code == 401
    assert refused.headers["access-control-expose-headers"] == "www-authenticate"
