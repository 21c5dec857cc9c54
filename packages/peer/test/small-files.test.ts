/** What one small file of many costs: counted in requests to a tracker, writes of the store, flushes and connections. */
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientRequest } from '@p2p/protocol';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { dataDirectoryIn, openIn } from './opened-peer.js';
import { patternBytes } from './pattern-bytes.js';
import { identityIn, ScriptedTracker } from './scripted-tracker.js';
import { MemorySwarm } from './swarm-in-memory.js';
import { temporaryDirectory } from './temporary-directory.js';

const FILE_BYTES = 4_096;
const group = `${'a'.repeat(64)}.0`;

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});

/** How many changes a store has taken. */
async function writesIn(library: string): Promise<number> {
  return Number(await readFile(join(library, 'changes'), 'latin1'));
}

describe('sharing many small files of a group', () => {
  const answers: { readonly [type: string]: (request: ClientRequest) => Record<string, unknown> } = {
    login: () => ({ type: 'login.ok', user: 'alice', replicated: true }),
    check_member: () => ({ type: 'check_member.ok', group }),
    share_file: (request) => {
      const name = 'file' in request ? request.file : '';
      return { type: 'share_file.ok', group, file: `${'b'.repeat(64)}.${name}`, name, replicated: true };
    },
    announce: () => ({ type: 'announce.ok', refused: [] }),
  };

  async function sharing() {
    const identity = await identityIn(directory, 'cluster');
    const tracker = await ScriptedTracker.start(identity, {
      user: 'alice',
      answer: (request) => answers[request.type]?.(request),
    });
    const opened = await openIn(directory, [tracker]);
    if (!opened.ok) throw new Error(opened.message);
    onTestFinished(() => opened.peer.close());
    await opened.peer.login('alice', 'secret');
    return {
      ...{ tracker, peer: opened.peer },
      async share(name: string): Promise<void> {
        await writeFile(join(directory, name), patternBytes(FILE_BYTES));
        expect(await opened.peer.uploadFile(join(directory, name), 'films')).toMatchObject({ ok: true });
      },
      asked: (type: ClientRequest['type']): number =>
        tracker.requests.filter((request) => request.type === type).length,
    };
  }

  it('asks once whether it may be done, and writes once for each', async () => {
    const { share, asked } = await sharing();
    for (let number = 1; number <= 10; number++) await share(`${number}`);
    expect(asked('check_member')).toBe(1);
    expect(asked('share_file')).toBe(10);
    expect(asked('announce')).toBe(10);
    expect(await writesIn(join(dataDirectoryIn(directory), 'library'))).toBe(10);
  });

  it('asks again when the membership may be over, and where the file is at fault', async () => {
    const { peer, tracker, share, asked } = await sharing();
    await share('1');
    const told = new Promise<void>((resolve) => {
      peer.onEvent(({ event }) => {
        if (event === 'notice') resolve();
      });
    });
    tracker.push({ type: 'membership_ended', group: 'films', left: false });
    await told;
    await share('2');
    expect(asked('check_member')).toBe(2);
    expect(await peer.uploadFile(join(directory, 'missing'), 'films')).toMatchObject({ code: 'file_unreadable' });
    expect(asked('check_member')).toBe(3);
  });
});

describe('fetching a small file', () => {
  it('takes three writes of the store, and one flush of the file and of its directory each', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, downloader] = [await swarm.member(), await swarm.member()];
    await seeder.share(patternBytes(FILE_BYTES));
    const flushes = await countFlushes();
    const path = await downloader.fetch(seeder);
    expect(await downloader.ended()).toMatchObject({ state: 'complete' });
    expect((await readFile(path)).equals(patternBytes(FILE_BYTES))).toBe(true);
    expect(await writesIn(`${downloader.directory}-library`)).toBe(3);
    expect(flushes()).toBe(2);
  });

  it('is not announced before it is there, since nobody could be given a part of it', async () => {
    const swarm = await MemorySwarm.create();
    const [seeder, downloader] = [await swarm.member(), await swarm.member()];
    await seeder.share(patternBytes(FILE_BYTES));
    const complete: (boolean | undefined)[] = [];
    downloader.library.onChange(() => complete.push(downloader.library.named('films', 'a.bin')?.content.complete));
    await downloader.fetch(seeder);
    await downloader.ended();
    expect(complete).toEqual([true]);
  });

  async function countFlushes(): Promise<() => number> {
    const handle = await open(directory);
    const prototype: Pick<FileHandle, 'sync' | 'datasync'> = Object.getPrototypeOf(handle);
    await handle.close();
    const spies = [vi.spyOn(prototype, 'sync'), vi.spyOn(prototype, 'datasync')];
    onTestFinished(() => {
      for (const spy of spies) spy.mockRestore();
    });
    return () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  }
});
