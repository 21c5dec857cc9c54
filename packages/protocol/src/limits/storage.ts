/** Bounds of what trackers write to their disks. */

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
