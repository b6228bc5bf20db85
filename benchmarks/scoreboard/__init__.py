"""The scoreboard: planted disclosures that must not pass, and safe outputs that must, beside ACRO's verdicts.

`data` invents the pupils, `theirs` asks ACRO (and runs in an environment of ACRO's own), `cases` asks this toolkit,
`running` collects the verdicts, `page` writes them down. Run it by `make scoreboard`.
"""
