/** The runner notices: faults planted in targets are found, made small, and told with what it takes to see them again. */
import { expect, test } from 'vitest';
import { catchEverything } from '../src/run/execution.js';
import { inputOf } from '../src/run/input.js';
import { type RangeResult, runRange } from '../src/run/range.js';
import { hold, type Target } from '../src/target.js';

const honest: Target = {
  name: 'planted',
  kind: 'decoder',
  executions: 1,
  maxBytes: 100,
  generate: (dice) => dice.bytes(dice.below(60)),
  run: (input) => input.length > 30,
};

function runTarget(planted: Partial<Target>, executions = 2_000): Promise<RangeResult> {
  const range = { from: 0, to: executions, untilMs: Number.POSITIVE_INFINITY, begun: () => undefined };
  return runRange({ target: { ...honest, ...planted }, kept: [], seed: 7 }, range);
}

test('a target that keeps its promises has no finds', async () => {
  const result = await runTarget({});
  expect(result).toMatchObject({ executions: 2_000, finds: [] });
  expect(result.accepted).toBeGreaterThan(100);
  expect(result.accepted).toBeLessThan(2_000);
});

test('an exception is a find, made as small as it stays the same', async () => {
  const run = (input: Uint8Array) => {
    if (input.includes(0x42)) throw new TypeError(`a bug at ${input.indexOf(0x42)}`);
    return true;
  };
  const { finds } = await runTarget({ run });
  expect(finds).toHaveLength(1);
  expect(finds[0]).toMatchObject({ target: 'planted', input: Uint8Array.of(0x42) });
  expect(finds[0]?.fault).toMatch(/^TypeError: a bug at/);
  const origin = { target: { ...honest, run }, kept: [], seed: 7 };
  expect(inputOf(origin, finds[0]?.execution ?? -1)).toContain(0x42);
});

test('so is a promise that was broken, and a rejection', async () => {
  const run = (input: Uint8Array) => {
    hold(input.length < 50, 'inputs are short');
    return true;
  };
  for (const each of [run, async (input: Uint8Array) => run(input)]) {
    const { finds } = await runTarget({ run: each });
    expect(finds.map(({ fault }) => fault.split('\n')[0])).toEqual(['Error: inputs are short']);
  }
});

test('so is an error that nobody caught', async () => {
  const before = ['uncaughtException', 'unhandledRejection'].map((event) => process.rawListeners(event as never));
  process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
  catchEverything();
  try {
    const { finds } = await runTarget({
      run: async (input) => {
        if (input.length > 50) void Promise.reject(new Error('left floating'));
        await new Promise((resolve) => setImmediate(resolve));
        return true;
      },
    });
    expect(finds.map(({ fault }) => fault.split('\n')[0])).toEqual(['Error: left floating']);
  } finally {
    process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
    for (const listener of before[0] ?? []) process.on('uncaughtException', listener as never);
    for (const listener of before[1] ?? []) process.on('unhandledRejection', listener as never);
  }
});

test('so is an input that takes long every time, and none that does so once', async () => {
  const busy = (milliseconds: number) => {
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 1_000 * milliseconds);
  };
  let hiccups = 1;
  const slow = new Set<string>();
  const { finds } = await runTarget(
    {
      run: (input) => {
        if (input.length === 20 && hiccups-- > 0) busy(150);
        if (input[0] === 3 && slow.size === 0) slow.add(input.join());
        if (slow.has(input.join())) busy(150);
        return true;
      },
    },
    400,
  );
  expect(finds.map(({ fault }) => fault)).toEqual([expect.stringMatching(/^takes \d+ ms$/)]);
  expect(finds[0]?.input[0]).toBe(3);
});

test('so is memory that is never given back', async () => {
  const held: Uint8Array[] = [];
  const { finds, growthBytes } = await runTarget({ run: () => held.push(new Uint8Array(10_000)) > 0 });
  expect(growthBytes).toBeGreaterThan(10_000_000);
  expect(finds.map(({ fault }) => fault)).toEqual([expect.stringMatching(/^grew by \d+ bytes$/)]);
});

test('so is what should have been let go', async () => {
  const all: object[] = [];
  let last: WeakRef<object> | undefined;
  const run = (leaks: boolean) => () => {
    const connection = {};
    last = new WeakRef(connection);
    if (leaks) all.push(connection);
    return true;
  };
  const checkReleased = () => hold(last?.deref() === undefined, 'a connection is let go');
  expect((await runTarget({ run: run(false), checkReleased }, 100)).finds).toEqual([]);
  const { finds } = await runTarget({ run: run(true), checkReleased }, 100);
  expect(finds.map(({ fault }) => fault)).toEqual(['a connection is let go']);
});

test('a target with many different faults is left after a few', async () => {
  const names = 'abcdefghijklmnopqrstuvwxyz';
  const { finds, executions } = await runTarget({
    run: (input) => {
      throw new Error(names[(input[0] ?? 0) % names.length]);
    },
  });
  expect(finds).toHaveLength(5);
  expect(executions).toBeLessThan(1_000);
});
