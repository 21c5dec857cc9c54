/**
 * Every bound of the wire, with its reason. A bound that is not here does not exist: code that needs one adds it
 * here first. Sizes are bytes, times milliseconds, unless the name says otherwise.
 */

export * from './limits/access.js';
export * from './limits/client.js';
export * from './limits/crowd.js';
export * from './limits/offers.js';
export * from './limits/reach.js';
export * from './limits/storage.js';
export * from './limits/swarm.js';

/** Raised when a message changes so that an older program could misread it. */
export const PROTOCOL_VERSION = 1;

/** Bytes of the length prefix in front of every frame. */
export const FRAME_HEADER_BYTES = 4;

/** A hello is under 1 KiB; a stranger never makes us hold more than this. */
export const MAX_HELLO_FRAME_BYTES = 8 * 1024;

/** A request with the longest names and passwords is under 8 KiB; the fullest announcement about 200 KiB. */
export const MAX_REQUEST_FRAME_BYTES = 256 * 1024;

/** A page of a list (see {@link LIST_PAGE_BYTES}) plus its last, longest row. */
export const MAX_REPLY_FRAME_BYTES = 1024 * 1024;

/** A batch of operations (see {@link SYNC_BATCH_BYTES}) plus the largest single one. */
export const MAX_SYNC_FRAME_BYTES = 4 * 1024 * 1024;

/** File bytes in one data frame: a whole piece of a large file, since each frame and each piece has its price. */
export const MAX_DATA_BYTES = 2 * 1024 * 1024;

/** One run of file bytes and its header; control messages between peers stay far below. */
export const MAX_PEER_FRAME_BYTES = MAX_DATA_BYTES + 64;

/** Request ids, and the numbers of channels and requests between peers: what 4 bytes hold, as in a data frame. */
export const MAX_REQUEST_NUMBER = 0xffff_ffff;

/** Our deepest message nests 5 containers; beyond this a message is refused before anything is built from it. */
export const MAX_MESSAGE_DEPTH = 16;

/**
 * Values in a request of a client, or of one who downloads: keys count too, a byte string as sixteen. The fullest
 * announcement has some 6,000. Without this bound a small frame would be a long message.
 */
export const MAX_REQUEST_VALUES = 8_192;

/** Values in a message to a client: a page of one-letter names takes two bytes for each, and its last row a thousand. */
export const MAX_REPLY_VALUES = 133_072;

/** Values in a message between trackers: a slice of rows with a vector of every incarnation for each of 16 slots. */
export const MAX_SYNC_VALUES = 196_608;

/** Values in an operation: a greeting that names every incarnation there ever was, twice. */
export const MAX_OPERATION_VALUES = 8_256;

/**
 * Rows of a list are put into a page up to about here, as if all text were ASCII: large enough to be quick, small enough
 * to cost a few milliseconds.
 */
export const LIST_PAGE_BYTES = 128 * 1024;

/** Operations are packed into a SYNC message up to about here: hundreds at a time, and some 10 ms to take them. */
export const SYNC_BATCH_BYTES = 256 * 1024;

/** Files in one announcement; a client with more sends several. */
export const MAX_ANNOUNCED_FILES = 1_000;

/** Peers named in one answer; a random choice of this size already spans a swarm. */
export const MAX_PEERS_PER_REPLY = 200;

/** Users and groups: long enough for any real name, short enough for a terminal line. Unicode code points. */
export const MAX_NAME_CODE_POINTS = 64;

/** What ext4, APFS and NTFS allow for one path component. Bytes of UTF-8. */
export const MAX_FILE_NAME_BYTES = 255;

/** What follows a name's last dot is an extension up to this length, so that the suffix of a merge fits before it. */
export const MAX_EXTENSION_CODE_POINTS = 32;

/** NIST SP 800-63B's lower bound; the upper one keeps hashing a bounded cost. Bytes of UTF-8. */
export const MIN_PASSWORD_BYTES = 8;
export const MAX_PASSWORD_BYTES = 1_024;

/** An argon2id PHC string is about 100 bytes. */
export const MAX_CREDENTIAL_BYTES = 512;

/** DNS allows 253; an IPv6 address with a zone is shorter. */
export const MAX_HOST_BYTES = 255;

/** A sentence for the operator on why a link between trackers is refused. */
export const MAX_REFUSAL_DETAIL_BYTES = 1_000;

/** A refusal is a sentence, with two names in it at most; a tracker can't fill a person's screen. UTF-16 units. */
export const MAX_ERROR_MESSAGE_UNITS = 2_000;

/** A session token: 256 random bits can't be guessed. */
export const TOKEN_BYTES = 32;

/** A connection that has not finished TLS and its hello by then is closed: strangers hold no sockets. */
export const HELLO_TIMEOUT_MS = 10_000;

/** A client pings its tracker, and linked trackers each other, this often, so that a hung process is noticed. */
export const PING_INTERVAL_MS = 1_000;

/** Nothing at all heard for this long: the other side is gone. Two lost pings and some noise. */
export const SILENCE_TIMEOUT_MS = 2_500;

/** Above this much unsent, whoever sends in bulk waits; one frame between peers keeps a fast link busy meanwhile. */
export const SEND_HIGH_WATER_BYTES = 1024 * 1024;

/** Below this much unsent, sending goes on: enough that the link doesn't run dry before the sender wakes up. */
export const SEND_LOW_WATER_BYTES = 256 * 1024;

/** While closing, the other side may take nothing of the rest for this long before the connection is cut. */
export const CLOSE_TIMEOUT_MS = 2_000;

/** First wait before dialling again: a restarted program is back quickly. */
export const FIRST_RETRY_DELAY_MS = 100;

/** Longest wait before dialling again: cheap enough to go on for ever, short enough that nobody waits for it. */
export const MAX_RETRY_DELAY_MS = 5_000;

/** An Ed25519 key in PEM is 119 bytes, and a cluster's file holds 17 of them at most; a larger file is something else. */
export const MAX_PEM_FILE_BYTES = 16 * 1024;

/** A presence lease outlives a tracker's death, so that sharers stay listed while they fail over. */
export const LEASE_MS = 15_000;

/** A tracker renews its own clients' leases at the others this often: three chances before one ends. */
export const LEASE_RENEWAL_MS = 5_000;

/** A session is good for this long after log-in: nobody types a password every week, and no token lasts for ever. */
export const SESSION_MS = 90 * 24 * 60 * 60 * 1_000;

/** Requests one client may have in flight; beyond it the tracker stops reading until some are answered. */
export const MAX_OUTSTANDING_REQUESTS = 256;

/** Links beyond this are more than any cluster here has; a bound for vectors and frames. */
export const MAX_TRACKERS = 16;

/** A vector names all incarnations there were: a new one every day for eleven years. 16 of them still fit a VEC. */
export const MAX_INCARNATIONS = 4_096;

/** TCP and TLS to a tracker: a hung one must not keep a client, or another tracker, waiting. */
export const TRACKER_DIAL_TIMEOUT_MS = 1_500;

/**
 * A starting tracker serves clients when it has what the others have, or none answers. One that answers and never gets
 * done with it holds it up no longer than this.
 */
export const STARTUP_CATCH_UP_MS = 60_000;

/** Presence changes, counted in files, that go into one message between trackers: well under a frame. */
export const PRESENCE_BATCH_FILES = 5_000;

/** A client that does not take what is pushed to it: beyond this many unsent bytes it is let go. */
export const MAX_CLIENT_BACKLOG_BYTES = 16 * 1024 * 1024;

/** A downloader that does not take what it asked for: beyond this many unsent bytes it is let go. Data waits at 1 MiB. */
export const MAX_DOWNLOADER_BACKLOG_BYTES = 4 * 1024 * 1024;

/** Trackers whose clocks differ by more would not mean the same by earlier and later. */
export const MAX_CLOCK_SKEW_MS = 60_000;

/** Owners of one group: all of them stand in one row of `list_groups`, which has to fit a frame. */
export const MAX_GROUP_OWNERS = 1_000;

/** Outcomes of a device's last requests, by its counter, that are remembered: eight times what it may have under way. */
export const OUTCOME_WINDOW = 2_048;

/** Digests of this many final operations are remembered, to be compared with what other trackers come to. */
export const REMEMBERED_DIGESTS = 4_096;

/** Final operations that are folded in one step: well under 10 ms, so that nobody waits for it. */
export const FOLD_SLICE_OPERATIONS = 256;

/** Rows of the folded state in one write when it is written anew: some 10 ms; nothing is folded until it is done. */
export const REWRITE_SLICE_ROWS = 8_192;

/** Rows of a snapshot in one message: well under 10 ms, and well under a frame. */
export const SNAPSHOT_SLICE_ROWS = 2_048;

/** What an operator asks of a running tracker is done, or refused, by then: others are waited for 2.5 s at most. */
export const OPERATOR_PATIENCE_MS = 10_000;
