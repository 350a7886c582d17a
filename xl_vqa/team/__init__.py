"""The team's host: other machines reach the host of this one, each person with a token (docs/team-host.md)."""
