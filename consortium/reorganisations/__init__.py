"""What becomes of organisations: renamed, moved, merged, split, or found to be recorded twice."""
