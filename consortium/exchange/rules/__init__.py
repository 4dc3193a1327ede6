"""What the protocol says: addresses, filters, pages, events, and footprints as they travel."""
