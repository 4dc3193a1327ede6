"""The authorization server: a module for each RFC, and what they share.

Every request to it is one transaction: what it concerns is fetched and locked, the decision is made
in memory, what was decided is written. A refusal commits too, since it may have revoked something.
"""
