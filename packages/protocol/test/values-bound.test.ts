/** How many values a message may be made of: the fullest honest ones pass, and one value more than the bound does not. */
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { entriesOf } from '../src/fields.js';
import {
  clientRequest,
  decodeMessage,
  decodeOperation,
  downloaderMessage,
  encodeOperation,
  JOURNAL_COMMIT_BYTES,
  LIST_PAGE_BYTES,
  MAX_ANNOUNCED_FILES,
  MAX_ATTEMPTS_PER_MESSAGE,
  MAX_FAILED_LOG_INS,
  MAX_GROUP_OWNERS,
  MAX_INCARNATIONS,
  MAX_LAYER_HASHES,
  MAX_NAME_CODE_POINTS,
  MAX_OPERATION_VALUES,
  MAX_PIECES_PER_HAVE,
  MAX_REPLY_FRAME_BYTES,
  MAX_REPLY_VALUES,
  MAX_REQUEST_FRAME_BYTES,
  MAX_REQUEST_VALUES,
  MAX_RUNS_PER_OFFER,
  MAX_SYNC_FRAME_BYTES,
  MAX_SYNC_VALUES,
  MAX_TRACKERS,
  type Operation,
  PRESENCE_BATCH_FILES,
  pack,
  SNAPSHOT_SLICE_ROWS,
  SYNC_BATCH_BYTES,
  serverMessage,
  syncMessage,
  trackerMessage,
  unpack,
  vector,
} from '../src/index.js';

const device = 'd'.repeat(64);
const largest = Number.MAX_SAFE_INTEGER;
const id = (index: number) => `${device}.${largest - index}`;
const list = <T>(length: number, of: (index: number) => T) => Array.from({ length }, (_, index) => of(index));
const incarnation = (slot: number, index: number) => `${slot}.${index.toString(16).padStart(16, '0')}`;
const perIncarnation = <T>(entry: T) =>
  Object.fromEntries(list(MAX_INCARNATIONS, (index) => [incarnation(16, index), entry]));

const longestRuns = list(MAX_RUNS_PER_OFFER, (index) => [2 ** 22 + 2 * index, 2 ** 22 + 2 * index + 1]);

describe('from a client, or from one who downloads', () => {
  test.each([
    [
      'the fullest announcement',
      clientRequest,
      {
        type: 'announce',
        id: 1,
        add: list(MAX_ANNOUNCED_FILES, (index) => ({ file: id(index), complete: true })),
        remove: list(MAX_ANNOUNCED_FILES, id),
      },
    ],
    [
      'the longest offer',
      downloaderMessage,
      { type: 'offer', channel: 1, add: longestRuns, spare: longestRuns, remove: longestRuns },
    ],
  ])('%s', (_what, schema, message) => {
    const frame = pack(message);
    expect(frame.length).toBeLessThanOrEqual(MAX_REQUEST_FRAME_BYTES);
    expect(decodeMessage(schema as z.ZodType<unknown>, frame)).toMatchObject({ ok: true });
  });
});

describe('to a client', () => {
  /** As many rows as fill a page, and the last one beyond. */
  const page = <T>(row: T) => list(Math.ceil(LIST_PAGE_BYTES / pack(row).length) + 1, () => row);
  const owners = (count: number) => ({
    group: 'g',
    owners: list(count, () => 'o'),
    members: 1,
    member: true,
    requested: false,
  });

  test.each([
    ['requests of people with short names', trackerMessage, 'list_requests.ok', { requests: page({ user: 'u' }) }],
    ['members', trackerMessage, 'list_members.ok', { members: page({ user: 'u', owner: true, online: true }) }],
    ['groups with a few owners', trackerMessage, 'list_groups.ok', { groups: page(owners(80)) }],
    ['groups with many', trackerMessage, 'list_groups.ok', { groups: page(owners(MAX_GROUP_OWNERS)) }],
    [
      'conflicts',
      trackerMessage,
      'list_conflicts.ok',
      { conflicts: page({ kind: 'user', from: 'a', to: 'a~2', at: 1 }) },
    ],
    [
      'files',
      trackerMessage,
      'list_files.ok',
      { files: page({ file: 'f', id: `${device}.1`, bytes: 1, root: device, sharers: 1, by: 'u' }) },
    ],
    [
      'all pieces at once',
      serverMessage,
      'have',
      { channel: 1, pieces: list(MAX_PIECES_PER_HAVE, (index) => index + 2 ** 22) },
    ],
    [
      'hashes',
      serverMessage,
      'layer_hashes',
      { channel: 1, request: 1, first: 1, hashes: new Uint8Array(32 * MAX_LAYER_HASHES) },
    ],
  ])('%s', (_what, schema, type, fields) => {
    const frame = pack({ type, id: 1, next: null, ...fields });
    expect(frame.length).toBeLessThanOrEqual(MAX_REPLY_FRAME_BYTES);
    expect(decodeMessage(schema as z.ZodType<unknown>, frame, MAX_REPLY_VALUES)).toMatchObject({ ok: true });
  });
});

describe('between trackers', () => {
  const digest = new Uint8Array(32);
  const stamp = { time: largest, count: largest, incarnation: incarnation(16, 0) };
  const last = perIncarnation({ time: largest, count: largest });
  const everything = { have: perIncarnation(largest), last, joined: true, wallClock: largest };
  const online = {
    kind: 'online',
    device,
    counter: largest,
    user: id(0),
    address: { host: 'h'.repeat(60), port: 65_535 },
    reachable: true,
    leaseMs: largest,
  };
  /** The smallest operation that there is. */
  const operation = {
    stamp: { time: 0, count: 0, incarnation: incarnation(1, 0) },
    seq: 1,
    requestId: `${device}.0`,
    mode: 'keep',
    actor: null,
    body: { kind: 'vacate', slot: 1 },
  };

  test.each([
    [
      'an INIT after a long life',
      {
        type: 'init',
        protocol: 1,
        cluster: device,
        slot: 16,
        incarnation: incarnation(16, 0),
        ...everything,
      },
    ],
    [
      'a VEC of all trackers',
      {
        type: 'vec',
        flushed: Object.fromEntries(
          list(MAX_TRACKERS, (slot) => [incarnation(slot + 1, 0), perIncarnation(2 ** 32 - 1)]),
        ),
        final: { count: largest, digest },
      },
    ],
    [
      'the end of a snapshot',
      {
        type: 'snapshot_end',
        mark: { count: largest, digest, stamp, vector: everything.have, last },
        clock: stamp,
      },
    ],
    [
      'failed log-ins of a thousand accounts',
      {
        type: 'attempts',
        changes: list(MAX_ATTEMPTS_PER_MESSAGE, () => ({
          account: '\u{1F600}'.repeat(MAX_NAME_CODE_POINTS),
          source: device,
          failedAt: list(MAX_FAILED_LOG_INS, () => largest),
          clearedAt: largest,
        })),
      },
    ],
    ['people who come online', { type: 'presence', changes: list(PRESENCE_BATCH_FILES, () => online) }],
    [
      'a batch of small operations',
      { type: 'sync', operations: list(SYNC_BATCH_BYTES / pack(operation).length + 1, () => pack(operation)) },
    ],
    ['what a group commit held', { type: 'sync', operations: [new Uint8Array(JOURNAL_COMMIT_BYTES - 100)] }],
  ])('%s', (_what, message) => {
    const frame = pack(message);
    expect(frame.length).toBeLessThanOrEqual(MAX_SYNC_FRAME_BYTES);
    expect(decodeMessage(syncMessage, frame, MAX_SYNC_VALUES)).toMatchObject({ ok: true });
  });

  test('a slice of rows that holds every slot', () => {
    const since = perIncarnation(2 ** 32 - 1);
    const slots = list(16, (slot) => [
      'slots',
      null,
      slot,
      { incarnations: [stamp.incarnation], vacancies: [], retired: false, since },
    ]);
    const file = list(13, (index) => [`field${index}`, index]);
    const others = list(SNAPSHOT_SLICE_ROWS, (index) => ['files', null, id(index), Object.fromEntries(file)]);
    const rows = pack([...slots, ...others]);
    expect(rows.length).toBeLessThan(MAX_SYNC_FRAME_BYTES);
    expect(unpack(rows, MAX_SYNC_VALUES)).toHaveLength(16 + SNAPSHOT_SLICE_ROWS);
  });

  test('an operation that replaces all there ever was', () => {
    const names = {
      replaces: list(MAX_INCARNATIONS, (index) => incarnation(16, index)),
      answers: list(MAX_INCARNATIONS, id),
    };
    const greeting = { ...operation, repeats: true, actor: id(1), body: { kind: 'hello', slot: 16, ...names } };
    const { bytes } = encodeOperation(greeting as unknown as Operation);
    expect(decodeOperation(bytes)?.operation).toEqual(greeting);
  });
});

describe('at the bound', () => {
  /** Exactly so many values, in a message that has a field nobody knows. */
  const ping = (values: number) => pack({ type: 'ping', id: 1, news: list(values - 7, () => 0) });
  const isTaken = (frame: Uint8Array, ...bound: [] | [number]) => decodeMessage(clientRequest, frame, ...bound).ok;

  test('as many values as are allowed are taken, and one more is not', () => {
    expect([isTaken(ping(MAX_REQUEST_VALUES)), isTaken(ping(MAX_REQUEST_VALUES + 1))]).toEqual([true, false]);
    for (const bound of [MAX_REPLY_VALUES, MAX_SYNC_VALUES]) {
      expect([isTaken(ping(bound), bound), isTaken(ping(bound + 1), bound)]).toEqual([true, false]);
    }
  });

  test('keys count, and whatever is nested', () => {
    const nested = pack({ type: 'ping', id: 1, news: { a: [0, [0]], b: { c: 0 } } });
    expect([isTaken(nested, 16), isTaken(nested, 15)]).toEqual([true, false]);
  });

  test('a byte string counts as sixteen values', () => {
    const bytes = pack({ type: 'ping', id: 1, news: new Uint8Array(1_000) });
    expect([isTaken(bytes, 22), isTaken(bytes, 21)]).toEqual([true, false]);
  });

  test('an operation has a bound of its own', () => {
    const operation = (values: number) => pack(list(values - 1, () => 0));
    expect(unpack(operation(MAX_OPERATION_VALUES), MAX_OPERATION_VALUES)).toBeDefined();
    expect(unpack(operation(MAX_OPERATION_VALUES + 1), MAX_OPERATION_VALUES)).toBeUndefined();
  });

  test('a header that promises more is refused, whatever is behind it', () => {
    const promise = Uint8Array.from([0xdd, 0, 1, 0, 0, ...new Array<number>(65_536).fill(0xc0)]);
    expect(unpack(promise, 65_537)).toHaveLength(65_536);
    expect(unpack(promise, 65_536)).toBeUndefined();
  });
});

describe('a fault in a long message', () => {
  /** Counts how often it is asked, and never fits. */
  function picky() {
    const asked = { times: 0 };
    const entry = z.custom<number>(() => {
      asked.times += 1;
      return false;
    });
    return { asked, entry };
  }

  test.each([
    ['a list', (entry: z.ZodType<number>) => z.array(entry)],
    ['lists in a list', (entry: z.ZodType<number>) => z.array(z.array(entry))],
    ['objects in a list', (entry: z.ZodType<number>) => z.array(z.object({ a: entry, b: entry }))],
  ])('%s: is the last thing that is looked at', (_what, schemaOf) => {
    const { asked, entry } = picky();
    const schema = z.object({ type: z.literal('long'), list: schemaOf(entry) });
    const rows = [...list(500, () => [0]), ...list(500, () => ({ a: 0, b: 0 })), ...list(500, () => 0)];
    for (const fitting of [rows, [[0, 0, 0, 0]], list(500, () => ({ a: 0, b: 0 }))]) {
      asked.times = 0;
      expect(decodeMessage(schema, pack({ type: 'long', list: fitting })).ok).toBe(false);
      expect(asked.times).toBeLessThanOrEqual(2);
    }
  });

  test('a map whose keys are data is left at the first entry that does not fit', () => {
    const { asked, entry } = picky();
    const schema = z.object({ type: z.literal('long'), map: entriesOf(z.string(), entry, 1_000) });
    const map = Object.fromEntries(list(1_000, (index) => [`${index} `, 0]));
    expect(decodeMessage(schema, pack({ type: 'long', map }))).toMatchObject({ ok: false });
    expect(asked.times).toBe(1);
    expect(decodeMessage(schema, pack({ type: 'long', map: { ...map, more: 0 } }))).toMatchObject({
      ok: false,
      reason: 'a map of at most 1000 entries expected',
    });
    expect(asked.times).toBe(1);
  });

  test.each([
    ['another key', { a: 0 }],
    ['a slot beyond the last', { [incarnation(17, 0)]: 0 }],
    ['a number that is no count', { [incarnation(1, 0)]: -1 }],
    ['no map', [0]],
    ['too many', Object.fromEntries(list(MAX_INCARNATIONS + 1, (index) => [incarnation(1, index), 0]))],
  ])('a vector with %s is none', (_what, have) => {
    expect(vector.safeParse(have).success).toBe(false);
    expect(vector.safeParse({ [incarnation(1, 0)]: 0 }).success).toBe(true);
  });
});
