"""From a GraphQL operation to one statement, and from its answer to bytes.

text -> Document (parsed, validated, kept)
     -> picks    (fragments, aliases, directives and arguments resolved: `selections`)
     -> Statement (consortium.query; kept under document, operation, shape and rights: `plans`)
     -> bytes    (the database's JSON, untouched: `execution`)
"""
