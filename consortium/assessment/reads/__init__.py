"""What can be read of assessed claims."""
