import type { ClusterId } from '@p2p/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Expected, FileCommand } from '../../src/storage/files.js';
import { type Recovery, recover } from '../../src/storage/recover.js';
import type { Store } from '../../src/storage/store.js';
import { operationLists } from '../arbitrary-operations.js';
import { type Random, randomFrom } from '../random.js';
import { incarnationOf } from '../world.js';
import { KeptHistory } from './kept-history.js';
import { SimulatedDirectory } from './simulated-directory.js';

const expected: Expected = { cluster: 'c'.repeat(64) as ClusterId, slot: 1, segmentBytes: 1_500 };

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'fold'; readonly limit: number }
  | { readonly kind: 'write_fold' | 'begin_rewrite' | 'go_on_rewriting' | 'install' | 'restart' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 6 }) }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('fold' as const), limit: fc.integer({ min: 1, max: 8 }) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'write_fold' as const,
          'begin_rewrite' as const,
          'go_on_rewriting' as const,
          'go_on_rewriting' as const,
          'install' as const,
          'restart' as const,
        ),
      }),
    },
  ),
  { minLength: 3, maxLength: 30, size: 'max' },
);

/** A directory that is being worked on, and after each command what may be found in it. */
class Workplace {
  readonly directory: SimulatedDirectory;
  /** Called before the first and after each command. */
  readonly onMoment: () => void;
  histories: readonly KeptHistory[] = [];
  store: Store;
  #rewriting: ReturnType<KeptHistory['timeline']['checkpoint']> | undefined;

  constructor(directory: SimulatedDirectory, onMoment: (workplace: Workplace) => void) {
    this.directory = directory;
    const recovery = recover(directory, expected);
    if (recovery.kind !== 'empty') throw new Error('not empty');
    this.store = recovery.store;
    this.onMoment = () => onMoment(this);
  }

  perform(commands: Iterable<FileCommand>): void {
    for (const command of commands) {
      this.directory.perform(command);
      this.onMoment();
    }
  }

  install(next: KeptHistory): void {
    this.#rewriting?.end();
    this.#rewriting = undefined;
    this.histories = [...this.histories, next];
    this.perform(this.store.install(next.base));
    this.histories = [next];
    this.onMoment();
  }

  step(step: Step, history: KeptHistory): void {
    switch (step.kind) {
      case 'append': {
        const operations = history.append(step.count);
        if (operations.length === 0) return;
        this.perform(this.store.appendOperations(operations));
        history.flushed = history.appended;
        return this.onMoment();
      }
      case 'fold': {
        const folded = this.#rewriting === undefined ? history.fold(step.limit) : undefined;
        if (folded !== undefined) this.perform(this.store.appendFold(folded.rows, folded.mark));
        return;
      }
      case 'write_fold':
        return this.perform(this.store.writeFold());
      case 'begin_rewrite':
        if (this.#rewriting !== undefined) return;
        this.#rewriting = history.timeline.checkpoint();
        return this.perform(this.store.beginRewrite());
      case 'go_on_rewriting':
        return this.#goOnRewriting();
    }
  }

  /** The program ends and starts again, the machine goes on. */
  restart(history: KeptHistory): void {
    this.#rewriting?.end();
    this.#rewriting = undefined;
    const recovery = recover(this.directory, expected);
    if (recovery.kind !== 'recovered') throw new Error(`it is ${recovery.kind}`);
    this.perform(recovery.commands);
    this.store = recovery.store;
    history.resume(recovery.base);
  }

  #goOnRewriting(): void {
    if (this.#rewriting === undefined) return;
    const rows = this.#rewriting.next(5);
    if (rows !== undefined) return this.perform([this.store.addToRewrite(rows)]);
    this.#rewriting.end();
    const { mark } = this.#rewriting;
    this.#rewriting = undefined;
    this.perform(this.store.finishRewrite(mark));
  }
}

const scenarios = fc.record({
  lists: fc.tuple(operationLists(50), operationLists(40), operationLists(40)),
  steps,
  seed: fc.nat(),
  chunkBytes: fc.constantFrom(1, 37, 1_000, 100_000),
});

type Scenario = typeof scenarios extends fc.Arbitrary<infer S> ? S : never;

/** Lives through a scenario. What an installed state brings differs from what is there. */
function live({ lists, steps, chunkBytes }: Scenario, onMoment: (workplace: Workplace) => void): Workplace {
  const workplace = new Workplace(new SimulatedDirectory(chunkBytes), onMoment);
  const [first, ...others] = lists.map((list, index) => {
    const [folded, tail] = index === 0 ? [0, 0] : [Math.floor(list.length / 3), Math.floor(list.length / 4)];
    return new KeptHistory(incarnationOf(1, index), list, [folded, tail]);
  });
  let history = first as KeptHistory;
  workplace.install(history);
  for (const step of steps) {
    if (step.kind === 'restart') {
      workplace.restart(history);
      continue;
    }
    if (step.kind !== 'install') {
      workplace.step(step, history);
      continue;
    }
    const next = others.shift();
    if (next === undefined) continue;
    workplace.install(next);
    history = next;
  }
  return workplace;
}

/** Which of the histories came back. Before the very first one counts, nothing may. */
function expectOneOf(histories: readonly KeptHistory[], recovery: Recovery): void {
  const [former, next] = histories;
  if (recovery.kind === 'empty') {
    expect(histories.length === 0 || (next === undefined && former?.appended === 0)).toBe(true);
    return;
  }
  if (recovery.kind === 'unusable') throw new Error(recovery.message);
  const found = histories.find(({ incarnation }) => incarnation === recovery.base.incarnation);
  if (found === undefined) throw new Error(`it came back as ${recovery.base.incarnation}`);
  found.expectToBe(recovery.base);
}

/** Crashes, starts, crashes in the middle of that, and starts again. */
function crashAndRecover(directory: SimulatedDirectory, random: Random): Recovery {
  const chance = () => random.below(2 ** 30) / 2 ** 30;
  directory.crash(chance);
  const recovery = recover(directory, expected);
  if (recovery.kind !== 'recovered') return recovery;
  const before = recovery.base.mark.count + recovery.base.tail.length;
  for (const command of recovery.commands) {
    if (random.chance(0.2)) break;
    directory.perform(command);
  }
  directory.crash(chance);
  const again = recover(directory, expected);
  if (again.kind === 'recovered') expect(again.base.mark.count + again.base.tail.length).toBe(before);
  return again;
}

test('a crash at any command leaves all that was flushed, and one whole generation', () => {
  let crashes = 0;
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const random = randomFrom(scenario.seed);
      live(scenario, ({ directory, histories }) => {
        expectOneOf(histories, crashAndRecover(directory.clone(), random));
        crashes += 1;
      });
    }),
    { numRuns: 50 },
  );
  expect(crashes).toBeGreaterThan(1_000);
});

/** A scenario's end, and the history that lies in it. */
function lived(scenario: Scenario): { directory: SimulatedDirectory; history: KeptHistory } {
  const { directory, histories } = live(scenario, () => undefined);
  return { directory, history: histories[0] as KeptHistory };
}

/** Whether an operation is missing at the end of what came back: a torn end is cut off without a word. */
function expectNothingWrong(history: KeptHistory, recovery: Recovery): void {
  if (recovery.kind === 'unusable') return expect(recovery.message).toContain(recovery.file);
  if (recovery.kind === 'empty') return expect(history.appended).toBe(0);
  history.flushed = 0;
  history.expectToBe(recovery.base);
}

test('a flipped bit or a cut is found, or costs nothing but the end: never a wrong operation or row', () => {
  const found = { unusable: 0, empty: 0, recovered: 0 };
  fc.assert(
    fc.property(scenarios, fc.boolean(), (scenario, cut) => {
      const random = randomFrom(scenario.seed);
      const { directory, history } = lived(scenario);
      for (const file of directory.list().filter((name) => name !== 'lock')) {
        const damagedDirectory = directory.clone();
        const bytes = directory.bytesOf(file).slice();
        const at = random.below(bytes.length);
        bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
        damagedDirectory.overwrite(file, cut ? bytes.slice(0, at) : bytes);
        const recovery = recover(damagedDirectory, expected);
        expectNothingWrong(history, recovery);
        found[recovery.kind] += 1;
      }
    }),
    { numRuns: 400 },
  );
  expect(Math.min(found.unusable, found.recovered)).toBeGreaterThan(20);
});

test('a file that is missing is named, or nobody needs it', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { directory, history } = lived(scenario);
      const files = directory.list().filter((name) => name !== 'lock');
      // Whether one more segment was begun is known from nothing else than the segment itself.
      const lastSegment = files.findLast((name) => name.includes('journal'));
      for (const file of files.filter((name) => name !== lastSegment)) {
        const poorer = directory.clone();
        poorer.perform({ kind: 'remove', file });
        const recovery = recover(poorer, expected);
        if (recovery.kind === 'recovered') history.expectToBe(recovery.base);
        if (recovery.kind === 'empty') expect(history.appended).toBe(0);
      }
    }),
    { numRuns: 50 },
  );
});
