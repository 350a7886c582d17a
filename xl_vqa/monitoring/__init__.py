"""From stored ratings, and what people say of them, to alarms: whether the scores still mean what they did."""
