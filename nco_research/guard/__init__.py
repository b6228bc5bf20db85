from nco_research.guard.identifiers import Identifier, identifiers, refuse_identifiers

__all__ = ["Identifier", "identifiers", "refuse_identifiers"]
