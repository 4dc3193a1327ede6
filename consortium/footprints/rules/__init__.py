"""What footprints, identifiers, matches and requests must be; pure."""
