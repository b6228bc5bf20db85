"""Pupils who are known by the number they had before they were in the population register.

Such a number (RINPERSOONS S) ends when the person enters that register and gets one of kind R. VTVPERSOONTAB links the
two; without it the person breaks in two, and seems to have left.
"""

from nco_research.cohort.flow import Rounded
from nco_research.cohort.pairing import kind_column
from nco_research.cohort.session import Session
from nco_research.cohort.state import State
from nco_research.sql import quoted

BRIDGE = "VTVPERSOONTAB"
_EARLY = "S"


def early_numbers(session: Session, state: State, *, step: str) -> tuple[str, ...]:
    """What to say of a cohort that is followed, where pupils may go on under another number; else nothing."""
    kinds = [kind_column(name, state.key) for name in state.key]
    found = [kind for kind in kinds if kind is not None and state.types.get(kind) == "VARCHAR"]
    if not found:
        return ()
    (kind, *_) = found
    early = session.number(f"SELECT count(*) FROM {state.pupils} WHERE trim({quoted(kind)}) = '{_EARLY}'", step=step)
    if not early:
        return ()
    number = f"{Rounded.of(early)} have a number of kind {_EARLY} ({kind})"
    return (f"{number}: who got one of kind R later seems lost, unless {BRIDGE} puts both under one",)
