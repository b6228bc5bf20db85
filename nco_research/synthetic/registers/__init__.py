"""The registers of a country, one module per subject: each makes the tables of its files, traps included."""
