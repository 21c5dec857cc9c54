/** Every input that is kept goes through its target again: what was mended stays mended. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { corpusFolder, withTargets } from '../src/bundle.js';
import { Corpus } from '../src/corpus.js';
import { loadProgram } from '../src/program.js';
import type { Target } from '../src/target.js';

/** Besides what is kept: enough to tell that a target still works at all. */
const FRESH = 100;

const { targets, execute, inputOf } = await withTargets(loadProgram);
const corpus = new Corpus(corpusFolder);

/** One after the other: targets share a clock, and what one execution holds would be in another one's way. */
async function outcomesOf(target: Target, inputs: readonly Uint8Array[]) {
  const faults: string[] = [];
  const accepted = new Set<boolean>();
  for (const input of inputs) {
    const { fault, isAccepted } = await execute(target, input);
    if (fault !== undefined) faults.push(fault);
    accepted.add(isAccepted);
  }
  return { faults, accepted };
}

test('every folder of inputs is that of a target', () => {
  const names = targets.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(readdirSync(corpusFolder).filter((name) => !names.includes(name))).toEqual([]);
});

describe.each(targets.map((target) => [target.name, target] as const))('%s', (name, target) => {
  const kept = corpus.inputsOf(name).map(({ bytes }) => bytes);

  test(`${kept.length} inputs that are kept`, async () => {
    expect((await outcomesOf(target, kept)).faults).toEqual([]);
  });

  test('fresh ones', async () => {
    const inputs = Array.from({ length: FRESH }, (_, execution) => inputOf({ target, kept, seed: 1 }, execution));
    // A target that refuses everything at the door would keep every promise behind it.
    expect(await outcomesOf(target, inputs)).toEqual({ faults: [], accepted: new Set([true, false]) });
  });
});
