"""What ``simulate`` is made of: the set, the model of every round, the runs, and what they say."""
