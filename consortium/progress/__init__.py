"""Pledges to avoid so much by then, and how far claims have come towards them."""
