/** Every bound of the client's face, with its reason. Those of the wire are in `@p2p/protocol`. */

/** The longest command that makes sense (two paths and a name) is under 10 KiB; more is not worth holding. Bytes. */
export const MAX_LINE_BYTES = 64 * 1024;

/** Clients that may run beside one tracker_info.txt without naming a data directory. */
export const MAX_DEFAULT_DATA_DIRECTORIES = 1_000;

/** Node's timers hold 2^31 - 1 ms; longer waits are cut to this. Seconds. */
export const MAX_WAIT_SECONDS = 2_000_000;

/** A script's download without a verified block for this long fails, so that no script hangs. Seconds. */
export const DEFAULT_GIVE_UP_SECONDS = 60;

/** Progress of one download is told at most this often, so that a fast one doesn't drown the rest. Milliseconds. */
export const PROGRESS_INTERVAL_MS = 500;

/** Saying goodbye to trackers and peers may take this long; then the process leaves anyway. Milliseconds. */
export const CLOSE_TIMEOUT_MS = 5_000;

/** Lines that a person can have back with the arrow keys. */
export const HISTORY_LINES = 200;

/** Lines typed or pasted while a command runs; beyond it the terminal is not read until some have run. */
export const MAX_TYPED_AHEAD_LINES = 1_000;
