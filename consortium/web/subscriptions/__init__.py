"""GraphQL over connections that stay open: subscriptions, and whatever else is sent over them.

WebSocket   `graphql-transport-ws`            websocket
SSE         distinct and single connections   sse
multipart   `subscriptionSpec=1.0`            multipart

Each is a small module of its protocol's messages over the same parts: `callers` knows who asks and
until when, `operations` starts what is asked, `hub` tells each group of subscribers what has
changed, `outbox` holds what waits to be sent to one connection.
"""
