"""Measure the exact geometry of relu networks: cost and number of regions by width and depth.

Run as `make bench`. The networks have normal weights of variance 2 / fan_in (He) and normal
biases of deviation 0.5; the rectangle is 4 by 4. Counts and times are medians over the seeds.
"""

import pathlib
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

BOUNDS = (-2.0, 2.0, -2.0, 2.0)
SEEDS = range(5)
SHAPES = [(width, 1) for width in (8, 16, 32, 64, 128)]
SHAPES += [(width, depth) for depth in (2, 4) for width in (8, 16, 32, 64)]
SHAPES += [(8, depth) for depth in (8, 16, 32)]


def network(width, depth, seed):
    """Return a Keras model of `depth` relu layers of `width` units with one linear output."""
    import keras

    random = np.random.default_rng(seed)
    hidden = [keras.layers.Dense(width, "relu") for _ in range(depth)]
    model = keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1)])
    sizes = [weights.shape for weights in model.get_weights()]
    spread = [np.sqrt(2 / size[0]) if len(size) == 2 else 0.5 for size in sizes]
    model.set_weights([random.normal(0, s, size) for s, size in zip(spread, sizes, strict=True)])
    return model


def timed(function, *arguments):
    """Return what the function returns, and the seconds it took."""
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def measure(width, depth):
    """Return the medians of: regions, segments, and seconds for either."""
    from utils.regions import decision_boundary, linear_regions

    rows = []
    for seed in SEEDS:
        model = network(width, depth, seed)
        regions, region_time = timed(linear_regions, model, BOUNDS)
        polylines, boundary_time = timed(decision_boundary, model, BOUNDS)
        segments = sum(len(line) - 1 for line in polylines)
        rows.append([len(regions), segments, region_time, boundary_time])
    return np.median(rows, axis=0)


def main():
    """Print a table by width and depth."""
    measure(8, 1)  # the first call imports and warms up
    print("\nExact geometry of relu networks, medians over 5 seeds")
    print("  width  depth   regions  segments   regions s  boundary s   µs per region")
    for width, depth in SHAPES:
        regions, segments, region_time, boundary_time = measure(width, depth)
        row = f"{width:7d}{depth:7d}{regions:10.0f}{segments:10.0f}"
        goal = "   (goal: below 1 s)" if (width, depth) == (8, 4) else ""
        row += f"{region_time:12.3f}{boundary_time:12.3f}{region_time / regions * 1e6:16.0f}"
        print(row + goal, flush=True)


if __name__ == "__main__":
    import utils.reproducibility  # noqa: F401  keeps TensorFlow quiet

    main()
