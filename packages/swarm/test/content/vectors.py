"""Makes the constants of root-vectors.ts: pieces roots and piece layers, worked out from the definition.

Written from BEP 52 ("pieces root", "piece layers") alone, top down and recursively, with nothing in common with the
code under test, which works bottom up. Run it with any Python 3:

    python3 vectors.py

Where the Python binding of libtorrent is installed (Debian: python3-libtorrent, run it with /usr/bin/python3), each
vector is also held against what libtorrent's create_torrent puts into a v2 torrent, and a difference ends the
program. Content: byte i is (7 i + floor(i / 2^8) + 11 floor(i / 2^16)) mod 256, so that no two blocks are alike.
"""

import functools
import hashlib
import json
import os
import sys
import tempfile

LEAF = 16 * 1024
KIB = 1024
MIB = 1024 * KIB


def sha256(data):
    return hashlib.sha256(data).digest()


def content(size):
    return bytes((7 * i + (i >> 8) + 11 * (i >> 16)) & 0xFF for i in range(size))


def height_over(leaves):
    """Least height of a balanced tree over so many leaves."""
    return 0 if leaves <= 1 else 1 + height_over((leaves + 1) // 2)


def leaf_count(size):
    return (size + LEAF - 1) // LEAF


def node(leaf_hash, leaves, height, index):
    """Hash of node `index` of the layer `height` above the leaves."""
    if height == 0:
        return leaf_hash(index) if index < leaves else bytes(32)
    return sha256(node(leaf_hash, leaves, height - 1, 2 * index) + node(leaf_hash, leaves, height - 1, 2 * index + 1))


def tree(data, piece_length):
    """(pieces root, piece layer) of a file that is not empty."""
    leaves = leaf_count(len(data))
    leaf_hash = lambda index: sha256(data[index * LEAF : (index + 1) * LEAF])
    root = node(leaf_hash, leaves, height_over(leaves), 0)
    if len(data) <= piece_length:
        return root, []
    piece_height = height_over(piece_length // LEAF)
    pieces = (len(data) + piece_length - 1) // piece_length
    return root, [node(leaf_hash, leaves, piece_height, index) for index in range(pieces)]


def root_of_zeros(size):
    """Pieces root of a file of zero bytes; full subtrees are all alike and are worked out once."""
    leaves = leaf_count(size)
    last = size - (leaves - 1) * LEAF

    @functools.lru_cache(maxsize=None)
    def full(height):
        return sha256(bytes(LEAF)) if height == 0 else sha256(full(height - 1) * 2)

    def part(height, index):
        first, end = index << height, (index + 1) << height
        if end < leaves:
            return full(height)
        if height == 0:
            return sha256(bytes(last)) if first < leaves else bytes(32)
        return sha256(part(height - 1, 2 * index) + part(height - 1, 2 * index + 1))

    return part(height_over(leaves), 0)


def by_libtorrent(data, piece_length):
    import libtorrent

    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "file"), "wb") as file:
            file.write(data)
        storage = libtorrent.file_storage()
        storage.add_file("file", len(data))
        torrent = libtorrent.create_torrent(storage, piece_length, libtorrent.create_torrent.v2_only)
        libtorrent.set_piece_hashes(torrent, folder)
        made = torrent.generate()
    root = made[b"info"][b"file tree"][b"file"][b""][b"pieces root"]
    layer = made.get(b"piece layers", {}).get(root, b"")
    return root, [layer[at : at + 32] for at in range(0, len(layer), 32)]


def main():
    try:
        import libtorrent
    except ImportError:
        libtorrent = None
    cuts = [(size, 256 * KIB) for size in (1, 16383, 16384, 16385, 256 * KIB, 256 * KIB + 1, 3 * MIB + 5)]
    cuts += [(3 * MIB + 5, 1 * MIB), (3 * MIB + 5, 16 * KIB * 2)]
    vectors = []
    for size, piece_length in cuts:
        data = content(size)
        root, layer = tree(data, piece_length)
        if libtorrent and by_libtorrent(data, piece_length) != (root, layer):
            sys.exit(f"libtorrent differs for {size} bytes in pieces of {piece_length}")
        # The layer itself would fill the page: its own SHA-256 stands for it.
        digest = sha256(b"".join(layer)).hex()
        vectors.append({"bytes": size, "pieceLength": piece_length, "root": root.hex(), "layerSha256": digest})
    print(json.dumps(vectors, indent=2))
    print(json.dumps({"bytes": 4 * 1024 * MIB + 1, "rootOfZeros": root_of_zeros(4 * 1024 * MIB + 1).hex()}))
    print(f"agreed with libtorrent {libtorrent.__version__}" if libtorrent else "libtorrent is not here", file=sys.stderr)


if __name__ == "__main__":
    main()
