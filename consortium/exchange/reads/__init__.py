"""What can be read of the exchange: by partners at the door, by a member over GraphQL."""
