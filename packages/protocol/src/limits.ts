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

/** A request with the longest names and passwords is under 8 KiB; the fullest announcement about 200 KiB. */
export const MAX_REQUEST_FRAME_BYTES = 256 * 1024;

/** A page of a list (see {@link LIST_PAGE_BYTES}) plus its last, longest row. */
export const MAX_REPLY_FRAME_BYTES = 1024 * 1024;

/** A batch of operations (see {@link SYNC_BATCH_BYTES}) plus the largest single one. */
export const MAX_SYNC_FRAME_BYTES = 4 * 1024 * 1024;

/** File bytes in one data frame: a run of this size keeps the cost per byte low. */
export const MAX_DATA_BYTES = 1024 * 1024;

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

/** Rows of a list are packed into a page up to about here: large enough to be quick, small enough to interleave. */
export const LIST_PAGE_BYTES = 256 * 1024;

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

/** A signed grant is under 1 KiB. */
export const MAX_GRANT_BYTES = 4_096;

/** A grant is good for this long and renewed at half of it: what a removed member can keep where no news reaches a sharer. */
export const GRANT_MS = 10 * 60 * 1_000;

/** Groups of which a downloader may show grants over one connection: far more than anybody fetches from at a time. */
export const MAX_GRANTS_PER_CONNECTION = 256;

/** Grants that a serving peer has reviewed in one question: a frame of some 130 KiB. */
export const MAX_REVIEWED_GRANTS = 256;

/** Ended sessions and memberships in one message to a sharer: in a frame of some 100 KiB. */
export const MAX_ENDED_PER_MESSAGE = 256;

/** Ends that a sharer remembers, each for a grant's life: more than log-ins, at one password hash each, could make in it. */
export const MAX_REMEMBERED_ENDS = 131_072;

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

/** An Ed25519 key or certificate in PEM is under 1 KiB; a larger file is something else. */
export const MAX_PEM_FILE_BYTES = 16 * 1024;

/** A presence lease outlives a tracker's death, so that sharers stay listed while they fail over. */
export const LEASE_MS = 15_000;

/** A tracker renews its own clients' leases at the others this often: three chances before one ends. */
export const LEASE_RENEWAL_MS = 5_000;

/** A session is good for this long after log-in: nobody types a password every week, and no token lasts for ever. */
export const SESSION_MS = 90 * 24 * 60 * 60 * 1_000;

/** Frames that one connection hands out before all others have had their turn: a flood holds nobody up for long. */
export const MAX_FRAMES_PER_TURN = 256;

/** Requests one client may have in flight; beyond it the tracker stops reading until some are answered. */
export const MAX_OUTSTANDING_REQUESTS = 256;

/** Links beyond this are more than any cluster here has; a bound for vectors and frames. */
export const MAX_TRACKERS = 16;

/** A vector names all incarnations there were: a new one every day for eleven years. 16 of them still fit a VEC. */
export const MAX_INCARNATIONS = 4_096;

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

/** Ranges in one request between peers: many small pieces at a time, in a frame of some 20 KiB. */
export const MAX_RANGES_PER_REQUEST = 1_024;

/** Piece hashes in one answer: 512 KiB, half of a frame between peers. */
export const MAX_LAYER_HASHES = 16 * 1024;

/** Files that one connection between peers may have open at a time: thousands of small ones without a wait each. */
export const MAX_CHANNELS = 4_096;

/** Requests for file bytes that one downloader may have waiting at a serving peer: far more than a link can hold. */
export const MAX_OUTSTANDING_BLOCKS = 1_024;

/** What a downloader has asked of one peer and not got: some 30 ms of a 1 Gbit/s link, so that the link stays busy. */
export const DOWNLOAD_CREDIT_BYTES = 4 * 1024 * 1024;

/** A piece that takes longer than this is asked of a second peer as well, once that one has nothing else to send. */
export const ASK_AGAIN_AFTER_MS = 3_000;

/** A peer that owes pieces and sends none of their bytes for this long: others are asked. A busy one takes turns. */
export const SILENT_PEER_AFTER_MS = 8_000;

/** Connections that a client serves at a time: each buffers at most one run of bytes. */
export const MAX_SERVED_CONNECTIONS = 200;

/** Source files that a client keeps open for reading; far below any system's bound on open files. */
export const MAX_OPEN_SOURCE_FILES = 64;

/** New pieces are announced to a downloader at most this often: seldom enough to cost nothing, soon enough to help. */
export const HAVE_INTERVAL_MS = 100;

/** TCP, TLS and the hello of a peer: a dead address must not hold a place among the links for long. */
export const PEER_DIAL_TIMEOUT_MS = 5_000;

/** Peers that a client is linked to, all its downloads together: each may have a credit of bytes on its way. */
export const MAX_PEER_LINKS = 64;

/** Peers that one download uses at a time; more add requests, not speed. */
export const MAX_LINKS_PER_DOWNLOAD = 16;

/** A link that no download uses is kept this long: the next file of the same peer spares a handshake. */
export const IDLE_LINK_MS = 10_000;

/** A downloader without an open channel is let go after this: three times as long as it keeps an unused link itself. */
export const IDLE_SERVED_CONNECTION_MS = 30_000;

/** A peer that doesn't send the hashes of a file's pieces for this long is passed over for the next. */
export const LAYER_TIMEOUT_MS = 10_000;

/** Downloads that run at a time; further ones are queued. Each holds an open file and a channel at each of its peers. */
export const MAX_RUNNING_DOWNLOADS = 256;

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

/** Accounts that a merge took one name from, tried at a log-in with that name: each costs a password hash. */
export const MAX_RENAMED_TRIED = 8;

/** Wrong passwords in a row for one account from one address, or one device that it knows, before no more are tried. */
export const MAX_FAILED_LOG_INS = 10;

/** Of so many wrong passwords the first must be at least this old before another one is tried: nobody is locked out longer. */
export const FAILED_LOG_INS_WINDOW_MS = 10 * 60 * 1_000;

/** Wrong passwords in that time from one address for all accounts together: a houseful of people who mistype, and no list of names. */
export const MAX_FAILED_LOG_INS_PER_ADDRESS = 500;

/** Accounts that one address may make in an hour: a school that starts on Monday. */
export const MAX_NEW_USERS_PER_ADDRESS = 1_000;
export const NEW_USERS_WINDOW_MS = 60 * 60 * 1_000;

/** Accounts and addresses of which failed log-ins are remembered: more than trackers can hash passwords in the time. */
export const MAX_REMEMBERED_LOG_INS = 262_144;

/** Addresses of which failed log-ins, and accounts made, are counted: beyond it the one that was quiet the longest is forgotten. */
export const MAX_COUNTED_ADDRESSES = 65_536;

/** What trackers tell each other of failed log-ins in one message: in a frame of some 300 KiB. */
export const MAX_ATTEMPTS_PER_MESSAGE = 1_000;

/** Log-ins and new accounts that wait for their password to be hashed: some ten seconds' worth. Beyond it, whoever has most waiting. */
export const MAX_WAITING_PASSWORDS = 1_024;

/** Of so many passwords hashed while both kinds wait one is a stranger's: users who are known to their device come first. */
export const KNOWN_PASSWORDS_PER_STRANGER = 4;

/** A file of the journal: large enough to be few, small enough to be copied or looked at. A new one is begun above this. */
export const JOURNAL_SEGMENT_BYTES = 64 * 1024 * 1024;

/** Operations in one group commit: thousands, and still milliseconds to write. What comes meanwhile is in the next one. */
export const JOURNAL_COMMIT_BYTES = 4 * 1024 * 1024;

/** How finely it is remembered where in the journal what is not folded begins: what is read at start in vain. */
export const JOURNAL_STRIDE_BYTES = 64 * 1024;

/** One record of a file on the disk: far above a group commit, and what a damaged length can make us hold. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Folded rows are collected up to about here, or for so long, before they are written: the journal has the same. */
export const FOLD_WRITE_BYTES = 1024 * 1024;
export const FOLD_WRITE_INTERVAL_MS = 1_000;

/** Changes behind the folded state that are read at start in well under a second: below it nothing is rewritten. */
export const MIN_REWRITE_BYTES = 64 * 1024 * 1024;

/** What an operator asks of a running tracker is done, or refused, by then: others are waited for 2.5 s at most. */
export const OPERATOR_PATIENCE_MS = 10_000;
