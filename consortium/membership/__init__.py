"""Who belongs to the consortium, as what, and from when to when."""
