/** Bounds of finding out who can be dialled, and of asking those who can't to dial. */

/** A tracker dials the address that a client announces; who has not shown its key there by then can't be reached. */
export const REACH_CHECK_TIMEOUT_MS = 5_000;

/** Addresses that a tracker dials at a time: each holds a socket, and those where nobody answers hold it to the end. */
export const MAX_REACH_CHECKS = 16;

/** From one of them to the next at the least: each costs some 2 ms, and thousands of clients may come over at once. */
export const REACH_CHECK_GAP_MS = 20;

/** Addresses that wait to be dialled: all clients of a large tracker that has died. Beyond it they stay unknown. */
export const MAX_WAITING_REACH_CHECKS = 8_192;

/** In this time a tracker dials back one device so often, whatever it announces; then what was found before counts. */
export const REACH_CHECKS_WINDOW_MS = 10 * 60 * 1_000;
export const MAX_REACH_CHECKS_PER_DEVICE = 6;

/** In the same time for all devices of one user: nobody gets many by having many devices. */
export const MAX_REACH_CHECKS_PER_USER = 60;

/** In the same time at one address, of IPv6 one /64: no crowd of users makes a tracker knock at one place for long. */
export const MAX_REACH_CHECKS_PER_ADDRESS = 300;

/** Devices, users and addresses of which this is remembered; beyond it the one that was quiet the longest is forgotten. */
export const MAX_REMEMBERED_REACH = 65_536;

/** A device that can't be reached is dialled again after this: somebody may have opened the port. */
export const REACH_RECHECK_MS = 10 * 60 * 1_000;

/** In this time one device may ask so often that others dial it: as many as it is linked to, twice. */
export const DIAL_REQUESTS_WINDOW_MS = 60 * 1_000;
export const MAX_DIAL_REQUESTS_PER_DEVICE = 128;

/** In the same time one sharer is asked so often: as many as it serves. */
export const MAX_DIAL_REQUESTS_PER_SHARER = 200;

/** Devices of which this is counted: more than are connected to a tracker. */
export const MAX_COUNTED_DIAL_REQUESTS = 65_536;

/** Downloaders that a sharer dials at a time because they have asked for it: where nobody answers it takes seconds. */
export const MAX_DIALS_FOR_OTHERS = 16;

/** A sharer that was asked to dial has done so by then: its own time for dialling, and the way over two trackers. */
export const DIAL_REQUEST_TIMEOUT_MS = 8_000;
