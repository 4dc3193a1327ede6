"""Solutions, reference scenarios, comparisons, and the emissions that units of a solution avoid."""
