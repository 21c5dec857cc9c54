// @ts-check
/** `pnpm kills --kills N [--seed S]`: the test of kills in the middle of transfers by hand, for as many as one likes. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = 'usage: pnpm kills --kills N [--seed S]';

/** @param {string | undefined} word @returns {string | undefined} */
function wholeNumber(word) {
  if (word === undefined || /^\d{1,10}$/.test(word)) return word;
  process.stderr.write(`"${word}" is no number – ${USAGE}\n`);
  process.exit(2);
}

/** @returns {{ kills?: string | undefined, seed?: string | undefined }} */
function readWords() {
  const words = process.argv.slice(2).filter((word) => word !== '--');
  try {
    return parseArgs({ args: words, options: { kills: { type: 'string' }, seed: { type: 'string' } } }).values;
  } catch {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
}

const words = readWords();
const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const seed = wholeNumber(words.seed);
const environment = {
  TRANSFER_KILLS: wholeNumber(words.kills) ?? '200',
  ...(seed === undefined ? {} : { TRANSFER_SEED: seed }),
};
const run = spawn(process.execPath, [vitest, 'run', 'e2e/transfer/kills'], {
  cwd: root,
  env: { ...process.env, ...environment },
  stdio: 'inherit',
});
run.once('close', (code) => process.exit(code ?? 1));
