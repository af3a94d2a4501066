"""Cut a rectangle into convex polygons by one piecewise linear function after another.

The polygons share their vertices, and a signal is known by its values at the vertices, between
which it is linear. So a cut needs no equation of a line, a new vertex is made once for the two
polygons it belongs to, and nothing has to be matched by distance. The idea of cutting edges
instead of solving for polygons is that of Berzins (2023), "Polyhedral complex extraction from
ReLU networks using edge subdivision", ICML. First used in chapter 06, by `utils.regions`.
"""

import itertools

import numpy as np


def cut(faces, signals, column, noise=0.0):
    """Cut every polygon in whose inside the signal of `column` changes its sign.

    faces: the polygons, a list of lists of vertex numbers, counter-clockwise. It is changed: a
        polygon that is cut keeps its positive part, and its negative part is appended.
    signals: array (vertices, columns) of what is known at each vertex, linear on each polygon.
    noise: a signal of `column` that is not above it is set to 0.

    Returns `signals` with a row for each new vertex, where the signal of `column` is exactly 0;
    the numbers of the polygons that were cut, in the order in which their negative parts were
    appended; and for every polygon whether the signal is positive inside.
    """
    values = np.where(np.abs(signals[:, column]) > noise, signals[:, column], 0)
    signs = np.sign(values).astype(int)
    positive, negative = _has_signs(faces, signs)
    crossed = np.flatnonzero(positive & negative)
    signs, on_edge = signs.tolist(), {}
    for face in crossed:
        faces[face], rest = _halves(faces[face], signs, on_edge)
        faces.append(rest)
    positive = np.concatenate([positive, np.zeros(len(crossed), bool)])
    signals = np.concatenate([signals, _at_zero(signals, values, on_edge)])
    signals[:, column] = np.append(values, np.zeros(len(on_edge)))
    return signals, crossed, positive


def _has_signs(faces, signs):
    """Return for every face whether it has a positive vertex, and whether it has a negative one."""
    at_vertices = signs[np.fromiter(itertools.chain.from_iterable(faces), int)]
    lengths = np.fromiter(map(len, faces), int, len(faces))
    starts = np.cumsum(lengths) - lengths
    high = np.maximum.reduceat(at_vertices, starts)
    low = np.minimum.reduceat(at_vertices, starts)
    return high > 0, low < 0


def _halves(face, signs, on_edge):
    """Return the positive and the negative part of `face`.

    A vertex is put on every edge whose ends have opposite signs: `on_edge` maps the edge (a, b),
    a < b, to its vertex, and `signs` gets a 0 for it.
    """
    ring = []
    for a, b in zip(face, face[1:] + face[:1], strict=True):
        ring.append(a)
        if signs[a] * signs[b] < 0:
            edge = (a, b) if a < b else (b, a)
            if edge not in on_edge:
                on_edge[edge] = len(signs)
                signs.append(0)
            ring.append(on_edge[edge])
    # Turn the ring to begin with its first positive vertex: 0 stands before it and, further on,
    # behind the last positive one. These two zeros are the ends of the cut.
    starts = (i for i, v in enumerate(ring) if signs[v] > 0 and signs[ring[i - 1]] <= 0)
    start = next(starts)
    ring = ring[start:] + ring[:start]
    end = next(i for i, v in enumerate(ring) if signs[v] <= 0)
    return [ring[-1], *ring[: end + 1]], ring[end:]


def _at_zero(signals, values, edges):
    """Return the signals at the points of `edges` where `values`, one per vertex, cross 0."""
    a, b = np.array(list(edges), int).reshape(-1, 2).T
    share = (values[a] / (values[a] - values[b]))[:, np.newaxis]
    return (1 - share) * signals[a] + share * signals[b]


def zero_edges(faces, values):
    """Return the edges (a, b), a < b, on which `values`, one per vertex, are 0.

    An edge counts if on one of its sides the value is not 0, so that an area of zeros is
    represented by its outline.
    """
    is_zero = (values == 0).tolist()
    edges = {}  # a dictionary and not a set: it keeps the order
    for face in faces:
        if not all(is_zero[vertex] for vertex in face):
            for a, b in zip(face, face[1:] + face[:1], strict=True):
                if is_zero[a] and is_zero[b]:
                    edges[min(a, b), max(a, b)] = None
    return list(edges)


def join(edges):
    """Join `edges`, pairs of vertices, into chains: lists of vertices, each edge used once.

    A chain ends where the edges end or where three or more meet; a closed one ends with the
    vertex it begins with.
    """
    links = {}
    for a, b in edges:
        links.setdefault(a, []).append(b)
        links.setdefault(b, []).append(a)
    ends = [vertex for vertex in links if len(links[vertex]) != 2]
    chains = []
    for start in ends + list(links):  # what is left after the ends are closed chains
        while links[start]:
            chains.append(_walk(links, start, {start, *ends}))
    return chains


def _walk(links, start, stops):
    """Return the chain from `start` to the next of `stops`, and take its edges out of `links`."""
    chain = [start]
    while len(chain) == 1 or chain[-1] not in stops:
        here = chain[-1]
        following = links[here].pop()
        links[following].remove(here)
        chain.append(following)
    return chain
