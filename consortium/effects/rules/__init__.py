"""Pure rules of effects."""
