"""What the consortium is and does: avoided emissions, aggregated across its members."""
