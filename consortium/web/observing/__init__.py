"""What the people who run the server see of it: lines of a log, metrics, traces.

None of it is on unless a setting asks for it, and then the parts that answer are put together anew,
each within one that watches it; otherwise they are not touched, and nothing is paid.

requests    every HTTP request: its id, a line of the log, the span that others' traces go on in
operations  every GraphQL operation: planning, statements, computations, actions
slow        operations that took long, and how the database would go about them
metrics     counters, and the page that Prometheus reads
tracing     where spans are sent

Neither variables nor headers nor tokens enter any of these; a path is told as its route has it,
since some paths hold a link that works once.
"""
