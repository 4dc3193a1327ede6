"""Where a figure comes from: the citation behind every published number."""
