"""What value chains compute: systems of activities, solved; what their answers are made of."""
