"""This server as a client of partners' systems, trusting them with little."""
