"""Which rows have changed lately, for whoever follows them: told by number, read by right."""
