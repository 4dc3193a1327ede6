"""What can be read of products, footprints and requests, and by whom."""
