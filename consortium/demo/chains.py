"""An example of a chain that computes: a car of steel and power, which need one another.

Its figures are made up, nobody's, and say so; members see it.
"""


from consortium.evidence.actions import Cited
from consortium.kernel.principal import Permission

# As of the other examples: a real member, whom the demo's accounts act for.
OWNER, CHAIN, REFERENCE = "Alibaba Group", "Example: cars", "example-car"
MADE_UP = Cited(title="An example with made-up figures")

_MEMBER = """
SELECT o.id FROM organisation o JOIN membership m ON m.organisation_id = o.id
WHERE o.name_key = $1 AND m.status = 'MEMBER'
"""
_KNOWN = """
SELECT EXISTS (SELECT FROM chain_version WHERE organisation_id = $1 AND reference = $2)
"""
_CHAIN = """
INSERT INTO value_chain (name, name_key, description)
VALUES ($1, $2, 'An example with made-up figures.')
ON CONFLICT (name_key) DO UPDATE SET name = excluded.name RETURNING id
"""
_MAY = frozenset({Permission.FIGURES_READ, Permission.FIGURES_WRITE, Permission.FIGURES_APPROVE})
