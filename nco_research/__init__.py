"""Research on the Dutch education cohort inside CBS remote access."""
