/** Times of trackers as everybody reads them. */

/** The last moment that a Date can be, ms. A tracker's clock may say anything. */
const LAST_DATE_MS = 8_640_000_000_000_000;

/** ISO 8601, UTC. */
export function isoTime(timeMs: number): string {
  return new Date(Math.min(timeMs, LAST_DATE_MS)).toISOString();
}
