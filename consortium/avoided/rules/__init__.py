"""The rules of avoided emissions: pure functions of facts."""
