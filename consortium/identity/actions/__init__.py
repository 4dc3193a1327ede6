"""What can be done with people, their roles and clients: each action is one transaction."""
