"""Products, their carbon footprints as PACT defines them, and requests for footprints of others."""
