"""Learning on: people's corrections into a label store, a batch that is looked at, a fine-tuning, and a gate."""
