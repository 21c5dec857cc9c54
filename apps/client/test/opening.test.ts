import type { PeerOptions } from '@p2p/peer';
import { parseAddress, parseTrackerInfo } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { type ClientArguments, parseArguments } from '../src/arguments.js';
import { type OpenPeer, openFirstFree, peerOptions, type Surroundings } from '../src/opening.js';
import { memoryPeer } from './memory-peer.js';

function given(...argv: string[]): ClientArguments {
  const parsed = parseArguments(argv, { directory: '/here', home: '/home/ann' });
  if (parsed.kind !== 'run') throw new Error(`not understood: ${argv}`);
  return parsed.arguments;
}

function surroundings(fields: Partial<Surroundings> = {}): Surroundings {
  const info = parseTrackerInfo('127.0.0.1:9909\n127.0.0.1:9910\n');
  if (!info.ok) throw new Error(info.message);
  return { trackers: info.trackers, fingerprint: undefined, directory: '/shared', interactive: false, ...fields };
}

function address(text: string) {
  const parsed = parseAddress(text, { anyPort: true });
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.address;
}

describe('peerOptions', () => {
  it.each([
    // arguments, tracker to try first, advertised, bound
    ['', 1, '127.0.0.1:0', '127.0.0.1:0'],
    ['127.0.0.1:9909', 1, '127.0.0.1:0', '127.0.0.1:0'],
    ['127.0.0.1:9910', 2, '127.0.0.1:0', '127.0.0.1:0'],
    ['localhost:9910', 2, '127.0.0.1:0', '127.0.0.1:0'],
    ['127.0.0.1:7000', 1, '127.0.0.1:7000', '127.0.0.1:7000'],
    ['10.0.0.7:0', 1, '10.0.0.7:0', '10.0.0.7:0'],
    ['203.0.113.9:7000 --bind 10.0.0.7:7001', 1, '203.0.113.9:7000', '10.0.0.7:7001'],
    ['--bind 10.0.0.7:7001', 1, '10.0.0.7:0', '10.0.0.7:7001'],
    ['--bind 0.0.0.0:7001', 1, '127.0.0.1:0', '0.0.0.0:7001'],
    ['127.0.0.1:9910 --bind [::]:7001', 2, '127.0.0.1:0', '[::]:7001'],
  ])('%s', (argv, firstTracker, advertise, bind) => {
    const options = peerOptions(given(...argv.split(' ').filter(Boolean)), surroundings());
    expect(options).toMatchObject({ firstTracker, advertise: address(advertise), bind: address(bind) });
  });

  it('lets a script give up after a minute, a person never, and either as they say', () => {
    const giveUpMs = (argv: string[], interactive: boolean) =>
      peerOptions(given(...argv), surroundings({ interactive })).giveUpMs;
    expect(giveUpMs([], false)).toBe(60_000);
    expect(giveUpMs([], true)).toBeUndefined();
    expect(giveUpMs(['--give-up', '1.5'], true)).toBe(1_500);
    expect(giveUpMs(['--give-up', '0'], false)).toBeUndefined();
  });
});

describe('openFirstFree', () => {
  /** Opens what isn't in `locked`, and remembers what was tried. */
  function opener(...locked: string[]) {
    const tried: string[] = [];
    const open: OpenPeer = async ({ dataDirectory }: PeerOptions) => {
      tried.push(dataDirectory);
      if (locked.includes(dataDirectory)) return { ok: false, reason: 'locked', message: `${dataDirectory} is in use` };
      return { ok: true, peer: memoryPeer() };
    };
    return { tried, open };
  }

  it('takes the first default directory that no running client holds', async () => {
    const { tried, open } = opener('/shared/.p2p/client-1', '/shared/.p2p/client-2');
    expect(await openFirstFree(open, given(), surroundings())).toMatchObject({ ok: true });
    expect(tried).toEqual(['/shared/.p2p/client-1', '/shared/.p2p/client-2', '/shared/.p2p/client-3']);
  });

  it('takes no other directory than the one that was named', async () => {
    const { tried, open } = opener('/here/mine');
    const opened = await openFirstFree(open, given('--data-dir', 'mine'), surroundings());
    expect(opened).toEqual({ ok: false, reason: 'locked', message: '/here/mine is in use' });
    expect(tried).toEqual(['/here/mine']);
  });

  it('stops at any other fault', async () => {
    let calls = 0;
    const open: OpenPeer = async () => {
      calls += 1;
      return { ok: false, reason: 'other', message: 'port 7000 is taken' };
    };
    expect(await openFirstFree(open, given(), surroundings())).toMatchObject({ message: 'port 7000 is taken' });
    expect(calls).toBe(1);
  });

  it('ends where every default directory is in use', async () => {
    const open: OpenPeer = async () => ({ ok: false, reason: 'locked', message: 'in use' });
    expect(await openFirstFree(open, given(), surroundings())).toMatchObject({
      ok: false,
      message: expect.stringContaining('--data-dir'),
    });
  });
});
