"""Value chains: stages that supply one another, and the organisations that act in them."""
