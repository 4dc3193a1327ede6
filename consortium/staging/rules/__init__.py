"""Pure rules of what is staged."""
