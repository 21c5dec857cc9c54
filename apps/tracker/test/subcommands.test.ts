/** `tracker retire` of a stopped tracker and `tracker audit`, on data directories as a tracker has written them. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type ClusterId,
  type DeviceId,
  encodeOperation,
  type IncarnationId,
  type Operation,
  type RequestId,
  requestIdOf,
  type SessionId,
} from '@p2p/protocol';
import { type Command, emptyMark, emptyState, userByName } from '@p2p/state';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { audit } from '../src/operator/audit.js';
import { retireInDirectory } from '../src/operator/retire-in-directory.js';
import { ReplicatedState } from '../src/replication/replicated-state.js';
import { openDirectory } from '../src/storage/open-directory.js';

const cluster = 'c'.repeat(64) as ClusterId;
const device = 'd'.repeat(64) as DeviceId;
const session = 'e'.repeat(64) as SessionId;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'p2p-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
});

/** Tracker 1 of as many, without the others, as long as `use` takes. */
async function running<T>(trackers: number, use: (replicated: ReplicatedState) => Promise<T>): Promise<T> {
  const expected = { cluster, slot: 1 };
  const freshIncarnation = () => incarnationOf(1);
  const opened = await openDirectory({ directory, expected, freshIncarnation, failed });
  if (!opened.ok) throw new Error(opened.message);
  const { base, disk } = opened;
  const slots = Array.from({ length: trackers }, (_, index) => index + 1);
  const replicated = new ReplicatedState({ cluster, slot: 1, slots, base, disk });
  replicated.ready();
  try {
    return await use(replicated);
  } finally {
    // What is final is folded in the next turn of the loop; without that nothing on the disk says that it is.
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    await disk.close();
  }
}

/** What is there after all these trackers have met once: each has greeted. */
async function haveMet(trackers: number): Promise<void> {
  const expected = { cluster, slot: 1 };
  const opened = await openDirectory({ directory, expected, freshIncarnation: () => incarnationOf(1), failed });
  if (!opened.ok) throw new Error(opened.message);
  const tail = Array.from({ length: trackers }, (_, index) => encodeOperation(helloOf(index + 1)));
  await opened.disk.install({ incarnation: incarnationOf(1), state: emptyState(), mark: emptyMark, tail });
  await opened.disk.close();
}

function helloOf(slot: number): Operation {
  const stamp = { time: slot, count: 0, incarnation: incarnationOf(slot) };
  const requestId = requestIdOf('f'.repeat(64) as DeviceId, slot);
  return {
    stamp,
    seq: 1,
    requestId,
    mode: 'keep',
    actor: null,
    body: { kind: 'hello', slot, replaces: [], answers: [] },
  };
}

function incarnationOf(slot: number): IncarnationId {
  return `${slot}.0000000000000001` as IncarnationId;
}

function failed(line: string): never {
  throw new Error(line);
}

let counter = 0;
function nextRequest(): RequestId {
  counter += 1;
  return requestIdOf(device, counter);
}

/** Whether all trackers have it. Throws where it is refused. */
async function carryOut(replicated: ReplicatedState, command: object, shown?: SessionId): Promise<boolean> {
  const answer = await replicated.request(nextRequest(), { device, session: shown }, command as Command);
  if (!answer.ok) throw new Error(answer.message);
  return answer.replicated;
}

function stopped(trackers: number) {
  const entries = Array.from({ length: trackers }, (_, index) => ({ number: index + 1, host: 'nowhere', port: 1 }));
  return { directory, cluster, own: { number: 1, host: 'nowhere', port: 1 }, trackers: entries };
}

describe('a retirement written into the directory of a stopped tracker', () => {
  const user = (name: string) => ({ type: 'create_user', user: name, credential: 'a hash' });

  test('lets it answer for all once it runs again', async () => {
    await haveMet(2);
    expect(await running(2, (replicated) => carryOut(replicated, user('ann')))).toBe(false);
    expect(await retireInDirectory(stopped(2), 2)).toEqual({ ok: true, reply: { type: 'retired', replicated: true } });
    expect(await running(2, (replicated) => carryOut(replicated, user('ben')))).toBe(true);
    await running(2, async ({ state }) => expect(userByName(state, 'ann')).toBeDefined());
  });

  test('waits for those that are left', async () => {
    await haveMet(3);
    await running(3, (replicated) => carryOut(replicated, user('ann')));
    expect(await retireInDirectory(stopped(3), 2)).toEqual({ ok: true, reply: { type: 'retired', replicated: false } });
    expect(await running(3, (replicated) => carryOut(replicated, user('ben')))).toBe(false);
    expect(await retireInDirectory(stopped(3), 3)).toEqual({ ok: true, reply: { type: 'retired', replicated: true } });
  });

  test('is refused for itself and for who is not there', async () => {
    await haveMet(2);
    await running(2, (replicated) => carryOut(replicated, user('ann')));
    for (const slot of [1, 3]) {
      expect(await retireInDirectory(stopped(2), slot)).toMatchObject({ ok: true, reply: { type: 'refused' } });
    }
    expect(await running(2, (replicated) => carryOut(replicated, user('ben')))).toBe(false);
  });

  test('needs a directory with something in it', async () => {
    await writeFile(join(directory, 'lock'), '');
    expect(await retireInDirectory(stopped(2), 2)).toMatchObject({
      ok: false,
      message: expect.stringContaining('is empty'),
    });
    expect(await readdir(directory)).toEqual(['lock']);
  });
});

describe('an audit', () => {
  /** What one tracker alone has done for a few people, all of it final. */
  async function write(): Promise<string> {
    return running(1, async (replicated) => {
      await carryOut(replicated, { type: 'create_user', user: 'ann', credential: 'a hash' });
      const ann = userByName(replicated.state, 'ann');
      const { id, credentialVersion } = ann as NonNullable<typeof ann>;
      const expires = Date.now() + 1_000_000;
      await carryOut(replicated, { type: 'login', user: id, credentialVersion, session, expires });
      await carryOut(replicated, { type: 'create_group', group: 'films' }, session);
      const root = 'a'.repeat(64);
      const film = { type: 'share_file', group: 'films', file: 'a b.mkv', bytes: 5, pieceLength: 262_144, root };
      await carryOut(replicated, film, session);
      await carryOut(replicated, { type: 'remove_file', group: 'films', file: 'a b.mkv' }, session);
      await expect.poll(() => replicated.operationCount).toBe(6);
      return replicated.digest();
    });
  }

  async function run(json = false) {
    let text = '';
    const print = async (more: string) => {
      text += more;
    };
    const end = await audit({ directory, json }, print);
    return { ...end, lines: text.split('\n').slice(0, -1) };
  }

  test('lists what is final, each with its time, who asked and the digest, and says that all fits', async () => {
    const digest = await write();
    const { exitCode, line, lines } = await run();
    expect({ exitCode, line }).toEqual({ exitCode: 0, line: `whole: 6 final operations, digest ${digest}` });
    expect(lines.map((text) => text.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [0-9a-f]{16} /, ''))).toEqual([
      '- hello slot=1',
      '- create_user user="ann"',
      `- open_session user="ann" device="${'d'.repeat(64)}"`,
      'ann create_group group="films" owner="ann"',
      `ann share_file group="films" file="a b.mkv" bytes=5 root="${'a'.repeat(64)}"`,
      'ann remove_file group="films" file="a b.mkv"',
    ]);
    expect(lines.at(-1)).toContain(digest.slice(0, 16));
  });

  test('says the same to programs, without secrets', async () => {
    const digest = await write();
    const { exitCode, line, lines } = await run(true);
    expect({ exitCode, line }).toEqual({ exitCode: 0, line: '' });
    const rows = lines.map((text): unknown => JSON.parse(text));
    expect(rows).toHaveLength(7);
    expect(rows[1]).toMatchObject({ count: 2, actor: null, kind: 'create_user', fields: { user: 'ann' } });
    expect(rows[5]).toMatchObject({ count: 6, actor: 'ann', kind: 'remove_file', digest });
    expect(rows[6]).toEqual({ ok: true, count: 6, digest, open: 0 });
    expect(lines.join()).not.toContain('a hash');
    expect(lines.join()).not.toContain(session);
  });

  test('changes nothing', async () => {
    await write();
    const contents = async () =>
      Promise.all((await readdir(directory)).sort().map(async (file) => [file, await readFile(join(directory, file))]));
    const before = await contents();
    await run();
    expect(await contents()).toEqual(before);
  });

  test('names the file in which something is wrong', async () => {
    await write();
    const file = (await readdir(directory)).find((name) => name.includes('journal')) as string;
    const bytes = await readFile(join(directory, file));
    const at = bytes.indexOf('films');
    bytes.write('flims', at);
    await writeFile(join(directory, file), bytes);
    expect(await run()).toMatchObject({ exitCode: 1, line: expect.stringContaining(join(directory, file)) });
  });

  test('of nothing can’t be made', async () => {
    expect(await run()).toMatchObject({ exitCode: 2, line: expect.stringContaining('holds nothing') });
    await rm(directory, { recursive: true });
    expect(await run()).toMatchObject({ exitCode: 2, line: expect.stringContaining('no directory') });
  });
});
