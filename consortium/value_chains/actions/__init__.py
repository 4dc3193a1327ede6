"""What can be done with value chains, and with the versions by which they are computed."""

from consortium.value_chains.actions.chains import StageFacts, ValueChains

__all__ = ["StageFacts", "ValueChains"]
