"""What can be done with organisations: each action is one transaction."""
