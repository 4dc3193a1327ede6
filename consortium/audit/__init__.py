"""Who did what, when, to which row. Nothing here is ever changed or taken away."""
