"""What delivers."""
