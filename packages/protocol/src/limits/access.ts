/** Bounds of who is let in: log-ins, passwords that are tried, grants, and the cluster's keys. */

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

/** Passwords that may wait before hashing pauses in between, ... */
export const PASSWORDS_AT_EASE = 16;

/** ... for so many times as long as a hash took: a flood of log-ins takes a quarter of a core, not all of it. */
export const PASSWORD_PAUSE = 3;

/** Of so many passwords hashed while both kinds wait one is a stranger's: users who are known to their device come first. */
export const KNOWN_PASSWORDS_PER_STRANGER = 4;

/**
 * Sessions of one user that are remembered: far more devices than anybody has. When one more is opened, one that is over
 * makes room, or else the one that was used the longest ago. All trackers of a cluster have to have the same bound.
 */
export const MAX_SESSIONS_PER_USER = 256;

/** When a session was last in use is noted no finer than this: an operation for every connection would tell nobody more. */
export const SESSION_SEEN_MS = 60 * 60 * 1_000;

/** A key that another one has followed is shown and accepted for so long: as long as anybody stays logged in. */
export const KEY_OVERLAP_MS = 90 * 24 * 60 * 60 * 1_000;

/** Successions of a cluster's key that are told at a time: more than anybody makes in {@link KEY_OVERLAP_MS}. */
export const MAX_SUCCESSIONS = 16;

/** The statement that one key follows another, as a JWT, is about 500 bytes. */
export const MAX_SUCCESSION_BYTES = 1_024;

/** Successions that a client remembers: a new key every month for twenty years. */
export const MAX_PINNED_SUCCESSIONS = 256;
