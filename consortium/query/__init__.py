"""Reading: a selection of a source's fields becomes one SQL statement that already holds the
caller's rights, and whose single answer is the finished JSON.

A feature declares what can be read as a `Source`; any door (GraphQL, exports, jobs) hands a tree
of `Pick`s to `compile_statement` and runs what comes back. Nothing here knows of GraphQL.
"""
