"""Where the pictures and films come from, and under which licence."""
