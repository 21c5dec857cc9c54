/** Bounds of what a client keeps for itself. */

/** Lines at once on shared files that have changed or vanished: with a disk unplugged there may be thousands of them. */
export const MAX_NOTICES_AT_ONCE = 10;
