"""What goes out as files: versions of chains, in the form in which they come in."""
