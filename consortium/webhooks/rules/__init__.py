"""What webhooks rest on: words, limits, signatures, retries and rights."""
