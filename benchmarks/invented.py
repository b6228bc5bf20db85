"""Records of pupils for the benchmark of rules, made with numpy and pandas alone: ACRO's environment has those too."""

import numpy as np
import pandas as pd

SCHOOLS, MUNICIPALITIES, TRACKS = 6_441, 344, 6


def pupils(size: int) -> pd.DataFrame:
    """Records of pupils with one to several each, made in the types in which they take least memory."""
    rng = np.random.default_rng(1)
    school = rng.integers(0, SCHOOLS, size, dtype=np.int16)
    return pd.DataFrame(
        {
            "pupil": rng.integers(0, size, size, dtype=np.int32),
            "school": school,
            "municipality": school % np.int16(MUNICIPALITIES),
            "track": rng.integers(0, TRACKS, size, dtype=np.int8),
            "score": rng.normal(50, 10, size),
        },
        copy=False,
    )


def dominated(data: pd.DataFrame) -> pd.DataFrame:
    """The same records with one score in every municipality and track that is a thousand times all others."""
    place = data["municipality"].to_numpy(dtype=np.int64) * TRACKS + data["track"].to_numpy()
    _, first = np.unique(place, return_index=True)
    score = data["score"].to_numpy(copy=True)
    score[first] = 1000 * len(data)
    return data.assign(score=score)


def answer(one: object, other: object) -> list[float]:
    """Two sums, so that ways which measure something else are not compared."""
    return [float(f"{np.nansum(np.asarray(values, dtype=float)):.8g}") for values in (one, other)]
