"""How this server asks others' systems: over HTTPS, trusting them with little."""
