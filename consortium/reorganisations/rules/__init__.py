"""How organisations change, and what two records of one organisation come to."""
