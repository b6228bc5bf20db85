"""Invented pupils for each case. Nothing but pandas and numpy, so that ACRO is asked about exactly the same records.

A frame has one row per pupil (or per record): `pupil`, `location`, `school`, `track`, `score`, `hours`. A and B are two
schools of 15 locations each. The locations are the unit level "school": the policy wants three behind every number.
"""

import numpy as np
import pandas as pd

LOCATIONS = 30


def pupils(n: int = 1000) -> pd.DataFrame:
    """`n` pupils, spread evenly over the locations; about a third in each track; scores around 50, one decimal."""
    rng = np.random.default_rng(20)
    place = np.arange(n) % LOCATIONS
    return pd.DataFrame(
        {
            "pupil": [f"p{i:05d}" for i in range(n)],
            "location": [f"l{i:02d}" for i in place],
            "school": np.where(place < LOCATIONS // 2, "A", "B"),
            "track": np.array(["vmbo", "havo", "vwo"])[rng.permutation(n) % 3],
            "score": (50 + 10 * rng.standard_normal(n)).round(1),
            "hours": (20 + 5 * rng.standard_normal(n)).round(2),
        }
    )


def a_cell(data: pd.DataFrame) -> pd.Index:
    """The pupils of school A in vwo, about 170."""
    return data.index[(data["school"] == "A") & (data["track"] == "vwo")]


def track_of_three() -> pd.DataFrame:
    """Two pupils of school A and one of B are in a track of their own."""
    data = pupils()
    data.loc[data.index[[0, 1, 20]], "track"] = "pro"
    return data


def four_scores() -> pd.DataFrame:
    data = pupils()
    data.loc[a_cell(data)[4:], "score"] = np.nan
    return data


def one_score() -> pd.DataFrame:
    data = pupils()
    data.loc[a_cell(data)[1:], "score"] = np.nan
    return data


def all_scored_61() -> pd.DataFrame:
    data = pupils()
    data.loc[a_cell(data), "score"] = 61.0
    return data


def everyone_in_havo() -> pd.DataFrame:
    return pupils().assign(track="havo")


def nearly_everyone_in_havo() -> pd.DataFrame:
    """3 percent of both schools are in vwo."""
    data = pupils().assign(track="havo")
    data.loc[data.index % 33 == 0, "track"] = "vwo"
    return data


def float_key() -> pd.DataFrame:
    data = pupils().assign(year=2010.0)
    data.loc[data.index[[0, 1, 20]], "year"] = 2011.0
    return data


def date_key() -> pd.DataFrame:
    data = pupils().assign(day=pd.Timestamp("2010-09-01"))
    data.loc[data.index[[0, 1, 20]], "day"] = pd.Timestamp("2011-09-01")
    return data


def one_pupil_holds_a_cell() -> pd.DataFrame:
    """One pupil of school A in vwo has 999 times what the rest of that cell has together; one of B is below zero."""
    data = pupils()
    cell = a_cell(data)
    data.loc[cell[0], "score"] = (data.loc[cell[1:], "score"].sum() * 999).round(1)
    data.loc[data.index[data["school"] == "B"][0], "score"] = -5.0
    return data


def two_pupils_with_20_records() -> pd.DataFrame:
    data = pupils()
    few = pd.concat([data[data["school"] == "A"].iloc[:2]] * 20)
    return pd.concat([few, data[data["school"] == "B"]], ignore_index=True)


def dummy_of_one() -> pd.DataFrame:
    data = pupils()
    return data.assign(one=(data.index == 5) * 1.0)


def dummies_of_tracks() -> pd.DataFrame:
    data = track_of_three()
    return data.assign(**{track: (data["track"] == track) * 1.0 for track in ("pro", "vmbo", "vwo")})


def effects_of_300() -> pd.DataFrame:
    data = pupils()
    names = [f"effect_{i}" for i in range(300)]
    return pd.concat([data, pd.DataFrame(np.eye(len(data))[:, :300], columns=names)], axis=1)


def dummy_of_five() -> pd.DataFrame:
    """Passed or not; of the five pupils with the dummy, three."""
    data = pupils()
    few = data.index[[0, 7, 14, 21, 28]]
    passed = np.where(data.index.isin(few), data.index.isin(few[::2]), data["score"] > 50) * 1.0
    return data.assign(five=data.index.isin(few) * 1.0, passed=passed)


def even_scores() -> pd.DataFrame:
    """Scores spread evenly between 20 and 80, so that no bin is small and the outer edges are all that tells."""
    rng = np.random.default_rng(5)
    return pupils().assign(score=lambda data: (20 + 60 * rng.permutation(len(data)) / (len(data) - 1)).round(3))


def group_of_two() -> pd.DataFrame:
    """All bins of all pupils together are large; one group to draw by has two pupils."""
    data = even_scores().assign(group="others")
    data.loc[data.index[[0, 20]], "group"] = "two"
    return data


def twelve_pupils() -> pd.DataFrame:
    return pupils(12).assign(term=[1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 8, 9], left=1)


def rows_to_take() -> pd.DataFrame:
    return pupils()[["school", "track", "score"]].head(20)


def five_scores() -> pd.DataFrame:
    """Each score from 1 to 5 has 200 pupils, so that even the lowest and the highest are nobody's own."""
    return pupils().assign(score=lambda data: 1.0 + data.index // 200)


def many_leave() -> pd.DataFrame:
    """20,000 pupils; in each of 30 terms about 645 leave, and as many are still there at the end."""
    data = pupils(20_000)
    term = data.index // LOCATIONS % 31 + 1
    ends = np.where(term <= 30, np.char.mod("left in term %02d", term), "still there")
    return data.assign(term=np.minimum(term, 30), left=(term <= 30) * 1, ends=ends)
