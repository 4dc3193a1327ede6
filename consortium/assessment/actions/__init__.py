"""What can be done with assessed claims: each action is one transaction."""
