"""What members do with products and footprints; each is one transaction and one audit entry."""
