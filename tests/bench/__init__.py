"""`make bench`: the API beside a bare endpoint and beside resolvers, over a synthetic world."""
