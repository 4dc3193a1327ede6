"""Documents of GraphQL that applications registered when they were built."""
