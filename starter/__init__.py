"""The factory of the starter model: from photographs to weights and their card. No part of what is installed."""
