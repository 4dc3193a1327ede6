"""Sign-in through a member's own OpenID provider: this server is the relying party."""
