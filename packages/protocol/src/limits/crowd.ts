/** Bounds of what a crowd may take of a server: connections, handshakes, time, memory, requests of strangers. */

/** Connections of a server: an idle one holds some 40 KiB. Beyond it the oldest one of those that are not logged in goes. */
export const MAX_CONNECTIONS = 20_000;

/** Open files that a tracker keeps for its journal, its links and itself where the system doesn't allow more. */
export const FILES_BESIDES_CONNECTIONS = 256;

/** Connections from one address (of IPv6 one /64): a house full of people behind one router. Not for this very machine. */
export const MAX_CONNECTIONS_PER_ADDRESS = 256;

/** Handshakes under way: each holds some 50 KiB. Beyond it the oldest one is given up; an honest one takes milliseconds. */
export const MAX_HANDSHAKES = 2_048;

/** TLS handshakes begun in one turn of the event loop: each costs some 2 ms of it. */
export const HANDSHAKES_PER_TURN = 2;

/** Handshakes that may come on at the same moment: those begun within so long that have not ended. Some 300 a second. */
export const HANDSHAKES_AT_ONCE = 8;
export const HANDSHAKE_CHANCE_MS = 25;

/** A handshake is begun by then, or the connection is closed: whoever dialled gives up soon after, and tries elsewhere. */
export const HANDSHAKE_WAIT_MS = 1_000;

/** Frames that one connection hands out before all others have had their turn: a flood holds nobody up for long. */
export const MAX_FRAMES_PER_TURN = 64;

/** Time for handling frames, all connections of a server together, before the event loop goes on to all else. */
export const TURN_MS = 2;

/** A frame is whole in this time after its first byte: the largest request at 9 KB a second. */
export const FRAME_TIMEOUT_MS = 30_000;

/** Bytes of frames that are not whole yet, all connections of a server together: the one that was begun first goes. */
export const MAX_HALF_RECEIVED_BYTES = 64 * 1024 * 1024;

/** Somebody who takes nothing of what is sent for this long is let go: a page in that time is 6 KB a second. */
export const TAKE_TIMEOUT_MS = 60_000;

/** Unsent bytes, all connections of a server together: whoever has taken nothing for the longest time goes. */
export const MAX_UNSENT_BYTES = 256 * 1024 * 1024;

/** Requests that a connection without a session may have in hand; it has no business that takes more. */
export const MAX_OUTSTANDING_STRANGER_REQUESTS = 16;

/** Requests of a connection without a session: so many at once, then so many a second. What is faster waits, unread. */
export const STRANGER_REQUESTS_AT_ONCE = 128;
export const STRANGER_REQUESTS_PER_SECOND = 20;
