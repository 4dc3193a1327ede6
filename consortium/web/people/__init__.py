"""Pages for people: sign-in, account, invitations, consent. Rendered here; they need no script."""
