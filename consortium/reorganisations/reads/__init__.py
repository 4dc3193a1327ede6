"""What can be read of how organisations changed."""
