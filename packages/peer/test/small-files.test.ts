/** What one small file of many costs: counted in requests to a tracker, writes of the store, flushes and connections. */
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { uploadCommand } from '../src/commands/upload-command.js';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import { openLibrary } from '../src/library/kept-library.js';
import { Library } from '../src/library/library.js';
import { Shares } from '../src/library/shares.js';
import { Announcer } from '../src/sharing/announcer.js';
import { OpenFiles } from '../src/sharing/open-files.js';
import type { Account } from '../src/tracker-session/account.js';
import type { TrackerSession } from '../src/tracker-session/tracker-session.js';
import { patternBytes } from './pattern-bytes.js';
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
  /** Uploads to a tracker that lets everything pass, without a connection that could be lost under load. */
  async function sharing() {
    const asked: string[] = [];
    const answers: { readonly [type: string]: object } = { check_member: { group }, announce: { refused: [] } };
    const session = {
      ask: async ({ type }: { type: string }) => {
        asked.push(type);
        return { ok: true, reply: answers[type], tracker: 1 };
      },
      change: async ({ type, file }: { type: string; file: string }) => {
        asked.push(type);
        return {
          ok: true,
          reply: { group, file: `${'b'.repeat(64)}.${file}`, name: file, replicated: true },
          tracker: 1,
        };
      },
    } as unknown as TrackerSession;
    const kept = await openLibrary(join(directory, 'library'));
    const [library, files, threads] = [new Library(), new OpenFiles(), new HashingPool()];
    library.setUser('alice');
    const announcer = new Announcer(session, library);
    const shares = new Shares({ kept, library, files, hashing: threads, notice: (line) => expect.fail(line) });
    const account = { token: new Uint8Array(32), user: 'alice' } as unknown as Account;
    onTestFinished(async () => {
      announcer.close();
      await threads.close();
      await kept.store.close();
    });
    const { uploadFile } = uploadCommand({ session, account, shares, announcer, threads, hashing: () => undefined });
    return {
      ...{ announcer, uploadFile },
      async share(name: string): Promise<void> {
        await writeFile(join(directory, name), patternBytes(FILE_BYTES));
        expect(await uploadFile(join(directory, name), 'films')).toMatchObject({ ok: true });
      },
      count: (type: string): number => asked.filter((each) => each === type).length,
    };
  }

  it('asks once whether it may be done, and writes once for each', async () => {
    const { share, count } = await sharing();
    for (let number = 1; number <= 10; number++) await share(`${number}`);
    expect(['check_member', 'share_file', 'announce'].map(count)).toEqual([1, 10, 10]);
    expect(await writesIn(join(directory, 'library'))).toBe(10);
  });

  it('asks again when the membership may be over, and where the file is at fault', async () => {
    const { announcer, uploadFile, share, count } = await sharing();
    await share('1');
    announcer.refresh();
    await share('2');
    expect(count('check_member')).toBe(2);
    expect(await uploadFile(join(directory, 'missing'), 'films')).toMatchObject({ code: 'file_unreadable' });
    expect(count('check_member')).toBe(3);
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
