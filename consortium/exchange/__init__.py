"""Footprints exchanged with other companies' systems: PACT's technical specification, version 3."""
