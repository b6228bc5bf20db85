"""An attack on what leaves, by code that shares nothing with the toolkit: it sees published files and definitions only.

inventing   small linked releases of invented pupils
leaving     the toolkit's own front door, and what passes it
public      what anybody knows: files, labels, which variable regroups which
unknowns    every combination of categories as an unknown, every published number as an equation
elimination what follows from the equations alone, exactly
bounds      the lowest and highest whole number that a group can have
attacker    the attack itself
scoring     what was to stay hidden, set against what was found
telling     one release in sentences
"""
