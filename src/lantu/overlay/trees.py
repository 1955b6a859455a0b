"""Trees of bounding boxes in flat arrays, walked without a stack.

The nodes of a tree stand in the order in which a walk from the root meets them; each knows where its
subtree ends. A walk either goes on to the next node or skips to that end:

    node = first
    while node < last:
        if box of node is of interest:  node += 1      (a leaf is dealt with first)
        else:                           node = skip[node]
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lantu.overlay.compiled import compiled

FANOUT = 8


@compiled
def tree_size(leaves: int) -> int:
    """Return how many nodes a tree over so many leaves has; there is no single root."""
    total = leaves
    span = FANOUT
    while span < leaves:
        total += (leaves + span - 1) // span
        span *= FANOUT
    return total


@compiled
def lay_out(leaves: int, at: int, leaf: Any, skip: Any) -> None:
    """Write the nodes of a tree over leaves 0 … n-1 from position `at` on.

    Args:
        leaf, skip: written: the node's leaf or -1, and the position behind its subtree.
    """
    spans = np.empty(40, np.int64)
    opened = np.full(40, -1, np.int64)
    levels = 0
    span = FANOUT
    while span < leaves:
        spans[levels] = span
        levels += 1
        span *= FANOUT
    node = at
    for number in range(leaves):
        for level in range(levels - 1, -1, -1):
            if number % spans[level] == 0:
                for lower in range(level + 1):
                    if opened[lower] >= 0:
                        skip[opened[lower]] = node
                        opened[lower] = -1
                opened[level] = node
                leaf[node] = -1
                node += 1
        leaf[node] = number
        skip[node] = node + 1
        node += 1
    for level in range(levels):
        if opened[level] >= 0:
            skip[opened[level]] = node


@compiled
def enclose(first: int, last: int, leaf: Any, skip: Any, box: Any) -> None:
    """Give the inner nodes the boxes of what lies under them; leaves have theirs already."""
    for node in range(last - 1, first - 1, -1):
        if leaf[node] >= 0:
            continue
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        child = node + 1
        while child < skip[node]:
            west, south = min(west, box[child, 0]), min(south, box[child, 1])
            east, north = max(east, box[child, 2]), max(north, box[child, 3])
            child = skip[child]
        box[node, 0], box[node, 1], box[node, 2], box[node, 3] = west, south, east, north


@compiled
def hilbert(x: Any, y: Any) -> Any:
    """Return places along a Hilbert curve of 65,536 × 65,536 cells.

    Args:
        x, y: (n,) cell numbers, uint32.
    """
    place = np.empty(len(x), np.uint64)
    for k in range(len(x)):
        a, b, d = np.uint32(x[k]), np.uint32(y[k]), np.uint64(0)
        s = np.uint32(1 << 15)
        while s > 0:
            right = np.uint32(1) if a & s else np.uint32(0)
            upper = np.uint32(1) if b & s else np.uint32(0)
            d += np.uint64(s) * np.uint64(s) * np.uint64((3 * right) ^ upper)
            if upper == 0:
                if right == 1:
                    a, b = np.uint32(65535 - a), np.uint32(65535 - b)
                a, b = b, a
            s >>= np.uint32(1)
        place[k] = d
    return place


def feature_tree(
    box: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Build the tree over features, in the order of a Hilbert curve through their middles.

    Args:
        box: (n, 4) west, south, east, north; a feature without ground has NaN and is left out.

    Returns:
        Per node its box, its feature's row (-1 for an inner node) and the end of its subtree.
    """
    rows = np.flatnonzero(~np.isnan(box[:, 0]))
    middle = (box[rows, :2] + box[rows, 2:]) / 2
    low = middle.min(axis=0) if len(rows) else np.zeros(2)
    reach = max(float((middle.max(axis=0) - low).max()), 1e-9) if len(rows) else 1.0
    cell = ((middle - low) * (65535 / reach)).astype(np.uint32)
    rows = rows[np.argsort(hilbert(cell[:, 0], cell[:, 1]), kind="stable")]
    size = int(tree_size(len(rows)))
    leaf, skip = np.empty(size, np.int64), np.empty(size, np.int64)
    lay_out(len(rows), 0, leaf, skip)
    boxes = np.empty((size, 4))
    is_leaf = leaf >= 0
    boxes[is_leaf] = box[rows[leaf[is_leaf]]]
    enclose(0, size, leaf, skip, boxes)
    row = np.where(is_leaf, rows[leaf] if len(rows) else -1, -1)
    return boxes, row.astype(np.int64), skip
