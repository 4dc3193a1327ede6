"""What is done about bulk operations."""
