"""What goes out of effects as documents."""
