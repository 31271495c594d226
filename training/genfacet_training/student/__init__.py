"""The student: its base, its training set, its training, and what its answers come to when they are executed."""
