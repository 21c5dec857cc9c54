import type { DownloadStatus } from '@p2p/peer';
import { describe, expect, it } from 'vitest';
import { JsonOutput } from '../src/json-output.js';
import { runScript } from '../src/script.js';
import { Session } from '../src/session.js';
import { download, type MemoryPeer, memoryPeer } from './memory-peer.js';

interface Running {
  readonly lines: { command?: string | null; ok?: boolean; result?: unknown; error?: { code: string } }[];
  readonly stop: AbortController;
  readonly exitCode: Promise<0 | 1>;
}

function run(input: string | AsyncIterable<Uint8Array>, peer: MemoryPeer = memoryPeer(), stay = false): Running {
  const lines: Running['lines'] = [];
  const stop = new AbortController();
  const output = new JsonOutput({ write: (text) => lines.push(JSON.parse(text)) }, { write: () => true }, () => 0);
  const session = new Session(peer, { directory: '/here', home: '/home/ann' }, () => undefined);
  async function* whole(text: string) {
    yield Buffer.from(text);
  }
  const stream = typeof input === 'string' ? whole(input) : input;
  return { lines, stop, exitCode: runScript({ input: stream, output, session, stay, stop: stop.signal }) };
}

const withDownloads = (...downloads: DownloadStatus[]) => ({
  showDownloads: () => ({ ok: true, result: { downloads } }) as const,
});

/** Input that a test feeds and that never ends by itself. */
async function* openInput(first: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(first);
  await new Promise<never>(() => undefined);
}

describe('runScript', () => {
  it('answers every command with exactly one line, in order', async () => {
    const { lines, exitCode } = run(
      [
        '# a comment',
        '',
        'create_group films',
        '  ',
        "create_group 'my films'",
        'login ann "long enough"',
        'help',
      ].join('\n'),
    );
    expect(await exitCode).toBe(0);
    expect(lines).toEqual([
      { command: 'create_group', ok: true, result: { group: 'films', replicated: true } },
      { command: 'create_group', ok: true, result: { group: 'my films', replicated: true } },
      { command: 'login', ok: true, result: { user: 'ann', tracker: 1, replicated: true } },
      { command: 'help', ok: true, result: {} },
    ]);
  });

  it('goes on after a refusal and ends with 1', async () => {
    const { lines, exitCode } = run("login ann wrong\nfrobnicate now\nlogin 'ann\nlogin ann\ncreate_group films\n");
    expect(await exitCode).toBe(1);
    expect(lines.map(({ command, error }) => [command, error?.code])).toEqual([
      ['login', 'wrong_password'],
      ['frobnicate', 'unknown_command'],
      [null, 'bad_request'],
      ['login', 'bad_request'],
      ['create_group', undefined],
    ]);
  });

  it('reads a line only when the one before has been answered', async () => {
    const steps: string[] = [];
    const peer = memoryPeer({
      async createGroup(group) {
        steps.push(`asked ${group}`);
        await new Promise(setImmediate);
        steps.push(`answered ${group}`);
        return { ok: true, result: { group, replicated: true } };
      },
    });
    async function* input() {
      steps.push('read 1');
      yield Buffer.from('create_group a\n');
      steps.push('read 2');
      yield Buffer.from('create_group b\n');
    }
    await run(input(), peer).exitCode;
    expect(steps).toEqual(['read 1', 'asked a', 'answered a', 'read 2', 'asked b', 'answered b']);
  });

  it('waits for downloads at the end, and ends with 0 only if all are complete', async () => {
    let waits = 0;
    const wait = async () => {
      waits += 1;
      return { ok: true, result: { complete: 1, failed: 0 } } as const;
    };
    const complete = download({ state: 'complete' });
    expect(await run('', memoryPeer({ wait, ...withDownloads(complete) })).exitCode).toBe(0);
    for (const state of ['failed', 'paused', 'queued', 'downloading'] as const) {
      expect(await run('', memoryPeer({ wait, ...withDownloads(complete, download({ state })) })).exitCode).toBe(1);
    }
    expect(waits).toBe(5);
  });

  it('a failed download does not make wait fail', async () => {
    const { lines, exitCode } = run('wait\n', memoryPeer(withDownloads(download({ state: 'failed' }))));
    expect(await exitCode).toBe(1);
    expect(lines).toEqual([{ command: 'wait', ok: true, result: { complete: 0, failed: 0 } }]);
  });

  it('quit waits for nothing and reads nothing more', async () => {
    const wait = () => new Promise<never>(() => undefined);
    const running = memoryPeer({ wait, ...withDownloads(download()) });
    const { lines, exitCode } = run('quit\ncreate_group never\n', running, true);
    expect(await exitCode).toBe(1);
    expect(lines).toEqual([{ command: 'quit', ok: true, result: {} }]);
    expect(await run('quit\n', memoryPeer({ wait })).exitCode).toBe(0);
  });

  it('stays until it is stopped, with the exit code as it was', async () => {
    for (const [input, code] of [
      ['create_group films\n', 0],
      ['frobnicate\n', 1],
    ] as const) {
      const { promise: waited, resolve } = withResolvers();
      const wait = async () => {
        resolve();
        return { ok: true, result: { complete: 0, failed: 0 } } as const;
      };
      const { stop, exitCode } = run(input, memoryPeer({ wait }), true);
      await waited;
      let left = false;
      void exitCode.then(() => {
        left = true;
      });
      await new Promise(setImmediate);
      expect(left).toBe(false);
      stop.abort();
      stop.abort();
      expect(await exitCode).toBe(code);
    }
  });

  it('is stopped while it waits for input, for a command, for downloads', async () => {
    const { promise: asked, resolve } = withResolvers();
    const never = () => {
      resolve();
      return new Promise<never>(() => undefined);
    };
    const idle = run(openInput(''));
    idle.stop.abort();
    expect(await idle.exitCode).toBe(0);

    const inCommand = run(openInput('whoami\n'), memoryPeer({ whoami: never }));
    await asked;
    inCommand.stop.abort();
    expect(await inCommand.exitCode).toBe(1);
    expect(inCommand.lines).toEqual([]);

    const atEnd = run('', memoryPeer({ wait: never, ...withDownloads(download()) }));
    atEnd.stop.abort();
    expect(await atEnd.exitCode).toBe(1);
  });

  it('answers input that fails', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('create_group films\n');
      throw new Error('EIO: i/o error, read');
    }
    const { lines, exitCode } = run(broken());
    expect(await exitCode).toBe(1);
    expect(lines.map(({ command, ok }) => [command, ok])).toEqual([
      ['create_group', true],
      [null, false],
    ]);
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
