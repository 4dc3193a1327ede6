import asyncio, json
import websockets
from tests.people import *
from tests.identity.oauth.conftest import w
from consortium.changes.jobs import listening
from tests.factories import create_membership, create_organisation
from tests.factories.rows import insert


async def test_x(w):
    pool = w.api.database.pool
    url = w.issuer.replace("http", "ws") + "/graphql"
    async with websockets.connect(url, subprotocols=["graphql-transport-ws"]) as ws:
        await ws.send(json.dumps({"type": "connection_init"}))
        print(await ws.recv())
        await ws.send(json.dumps({"type": "subscribe", "id": "q", "payload": {"query": "{ __typename members { totalCount } }"}}))
        print(await ws.recv()); print(await ws.recv())
        await ws.send(json.dumps({"type": "subscribe", "id": "m", "payload": {"query": "subscription { membershipChanged { id node { status organisation { name } } } }"}}))
        await ws.send(json.dumps({"type": "subscribe", "id": "c", "payload": {"query": "subscription { consortiumChanged { members { total { count } } } }"}}))
        await ws.send(json.dumps({"type": "subscribe", "id": "a", "payload": {"query": "subscription { avoidedEmissionsChanged { groups { key { year } total { value } } } }"}}))
        await ws.send(json.dumps({"type": "subscribe", "id": "i", "payload": {"query": "subscription($id:ID) { x: membershipChanged(id:$id) { __typename i: id node { status } } }", "variables": {"id": "membership_1"}}}))
        await ws.send(json.dumps({"type": "subscribe", "id": "in", "payload": {"query": "subscription { secretariatInboxChanged(first: 3) { totalCount nodes { kind } } }"}}))
        try:
            while True:
                print(await asyncio.wait_for(ws.recv(), 2))
        except TimeoutError: pass
        async with database_tx(w) as c:
            pass
        async with pool.acquire() as c:
            o = await create_organisation(c, name="New one")
            await create_membership(c, o)
        import time; t=time.time()
        try:
            while True:
                print(await asyncio.wait_for(ws.recv(), 2), time.time()-t)
        except TimeoutError: pass
from contextlib import asynccontextmanager
@asynccontextmanager
async def database_tx(w): yield
