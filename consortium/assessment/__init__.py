"""Assessed claims: what members claim of effects, reviewed gate by gate, and their totals."""
