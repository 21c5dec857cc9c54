/**
 * Nothing acknowledged is lost, whatever happens to the trackers. `pnpm chaos --kills N --seed S` runs this by hand,
 * for as long as one likes; see docs/OPERATIONS.md for what the trackers say meanwhile.
 */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { runChaos } from './chaos.js';

const KILLS = Number(process.env.CHAOS_KILLS ?? 20);
const SEED = Number(process.env.CHAOS_SEED ?? randomInt(2 ** 31));
/** A fault with all its waiting takes a few seconds; the rest is for the beginning, and for the counting. */
const TIMEOUT_MS = 120_000 + KILLS * 10_000;

const tell = (line: string) => process.stderr.write(`chaos: ${line}\n`);

test(
  `${KILLS} kills, seed ${SEED}: everything acknowledged is there`,
  async () => {
    tell(`pnpm chaos --kills ${KILLS} --seed ${SEED}`);
    const { violations, summary } = await runChaos({ kills: KILLS, seed: SEED, tell });
    tell(summary);
    expect(violations, `seed ${SEED}`).toEqual([]);
  },
  TIMEOUT_MS,
);
