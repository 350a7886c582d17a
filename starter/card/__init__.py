"""What the weights are worth, measured and written down."""
