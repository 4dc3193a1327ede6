"""What can be read of effects."""
