"""What proves something: random tokens, and secrets that are kept encrypted."""
