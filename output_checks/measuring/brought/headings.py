"""What a column shows, by the words in its headings: counts, percentages, means or something else."""

import re
from dataclasses import dataclass
from enum import Enum

_SEPARATORS = r"[\s_:;,./()\[\]|–-]+"
TOTAL = re.compile(
    r"^\(?((sub|grand|row|column|sub-|rij|kolom|eind)?[\s_-]?totaa?l(en|s)?|all|alle|allen|alles|everyone|overall"
    r"|iedereen|samen|together|som|sum|margin|gesamt|all\s+(pupils|schools|tracks|records|groups)|alle\s+\w+"
    r"|total\s+\w+|totaal\s+\w+)\)?:?$",
    re.IGNORECASE,
)


class Shows(Enum):
    """What the numbers of a column are."""

    COUNT = "count"
    PERCENT = "percentage"
    MEAN = "mean"
    SPREAD = "standard deviation"
    EXTREME = "extreme"
    OTHER = "another statistic"
    UNNAMED = ""


_WORDS: dict[Shows, str] = {
    Shows.COUNT: r"n|nobs|obs|n\d|#|aantal|aantallen|count|counts|freq|frequency|frequencies|frequentie|number|size|nr"
    r"|leerlingen|pupils|students|personen|persons|people|kinderen|children|records|schools|scholen|schoolbesturen"
    r"|boards|instellingen|vestigingen|respondenten|respondents|observations|observaties|waarnemingen|cases|populatie"
    r"|population|bevolking|inwoners|headcount|scholieren|studenten",
    Shows.PERCENT: r"%|pct|perc|percent|percentage|percentages|procent|share|aandeel|proportion|rate|ratio",
    Shows.MEAN: r"mean|means|avg|average|gem|gemiddelde|gemiddeld|median|mediaan",
    Shows.SPREAD: r"sd|std|stdev|stddev|deviation|standaarddeviatie|se|variance|var",
    Shows.EXTREME: r"min|max|minimum|maximum|lowest|highest|laagste|hoogste|largest|smallest|grootste|kleinste|range"
    r"|first|last|top",
    Shows.OTHER: r"sum|som|p\d{1,2}|q[1-4]|percentile|ci|lower|upper|score|scores|income|inkomen|coef|coefficient"
    r"|estimate|r2|gini|index|euro|eur|hours|uren|age|leeftijd|km|weight|gewicht|points|punten|growth|groei|value"
    r"|waarde|beta|odds|effect",
}
_SCHOOLS = re.compile(r"\b(schools|scholen|instellingen|vestigingen)\b", re.IGNORECASE)
_BOARDS = re.compile(r"\b(boards|schoolbesturen|besturen)\b", re.IGNORECASE)
_PATTERNS = {shows: re.compile(rf"(?:{words})", re.IGNORECASE) for shows, words in _WORDS.items()}
_CATEGORY_NAMES = re.compile(
    r"year|jaar|schooljaar|cohort|age|leeftijd|grade|groep|leerjaar|klas|class|level|niveau|month|maand|quarter|kwartaal|week|decile|quintile"
    r"|code|id|group|wave|domain|gemeente|wijk|postcode|category|period|periode|bin|from|to|van|tot|size|region",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What a column's headings say: what its numbers are, and which category they are of."""

    shows: Shows
    parts: tuple[str | None, ...]
    """The categories over the column, from the top; None for a total."""
    text: str
    """The headings as they stand there."""
    per: float = 100.0
    """Of how many a percentage or rate is: 100, 1 for a share, 1000 where it says per 1000."""
    counted: str = ""
    """`school` or `board` where the heading says that these are counted."""


def read_heading(texts: tuple[str, ...]) -> Heading:
    """What the headings of a column say, from the top row to the last one."""
    shows, parts = Shows.UNNAMED, []
    filled = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    for text in filled:
        own, rest = _split(text)
        # The first word that says what it is wins, but for one that says more: "score | mean".
        if own is not Shows.UNNAMED and shows in {Shows.UNNAMED, Shows.OTHER}:
            shows = own
        if rest:
            parts.append(None if is_total(rest) else rest)
    whole = " ".join(filled)
    counted = "board" if _BOARDS.search(whole) else "school" if _SCHOOLS.search(whole) else ""
    per = _per(whole)
    if per is not None and shows in {Shows.UNNAMED, Shows.OTHER, Shows.PERCENT, Shows.COUNT}:
        shows = Shows.PERCENT
    return Heading(
        shows=shows,
        parts=tuple(parts),
        text=whole,
        per=per or 100.0,
        counted=counted if shows is Shows.COUNT else "",
    )


def _per(text: str) -> float | None:
    """Of how many a rate is, as its heading says."""
    rate = re.search(r"\bper\s*(100(?:[.,\s]?000)?|1[.,\s]?000|10[.,\s]?000)\b", text, re.IGNORECASE)
    if rate:
        return float(re.sub(r"\D", "", rate[1]))
    return 1.0 if re.search(r"\b(share|aandeel|proportion|fraction)\b", text, re.IGNORECASE) else None


def is_total(text: str) -> bool:
    """Whether a label is the name of a total."""
    return bool(TOTAL.match(text.strip()))


def names_category(text: str) -> bool:
    """Whether a column of whole numbers with this heading is one of categories: a year, an age, a group."""
    return bool(_CATEGORY_NAMES.search(text))


def _split(text: str) -> tuple[Shows, str]:
    """What a heading says the numbers are, and the category that is left: `n_boys` is a count of boys."""
    words = [word for word in re.split(_SEPARATORS, text) if word]
    if "%" in text and not any(word == "%" for word in words):
        words.append("%")
    if not words:
        return Shows.UNNAMED, text
    if re.fullmatch(r"\d+([.,]\d+)?\s*%", text.strip()):
        return Shows.OTHER, ""  # a percentile, as pandas heads it
    for shows in (Shows.PERCENT, Shows.MEAN, Shows.SPREAD, Shows.EXTREME, Shows.COUNT, Shows.OTHER):
        for place in dict.fromkeys((len(words) - 1, 0)) if len(words) > 1 else (0,):
            if _PATTERNS[shows].fullmatch(words[place]):
                rest = [word for at, word in enumerate(words) if at != place and word not in {"of", "van", "in", "%"}]
                category = " ".join(rest)
                return shows, "" if any(p.fullmatch(category) for p in _PATTERNS.values()) else category
    if any(_PATTERNS[Shows.PERCENT].fullmatch(word) for word in words):
        return Shows.PERCENT, ""
    return Shows.UNNAMED, text
