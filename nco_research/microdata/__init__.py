from nco_research.microdata.files import Source
from nco_research.microdata.opening import Microdata, open_microdata

__all__ = ["Microdata", "Source", "open_microdata"]
