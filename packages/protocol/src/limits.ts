/**
 * Every bound of the wire, with its reason. A bound that is not here does not exist: code that needs one adds it
 * here first. Sizes are bytes, times milliseconds, unless the name says otherwise.
 */

/** Raised when a message changes so that an older program could misread it. */
export const PROTOCOL_VERSION = 1;

/** Bytes of the length prefix in front of every frame. */
export const FRAME_HEADER_BYTES = 4;

/** A hello is under 1 KiB; a stranger never makes us hold more than this. */
export const MAX_HELLO_FRAME_BYTES = 8 * 1024;

/** A request with the longest names and passwords is under 8 KiB; a full page of announcements about 90 KiB. */
export const MAX_REQUEST_FRAME_BYTES = 256 * 1024;

/** A page of a list (see {@link LIST_PAGE_BYTES}) plus its last, longest row. */
export const MAX_REPLY_FRAME_BYTES = 1024 * 1024;

/** A batch of operations (see {@link SYNC_BATCH_BYTES}) plus the largest single one. */
export const MAX_SYNC_FRAME_BYTES = 4 * 1024 * 1024;

/** One run of file bytes and its header; control messages between peers stay far below. */
export const MAX_PEER_FRAME_BYTES = 1024 * 1024 + 64;

/** Rows of a list are packed into a page up to about here: large enough to be quick, small enough to interleave. */
export const LIST_PAGE_BYTES = 256 * 1024;

/** Operations are packed into a SYNC message up to about here. */
export const SYNC_BATCH_BYTES = 1024 * 1024;

/** Files in one announcement; a client with more sends several. */
export const MAX_ANNOUNCED_FILES = 1_000;

/** Peers named in one answer; a random choice of this size already spans a swarm. */
export const MAX_PEERS_PER_REPLY = 200;

/** Users and groups: long enough for any real name, short enough for a terminal line. Unicode code points. */
export const MAX_NAME_CODE_POINTS = 64;

/** What ext4, APFS and NTFS allow for one path component. Bytes of UTF-8. */
export const MAX_FILE_NAME_BYTES = 255;

/** NIST SP 800-63B's lower bound; the upper one keeps hashing a bounded cost. Bytes of UTF-8. */
export const MIN_PASSWORD_BYTES = 8;
export const MAX_PASSWORD_BYTES = 1_024;

/** An argon2id PHC string is about 100 bytes. */
export const MAX_CREDENTIAL_BYTES = 512;

/** DNS allows 253; an IPv6 address with a zone is shorter. */
export const MAX_HOST_BYTES = 255;

/** A session token: 256 random bits can't be guessed. */
export const TOKEN_BYTES = 32;

/** A connection that has not finished TLS and its hello by then is closed: strangers hold no sockets. */
export const HELLO_TIMEOUT_MS = 10_000;

/** Both ends ping this often when nothing else is said, so that a hung process is noticed. */
export const PING_INTERVAL_MS = 1_000;

/** Nothing at all heard for this long: the other side is gone. Two lost pings and some noise. */
export const SILENCE_TIMEOUT_MS = 2_500;

/** A presence lease outlives a tracker's death, so that sharers stay listed while they fail over. */
export const LEASE_MS = 15_000;

/** A tracker renews its own clients' leases at the others this often: three chances before one ends. */
export const LEASE_RENEWAL_MS = 5_000;

/** A session is good for this long after log-in. */
export const SESSION_MS = 90 * 24 * 60 * 60 * 1_000;

/** How long an answer waits for a linked tracker's acknowledgement before it says `replicated: false`. */
export const REPLICATION_WAIT_MS = 2_000;

/** Requests one client may have in flight; beyond it the tracker stops reading until some are answered. */
export const MAX_OUTSTANDING_REQUESTS = 256;

/** Links beyond this are more than any cluster here has; a bound for vectors and frames. */
export const MAX_TRACKERS = 16;

/** A vector names current and former incarnations; restarts in a cluster's life stay far below. */
export const MAX_INCARNATIONS = 100_000;

/** BEP 52: the Merkle tree's leaves. */
export const LEAF_BYTES = 16 * 1024;

/** Piece lengths: powers of two between these, so that a file has at most about 65,536 pieces up to 1 TiB. */
export const MIN_PIECE_BYTES = 256 * 1024;
export const MAX_PIECE_BYTES = 16 * 1024 * 1024;

/** 2^53 - 1 would be the number type's bound; a petabyte is beyond any file here. */
export const MAX_FILE_BYTES = 2 ** 50;

/** Ranges in one request between peers. */
export const MAX_RANGES_PER_REQUEST = 1_024;

/** Piece hashes in one answer: 512 KiB. */
export const MAX_LAYER_HASHES = 16 * 1024;

/** Files one connection between peers may have open at a time. */
export const MAX_CHANNELS = 4_096;

/** Requests for file bytes that one downloader may have waiting at a serving peer. */
export const MAX_OUTSTANDING_BLOCKS = 1_024;
