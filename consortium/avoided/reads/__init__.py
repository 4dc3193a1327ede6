"""What can be read of avoided emissions: claims, how each stands in the sums, and the sums."""
