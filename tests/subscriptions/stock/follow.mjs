// A subscription with graphql-ws, and with graphql-sse in both of its modes. Each says when it was
// told how things stand, and prints what it is told next, as JSON.
import { createClient as createEvents } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import WebSocket from "ws";

const { api, token, query } = JSON.parse(process.argv[2]);
const authorization = `Bearer ${token}`;
const clients = {
  socket: createSocket({
    url: api.replace("http", "ws"),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
  }),
  distinct: createEvents({ url: api, headers: { authorization }, retryAttempts: 0 }),
  shared: createEvents({
    url: api, headers: { authorization }, retryAttempts: 0, singleConnection: true,
  }),
};

async function follow([name, client]) {
  const told = [];
  for await (const answer of client.iterate({ query })) {
    told.push(answer);
    if (told.length === 2) break;
    console.log(name);
  }
  const once = [];
  for await (const answer of client.iterate({ query: "{ __typename }" })) once.push(answer);
  client.dispose();
  return [name, { told, once }];
}

const all = await Promise.all(Object.entries(clients).map(follow));
console.log(JSON.stringify(Object.fromEntries(all)));
process.exit(0);
