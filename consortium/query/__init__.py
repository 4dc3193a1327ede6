"""Reading: a selection becomes one SQL statement, whose one answer is the finished JSON.

A feature declares what can be read as a `Source`; any door (GraphQL, exports, jobs) hands a tree
of `Pick`s to `compile_statement` and runs what comes back. Nothing here knows of GraphQL.
"""
