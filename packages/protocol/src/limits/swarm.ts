/** Bounds of files and of what peers have under way with each other. */

/** The Merkle tree's leaves, as BEP 52 has them: then any BitTorrent v2 tool computes the same root. */
export const LEAF_BYTES = 16 * 1024;

/** Piece lengths: powers of two between these, so that a file has at most about 65,536 pieces up to 1 TiB. */
export const MIN_PIECE_BYTES = 256 * 1024;
export const MAX_PIECE_BYTES = 16 * 1024 * 1024;

/** 128 TiB: the bitfield of its 2^23 pieces still fits one frame between peers; ext4 ends at 16 TiB. */
export const MAX_FILE_BYTES = 2 ** 47;

/** Those of the largest file in the largest pieces; nobody may cut a file finer and make others hold its hashes. */
export const MAX_PIECES = 2 ** 23;

/** Pieces in one announcement between peers: all of an ordinary file. */
export const MAX_PIECES_PER_HAVE = 65_536;

/** Runs of pieces in one list of an offer, of which it has three: together well within a request's values. */
export const MAX_RUNS_PER_OFFER = 512;

/** Piece hashes in one answer: 512 KiB, half of a frame between peers. */
export const MAX_LAYER_HASHES = 16 * 1024;

/** Files that one connection between peers may have open at a time: thousands of small ones without a wait each. */
export const MAX_CHANNELS = 4_096;

/**
 * Pieces of all files that one connection has open, together: what a downloader would take is kept for each, in a few
 * bits a piece. 2 TiB of ordinary files.
 */
export const MAX_OPEN_PIECES = 2 ** 23;

/** Blocks of files that a client reads at a time to send them: a disk has enough to put in order, memory stays free. */
export const MAX_UPLOAD_READS = 8;

/** What one downloader's connection holds of files, read and not yet taken: beyond it nothing is read for it. */
export const MAX_UPLOAD_BACKLOG_BYTES = 4 * 1024 * 1024;

/** How often it is looked whether something may be sent by now, apart from everything that says so. */
export const UPLOAD_REVIEW_MS = 250;

/** Connections that a client serves at a time: each buffers at most one run of bytes. */
export const MAX_SERVED_CONNECTIONS = 200;

/** Of them from one address, of IPv6 one /64, but for this very machine: a few households behind one router. */
export const MAX_SERVED_CONNECTIONS_PER_ADDRESS = 64;

/** Of them with one device: it needs one, and a few while it dials again. For one more its oldest is closed. */
export const MAX_SERVED_CONNECTIONS_PER_DEVICE = 4;

/** Pieces that have come and are not on their way to the disk yet: beyond it no peer is read from until it is half of it. */
export const MAX_UNKEPT_BYTES = 8 * 1024 * 1024;

/** Memory for pieces and blocks that is kept for the next ones, though nobody needs it now: what fast peers have under way. */
export const MAX_IDLE_BUFFER_BYTES = 16 * 1024 * 1024;

/** Source files that a client keeps open for reading; far below any system's bound on open files. */
export const MAX_OPEN_SOURCE_FILES = 64;

/** New pieces are announced to a downloader at most this often: it asks those who have few before those who have all. */
export const HAVE_INTERVAL_MS = 50;

/** TCP, TLS and the hello of a peer: a dead address must not hold a place among the links for long. */
export const PEER_DIAL_TIMEOUT_MS = 5_000;

/** Peers that a client is linked to, all its downloads together: each may have a piece in the making here. */
export const MAX_PEER_LINKS = 64;

/** Peers that one download uses at a time: what one has got is soon with all, and more would only cost more messages. */
export const MAX_LINKS_PER_DOWNLOAD = 16;

/** Of them those with the whole file that are linked before chance decides: not everybody hangs on the first sharer. */
export const COMPLETE_PEERS_FIRST = 4;

/** A link that no download uses is kept this long: the next file of the same peer spares a handshake. */
export const IDLE_LINK_MS = 10_000;

/** A downloader without an open channel is let go after this: three times as long as it keeps an unused link itself. */
export const IDLE_SERVED_CONNECTION_MS = 30_000;

/** A peer that doesn't send the hashes of a file's pieces for this long is passed over for the next. */
export const LAYER_TIMEOUT_MS = 10_000;

/** Downloads that run at a time; further ones are queued. Each holds an open file and a channel at each of its peers. */
export const MAX_RUNNING_DOWNLOADS = 256;
