/** The table of mutations, each with the first seed that catches it; and how it gets into docs/TESTING.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Failure } from '../seed-run.js';
import { runOnWorkers } from '../workers.js';
import { root, withEdits } from './bundle.js';
import { type Mutation, mutations } from './mutations.js';

/** Seeds after which a mutation counts as not caught. */
const MAX_SEEDS = 20_000;
const NOT_CAUGHT = `**none of ${MAX_SEEDS}**`;
const BEGIN = '<!-- mutations: written by pnpm simulate --mutations --write -->';
const END = '<!-- end of mutations -->';

export interface ShowOptions {
  readonly write: boolean;
  /** Those whose name contains this. */
  readonly only: string | undefined;
}

/** Exit code: 1 where one was not caught. */
export async function showMutations({ write, only }: ShowOptions): Promise<number> {
  const chosen = mutations.filter(({ name }) => only === undefined || name.includes(only));
  const rows: string[] = [];
  let missed = 0;
  for (const mutation of chosen) {
    const row = await rowOf(mutation).catch((error: Error) => error);
    if (row instanceof Error) {
      missed += 1;
      process.stdout.write(`${mutation.name}: ${row.message}\n`);
      continue;
    }
    if (row.includes(NOT_CAUGHT)) missed += 1;
    process.stdout.write(`${row}\n`);
    rows.push(row);
  }
  if (write && missed === 0 && only === undefined) await writeTable(rows);
  return missed === 0 && chosen.length > 0 ? 0 : 1;
}

async function firstFailure({ edits, schedule }: Mutation): Promise<Failure | undefined> {
  const range = { first: 1, count: MAX_SEEDS, schedule, trace: false };
  const { failures } = await withEdits(edits, (program) => runOnWorkers(program, range, availableParallelism()));
  return failures[0];
}

async function rowOf(mutation: Mutation): Promise<string> {
  const failure = await firstFailure(mutation);
  const of = mutation.schedule === undefined ? '' : ` of ${mutation.schedule}`;
  const seed = failure === undefined ? NOT_CAUGHT : `${failure.seed}${of}`;
  const rule = failure?.message.split(':')[0] ?? '';
  return `| ${mutation.name} | ${mutation.why} | ${seed} | ${rule} |`;
}

async function writeTable(rows: readonly string[]): Promise<void> {
  const path = join(root, 'docs/TESTING.md');
  const page = await readFile(path, 'utf8');
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]];
  if (before === undefined || after === undefined) throw new Error('docs/TESTING.md has no place for the table');
  const head = ['| Mutation | What then happens | First seed | Caught as |', '| --- | --- | --- | --- |'];
  await writeFile(path, `${before}${BEGIN}\n${[...head, ...rows].join('\n')}\n${END}${after}`);
}
