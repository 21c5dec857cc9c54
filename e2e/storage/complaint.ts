/** What a tracker says when it can't serve: one clear line, and an exit code. */
import type { Program } from '@p2p/harness';
import { expect } from 'vitest';

/** Could not start. */
const EXIT_UNUSABLE = 2;

/** The one line of a tracker that doesn't start. */
export async function complaint(tracker: Program): Promise<string> {
  expect(await tracker.bounded(tracker.ended, 'waiting for its end'), tracker.transcript()).toBe(EXIT_UNUSABLE);
  expect(tracker.output.lines.filter((line) => line.includes('listening'))).toEqual([]);
  expect(tracker.errors.lines, tracker.transcript()).toHaveLength(1);
  return tracker.errors.lines.join();
}
