/**
 * Downloads that outlive their clients and those who send to them: `pnpm kills --kills N --seed S` runs this by hand, for
 * as long as one likes.
 */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { runKills } from './kills.js';

const KILLS = Number(process.env.TRANSFER_KILLS ?? 20);
const SEED = Number(process.env.TRANSFER_SEED ?? randomInt(2 ** 31));
/** A file takes a minute, a kill a second or two of it; the rest is for a machine that has other things to do. */
const TIMEOUT_MS = 180_000 + KILLS * 10_000;

const tell = (line: string) => process.stderr.write(`kills: ${line}\n`);

test(
  `${KILLS} kills, seed ${SEED}: every download ends with the file, and hardly anything is fetched twice`,
  async () => {
    tell(`pnpm kills --kills ${KILLS} --seed ${SEED}`);
    expect(await runKills({ kills: KILLS, seed: SEED, tell }), `seed ${SEED}`).toEqual([]);
  },
  TIMEOUT_MS,
);
