"""Emissions that others avoid: claims, how each stands in the sums, and the sums themselves."""
