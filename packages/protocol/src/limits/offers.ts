/** Bounds of what peers offer to take from each other, and of what is on its way between them. */

/** What a serving peer may send ahead of what has come: at least a few blocks, and at most some 100 ms of a fast link. */
export const MIN_CREDIT_BYTES = 1024 * 1024;
export const MAX_CREDIT_BYTES = 8 * 1024 * 1024;

/** In between, as much as comes in this time: longer than any round trip, so that nobody waits for a credit. */
export const CREDIT_MS = 1_000;

/** What has come is told at most this often: at full speed several blocks come in between, and each word has its price. */
export const CREDIT_INTERVAL_MS = 5;

/** A peer that has begun a piece and sends nothing of it for this long: others are offered it. */
export const STALL_AFTER_MS = 3_000;

/** Pieces in a row that nobody asked a peer for: far more than cross with what takes them back. */
export const MAX_UNWANTED_PIECES = 64;

/** Pieces that a peer may begin and give up, for reasons of its own. */
export const MAX_GIVEN_UP_PIECES = 8;

/** Peers that send the same piece at once in the end game: the second may overtake, a third would only waste. */
export const MAX_SENDERS_PER_PIECE = 2;

/** What waits to be sent, in time: choices are made this much ahead, and a queue this long hardly ever runs empty. */
export const UPLOAD_QUEUE_MS = 20;

/** Bytes on their way to one downloader, or to all, at least: two blocks, so that even a slow line is never idle. */
export const MIN_FLIGHT_BYTES = 32 * 1024;

/** And at most: 16 ms of a 10 Gbit/s line; what waits in memory to be sent is bounded by it, too. */
export const MAX_FLIGHT_BYTES = 16 * 1024 * 1024;

/** Bytes on their way as long as it is not known how fast the line is: a piece, so that the first is not held up. */
export const START_FLIGHT_BYTES = 256 * 1024;

/** Bytes on their way to a downloader that has not acknowledged any yet. */
export const FIRST_FLIGHT_BYTES = 128 * 1024;

/** A downloader that acknowledges nothing for this long, and for several round trips: what it holds is not counted. */
export const STUCK_FLIGHT_MS = 1_000;

/** The same for one that has not acknowledged anything yet: many who take nothing must not hold up the others. */
export const STUCK_FIRST_FLIGHT_MS = 500;

/** Bytes in one data frame: small ones where the line is slow, so that each takes a fraction of the queue's time. */
export const MIN_BLOCK_BYTES = 16 * 1024;
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024;

/** From 128 Mbit/s on that arrive, a processor is as likely to be what holds blocks up as the line is. */
export const FAST_BYTES_PER_MS = 16_000;

/** What may be on its way then, in time: enough for two busy programs to take turns. */
export const FAST_QUEUE_MS = 200;
