"""Companies and other organisations: names and aliases, sizes, dated corporate groups."""
