"""The HTTP door. `app` is the only place that wires."""
