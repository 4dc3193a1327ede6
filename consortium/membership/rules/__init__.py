"""What memberships are, and what may happen to them."""
