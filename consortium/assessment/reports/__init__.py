"""What goes out of assessed claims as documents."""
