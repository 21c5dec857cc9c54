// @ts-check
/** `pnpm chaos|kills --kills N [--seed S]`: the tests that kill programs by hand, for as many kills as one likes. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** By command: the tests, and what the names of their variables begin with. */
const tests = {
  chaos: { path: 'e2e/chaos', variables: 'CHAOS' },
  kills: { path: 'e2e/transfer/kills', variables: 'TRANSFER' },
};

const name = process.argv[2] === 'kills' ? 'kills' : 'chaos';
const USAGE = `usage: pnpm ${name} --kills N [--seed S]`;

/** @param {string | undefined} word @returns {string | undefined} */
function wholeNumber(word) {
  if (word === undefined || /^\d{1,10}$/.test(word)) return word;
  process.stderr.write(`"${word}" is no number – ${USAGE}\n`);
  process.exit(2);
}

/** @returns {{ kills?: string | undefined, seed?: string | undefined }} */
function readWords() {
  const words = process.argv.slice(3).filter((word) => word !== '--');
  try {
    return parseArgs({ args: words, options: { kills: { type: 'string' }, seed: { type: 'string' } } }).values;
  } catch {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
}

const words = readWords();
const { path, variables } = tests[name];
const seed = wholeNumber(words.seed);
const environment = {
  [`${variables}_KILLS`]: wholeNumber(words.kills) ?? '200',
  ...(seed === undefined ? {} : { [`${variables}_SEED`]: seed }),
};
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const run = spawn(process.execPath, [vitest, 'run', path], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env: { ...process.env, ...environment },
  stdio: 'inherit',
});
run.once('close', (code) => process.exit(code ?? 1));
