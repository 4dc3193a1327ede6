"""Pure rules: which claims count towards a target, which years are missing, what is needed."""
