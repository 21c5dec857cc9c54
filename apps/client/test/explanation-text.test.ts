import type { DownloadState, ExplainedPeer, Explanation } from '@p2p/peer';
import { describe, expect, it } from 'vitest';
import { explanationText } from '../src/explanation-text.js';
import { download } from './memory-peer.js';

const device = (digit: string) => digit.repeat(64);

function peer(fields: Partial<ExplainedPeer> = {}): ExplainedPeer {
  return {
    device: device('a'),
    phase: 'connected',
    trouble: null,
    retryInMs: null,
    pieces: 4,
    bytesPerSecond: 0,
    roundTripMs: null,
    outstandingBytes: 0,
    stalls: 0,
    bytes: 0,
    ...fields,
  };
}

function textOf(state: DownloadState, fields: Partial<Explanation> = {}, status: Parameters<typeof download>[0] = {}) {
  const explanation = { group: 'films', file: 'a.mkv', state, missing: [], peers: [], tracker: null, ...fields };
  return explanationText(explanation, download({ state, ...status })).split('\n');
}

const idle = { bytesPerSecond: 0 };
const waiting = (retryInMs: number) => peer({ phase: 'waiting', trouble: 'not reached', retryInMs });

describe('the verdict', () => {
  it.each<[DownloadState, string]>([
    ['queued', 'queued: it begins when it is its turn, and what is there already has been checked'],
    ['paused', 'paused at 45 % of 977 KiB – to go on: resume'],
    ['failed', 'cancelled – to fetch it again: download_file'],
    ['complete', 'complete'],
  ])('on what is %s', (state, verdict) => {
    expect(textOf(state)).toEqual([verdict]);
  });

  it('on what has failed says why', () => {
    const error = { code: 'no_peers', message: 'nobody answered' } as const;
    expect(textOf('failed', {}, { error })).toEqual(['failed: nobody answered – to try again: resume']);
  });

  it('on what is complete says whose parts it is made of', () => {
    const parts = [620, 300, 40, 30, 10].map((bytes, index) =>
      peer({ device: device(`${index}`), phase: 'gone', bytes }),
    );
    expect(textOf('complete', { peers: parts.slice(0, 2) })).toEqual([
      'complete: 67 % from 000000000000, 32 % from 111111111111',
      'DEVICE        CAME   PART',
      '000000000000  620 B  67 %',
      '111111111111  300 B  32 %',
    ]);
    const [verdict] = textOf('complete', { peers: parts });
    expect(verdict).toBe(
      'complete: 62 % from 000000000000, 30 % from 111111111111, 4 % from 222222222222, the rest from 2 others',
    );
  });

  it.each<[string, Partial<Explanation>, string]>([
    ['nothing has been looked at', {}, 'beginning'],
    [
      'nobody is there',
      { missing: [{ first: 0, last: 3, lastHad: null }], peers: [peer({ phase: 'gone', bytes: 7 })] },
      'waiting: nobody who has the file is online',
    ],
    [
      'nobody is there any more',
      { missing: [{ first: 0, last: 3, lastHad: device('b') }] },
      'waiting: nobody who has the file is online; last seen at device bbbbbbbbbbbb',
    ],
    [
      'it has just begun',
      { peers: [peer({ phase: 'known' }), peer({ phase: 'connecting' })] },
      'connecting to 2 peers',
    ],
    [
      'nobody can be reached',
      { peers: [waiting(9_000), waiting(2_500)] },
      "waiting: 2 peers can't be reached; the next try is in 3 s",
    ],
    [
      'only liars were there',
      { peers: [peer({ phase: 'banned' })] },
      'waiting: whoever was there sent something else than the file',
    ],
    ['nothing comes', { peers: [peer()] }, 'waiting: 1 peer connected, nothing comes yet'],
    [
      'a piece is lacking everywhere',
      { peers: [peer()], missing: [{ first: 7, last: 7, lastHad: null }] },
      'waiting: nobody online has piece 7',
    ],
    [
      'many pieces are',
      {
        peers: [peer()],
        missing: [3, 10, 20, 30, 40].map((first) => ({ first, last: first + 4, lastHad: device('c') })),
      },
      'waiting: nobody online has pieces 3-7, 10-14, 20-24 and 10 more; last seen at device cccccccccccc',
    ],
  ])('where %s', (_, fields, verdict) => {
    expect(textOf('downloading', fields, idle)[0]).toBe(verdict);
  });

  it('on what is coming is how fast, and then what will lack', () => {
    const missing = [
      { first: 1, last: 1, lastHad: null },
      { first: 2, last: 3, lastHad: device('d') },
    ];
    expect(textOf('downloading', { peers: [peer(), peer()], missing }).slice(0, 3)).toEqual([
      '2 peers, 2.0 MiB/s, 1 s left',
      'nobody online has piece 1',
      'nobody online has pieces 2-3; last seen at device dddddddddddd',
    ]);
  });
});

describe('what it rests on', () => {
  it('is each peer with its figures, and when a tracker was heard', () => {
    const peers = [
      peer({ bytesPerSecond: 8_388_608, roundTripMs: 12.4, outstandingBytes: 2_097_152, stalls: 1, bytes: 10_485_760 }),
      { ...waiting(12_000), device: device('b') },
      peer({ device: device('c'), phase: 'banned', trouble: 'a wrong piece' }),
    ];
    expect(textOf('downloading', { peers, tracker: { number: 2, agoMs: 61_000 } })).toEqual([
      '1 peer, 2.0 MiB/s, 1 s left',
      'DEVICE        STATE      RATE       ROUND TRIP  UNDER WAY  STALLS  CAME',
      'aaaaaaaaaaaa  connected  8.0 MiB/s  12 ms       2.0 MiB    1       10 MiB',
      'bbbbbbbbbbbb  waiting                                              0 B     not reached, again in 12 s',
      'cccccccccccc  banned                                               0 B     a wrong piece',
      'tracker 2 said 2 min ago who has the file',
    ]);
  });

  it('is nothing more where another download has taken its place', () => {
    const explanation = {
      group: 'films',
      file: 'a.mkv',
      state: 'paused',
      missing: [],
      peers: [],
      tracker: null,
    } as const;
    expect(explanationText(explanation, undefined)).toBe('paused');
  });
});
