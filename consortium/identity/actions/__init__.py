"""What can be done with accounts, sessions, links and roles: a use case each, one transaction."""
