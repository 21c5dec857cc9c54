/** The threads that verify and write pieces: who gets what, and what becomes of it where one dies. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_IDLE_BUFFER_BYTES, MAX_UNKEPT_BYTES } from '@p2p/protocol';
import { ContentHasher, expectedPieceHash } from '@p2p/swarm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HashingPool } from '../src/hashing/hashing-pool.js';
import type { KeepTask } from '../src/hashing/hashing-task.js';
import { startWorker, type ThreadHandlers } from '../src/hashing/hashing-thread.js';
import { PooledBuffers } from '../src/sharing/pooled-buffers.js';
import { sha256 } from '../src/sharing/sha256.js';
import { patternBytes } from './pattern-bytes.js';
import { temporaryDirectory } from './temporary-directory.js';

const PIECE = 262_144;
const content = patternBytes(2 * PIECE + 1_000);

/** A piece of a file in the making, with these bytes in its place. */
async function taskOf(index: number, bytes?: Uint8Array): Promise<{ task: KeepTask; path: string }> {
  const hasher = new ContentHasher(sha256, content.length, PIECE);
  hasher.update(content);
  const tree = hasher.finish();
  const path = join(await temporaryDirectory(), 'part');
  const file = await open(path, 'w');
  onTestFinished(() => file.close());
  const offset = index * PIECE;
  const task: KeepTask = {
    index,
    bytes: bytes ?? content.subarray(offset, offset + PIECE),
    geometry: tree.geometry,
    expected: expectedPieceHash(tree, index).slice(),
    file: file.fd,
    offset,
  };
  return { task, path };
}

const anyTask = { index: 0, bytes: new Uint8Array(1) } as KeepTask;

/** Threads that do nothing by themselves. */
function deadThreads() {
  const started: { readonly handlers: ThreadHandlers; readonly posted: KeepTask[]; isHeld: boolean }[] = [];
  const start = (handlers: ThreadHandlers) => {
    const thread = { handlers, posted: [] as KeepTask[], isHeld: false };
    started.push(thread);
    return {
      post: (task: KeepTask) => void thread.posted.push(task),
      hold: (isHeld: boolean) => {
        thread.isHeld = isHeld;
      },
      stop: async () => handlers.died(new Error('stopped')),
    };
  };
  return { started, start };
}

describe('a piece', () => {
  it('that is the file’s is written at its place', async () => {
    const { task, path } = await taskOf(1);
    expect(await new HashingPool().keep(task)).toEqual({ is: 'kept' });
    expect((await readFile(path)).subarray(PIECE).equals(content.subarray(PIECE, 2 * PIECE))).toBe(true);
  });

  it('with a wrong byte is not written', async () => {
    const wrong = Uint8Array.from(content.subarray(2 * PIECE));
    wrong[999] = (wrong[999] ?? 0) ^ 1;
    const { task, path } = await taskOf(2, wrong);
    expect(await new HashingPool().keep(task)).toEqual({ is: 'wrong' });
    expect(await readFile(path)).toHaveLength(0);
  });

  it('that the system refuses to write is told with its code', async () => {
    const { task, path } = await taskOf(0);
    const readOnly = await open(path, 'r');
    onTestFinished(() => readOnly.close());
    const result = await new HashingPool().keep({ ...task, file: readOnly.fd });
    expect(result).toMatchObject({ is: 'unwritable', code: 'EBADF' });
  });
});

describe('threads', () => {
  it('are begun when all that are there have something to do, up to their number', () => {
    const { started, start } = deadThreads();
    const pool = new HashingPool({ threads: 2, start });
    for (let task = 0; task < 5; task++) void pool.keep(anyTask);
    expect(started.map(({ posted }) => posted.length)).toEqual([3, 2]);
  });

  it('keep the process alive only while they have something to do', async () => {
    const { started, start } = deadThreads();
    const pool = new HashingPool({ threads: 1, start });
    const kept = pool.keep(anyTask);
    expect(started[0]?.isHeld).toBe(true);
    started[0]?.handlers.done({ is: 'kept' });
    expect(await kept).toEqual({ is: 'kept' });
    expect(started[0]?.isHeld).toBe(false);
  });

  it('that die fail what they held, and the next task gets a new one', async () => {
    const { started, start } = deadThreads();
    const pool = new HashingPool({ threads: 1, start });
    const held = [pool.keep(anyTask), pool.keep(anyTask)];
    started[0]?.handlers.died(new Error('it is gone'));
    for (const task of held) await expect(task).rejects.toThrow('it is gone');
    void pool.keep(anyTask);
    expect(started).toHaveLength(2);
  });

  it('that are stopped fail what they held', async () => {
    const pool = new HashingPool({ threads: 1, start: deadThreads().start });
    const held = expect(pool.keep(anyTask)).rejects.toThrow('stopped');
    await pool.close();
    await held;
  });

  it('of the system that throw fail what they held', async () => {
    const program = new URL(
      'data:text/javascript,import { parentPort } from "node:worker_threads";\
      parentPort.on("message", () => { throw new Error("out of order"); });',
    );
    const pool = new HashingPool({ threads: 1, start: (handlers) => startWorker(program, handlers) });
    await expect(pool.keep(anyTask)).rejects.toThrow('out of order');
    await pool.close();
  });
});

describe('what waits', () => {
  const half = { index: 0, bytes: new Uint8Array(MAX_UNKEPT_BYTES / 2) } as KeepTask;

  it('is too much at a bound, until half of it is done', () => {
    const { started, start } = deadThreads();
    const pool = new HashingPool({ threads: 1, start });
    let rooms = 0;
    void pool.keep(half);
    expect(pool.isFull).toBe(false);
    for (let task = 0; task < 2; task++) void pool.keep(half);
    expect(pool.isFull).toBe(true);
    pool.whenRoom(() => rooms++);
    started[0]?.handlers.done({ is: 'kept' });
    expect([pool.isFull, rooms]).toEqual([true, 0]);
    started[0]?.handlers.done({ is: 'kept' });
    started[0]?.handlers.done({ is: 'kept' });
    expect([pool.isFull, rooms]).toEqual([false, 1]);
  });

  it('waits no longer where its thread has died', async () => {
    const { started, start } = deadThreads();
    const pool = new HashingPool({ threads: 1, start });
    const held = [pool.keep(half), pool.keep(half)];
    const room = new Promise<void>((resolve) => pool.whenRoom(resolve));
    started[0]?.handlers.died(new Error('it is gone'));
    for (const task of held) await expect(task).rejects.toThrow('it is gone');
    await room;
    expect(pool.isFull).toBe(false);
  });
});

describe('memory for pieces', () => {
  it('is used again', () => {
    const buffers = new PooledBuffers();
    const first = buffers.take(PIECE);
    buffers.giveBack(first);
    const second = buffers.take(PIECE - 1);
    expect(second.buffer === first.buffer).toBe(true);
    expect(second).toHaveLength(PIECE - 1);
    expect(buffers.take(PIECE).buffer === first.buffer).toBe(false);
  });

  it('is kept of the lengths that are asked for, whatever was asked for before', () => {
    const buffers = new PooledBuffers();
    const large = Array.from({ length: 3 }, () => buffers.take(MAX_IDLE_BUFFER_BYTES / 2));
    for (const each of large) buffers.giveBack(each);
    const first = buffers.take(PIECE);
    buffers.giveBack(first);
    expect(buffers.take(PIECE).buffer === first.buffer).toBe(true);
  });
});
