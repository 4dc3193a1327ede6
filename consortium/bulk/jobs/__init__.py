"""What runs them."""
