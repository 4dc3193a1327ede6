"""Mail that leaves after the commit of whatever caused it, or not at all."""
