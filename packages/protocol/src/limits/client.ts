/** Bounds of what a client keeps for itself. */

/** Lines at once on shared files that have changed or vanished: with a disk unplugged there may be thousands of them. */
export const MAX_NOTICES_AT_ONCE = 10;

/** Downloads that have ended and are still listed after a restart; the oldest are forgotten first. */
export const MAX_ENDED_DOWNLOADS = 10_000;

/** Verified pieces wait this long until they are remembered: with the flush that is within half a second. */
export const REMEMBER_PIECES_AFTER_MS = 400;

/** Runs of pieces of which it is remembered who had them last, written every half second: enough for a person who asks. */
export const MAX_HELD_RUNS = 64;

/** Files that were shared until lately and are not hashed again where they come back unchanged, as long as the client runs. */
export const MAX_FORMER_SHARES = 1_000;
