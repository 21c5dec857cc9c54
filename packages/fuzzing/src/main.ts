/**
 * `pnpm fuzz [target …] [--executions N] [--seed S] [--seconds S] [--workers W] [--tiny]`: runs the targets that are named, or
 * all of them, each as often as it says itself, or N times; stops each after S seconds. `--tiny` is a hundredth of it.
 * `--grow` looks for inputs that lead where none has led, a minute or S seconds for each target, and keeps them.
 * `--execution N` runs one execution again, `--replay FILE` a kept input, both in this thread and with the whole error.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { corpusFolder, withTargets } from './bundle.js';
import { Corpus } from './corpus.js';
import { loadProgram, type Program } from './program.js';
import { tableOf, together } from './report.js';
import { grow } from './run/grow.js';
import type { RangeResult } from './run/range.js';
import { runOnWorkers } from './run/workers.js';
import type { Target } from './target.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    executions: { type: 'string' },
    execution: { type: 'string' },
    replay: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    tiny: { type: 'boolean', default: false },
    grow: { type: 'boolean', default: false },
  },
});

const TINY = 0.01;
const GROW_SECONDS = 60;

const corpus = new Corpus(corpusFolder);
const seed = countOf('seed');

function countOf(name: 'executions' | 'execution' | 'seed' | 'seconds' | 'workers', fallback = 0): number {
  const count = Number(values[name] ?? fallback);
  if (!Number.isInteger(count) || count < 0) throw new Error(`--${name} wants a whole number`);
  return count;
}

function chosen(targets: readonly Target[]): Target[] {
  const unknown = positionals.find((name) => !targets.some((target) => target.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no target ${unknown}; there are ${targets.map(({ name }) => name).join(', ')}`);
  return targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
}

async function fuzz(program: URL, all: readonly Target[]): Promise<number> {
  const targets = chosen(all);
  const results = new Map<string, RangeResult[]>(targets.map(({ name }) => [name, []]));
  const workers = Math.max(1, countOf('workers'));
  process.stdout.write(`seed ${seed}, ${workers} workers\n`);
  const shares = targets.map(({ name, executions }) => ({
    target: name,
    from: 0,
    to: countOf('executions', values.tiny ? Math.ceil(executions * TINY) : executions),
    seconds: values.seconds === undefined ? Number.POSITIVE_INFINITY : countOf('seconds'),
    kept: corpus.inputsOf(name).map(({ bytes }) => bytes),
  }));
  const done = (result: RangeResult) => {
    const shared = results.get(result.target) ?? [];
    shared.push(result);
    if (shared.length === workers) process.stderr.write(`${result.target} …\n`);
  };
  await runOnWorkers({ program, seed, workers, shares, done });
  const finished = [...results.values()].filter((shared) => shared.length > 0).map(together);
  process.stdout.write(tableOf(finished, targets));
  for (const result of finished) tellFinds(result);
  return finished.length === targets.length && finished.every(({ finds }) => finds.length === 0) ? 0 : 1;
}

function tellFinds({ finds }: RangeResult): void {
  for (const { target, execution, fault, input } of finds) {
    const kept = input.length > 0 ? corpus.keepFind(target, input, fault) : undefined;
    process.stdout.write(`\n${target}, execution ${execution}: ${fault}\n`);
    process.stdout.write(`again: pnpm fuzz ${target} --seed ${seed} --execution ${execution}\n`);
    if (kept !== undefined) process.stdout.write(`or:    pnpm fuzz ${target} --replay ${kept}\n`);
  }
}

/** One input, in this thread. */
async function again({ execute, inputOf }: Program, target: Target): Promise<number> {
  const kept = corpus.inputsOf(target.name).map(({ bytes }) => bytes);
  const input =
    values.replay === undefined
      ? inputOf({ target, kept, seed }, countOf('execution'))
      : new Uint8Array(readFileSync(values.replay));
  process.stdout.write(`${input.length} bytes: ${Buffer.from(input.subarray(0, 400)).toString('hex')}\n`);
  const { fault, isAccepted, ms } = await execute(target, input);
  process.stdout.write(`${ms.toFixed(1)} ms, ${fault ?? (isAccepted ? 'accepted' : 'refused')}\n`);
  return fault === undefined ? 0 : 1;
}

async function growAll(program: Program): Promise<number> {
  for (const target of chosen(program.targets)) {
    const kept = corpus.inputsOf(target.name).map(({ bytes }) => bytes);
    const grown = await grow(program, { target, kept, seed }, countOf('seconds', GROW_SECONDS));
    for (const input of grown) corpus.keep(target.name, input);
    process.stdout.write(`${target.name}: ${grown.length} kept\n`);
  }
  return 0;
}

process.setSourceMapsEnabled(true);
process.exitCode = await withTargets(async (url) => {
  const program = await loadProgram(url);
  if (values.grow) return growAll(program);
  if (values.execution === undefined && values.replay === undefined) return fuzz(url, program.targets);
  const [target, ...others] = chosen(program.targets);
  if (target === undefined || others.length > 0) throw new Error('which target? name one');
  return again(program, target);
});
