"""The GraphQL face: types, documents and the planner. It holds no SQL and knows no tables."""
