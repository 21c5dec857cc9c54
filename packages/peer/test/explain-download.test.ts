import { describe, expect, it } from 'vitest';
import { type ExplainableDownload, explanationOf } from '../src/fetching/explain-download.js';
import type { FetchReport, FileMetadata } from '../src/fetching/file-fetch.js';

const device = (digit: string) => digit.repeat(64);
const [a, b, c] = ['a', 'b', 'c'].map(device) as [string, string, string];

interface Situation {
  readonly state?: ExplainableDownload['state'];
  readonly pieceCount?: number;
  readonly parts?: ReadonlyMap<string, number>;
}

function explain(
  fetch: Partial<FetchReport> | undefined,
  { state = 'downloading', pieceCount = 10, parts }: Situation = {},
) {
  const pieceLength = 262_144;
  const metadata = { bytes: pieceCount * pieceLength, pieceLength } as FileMetadata;
  const report = fetch && ({ sources: [], download: undefined, ...fetch } as FetchReport);
  const target = { group: 'films', file: 'a.mkv', metadata };
  return explanationOf({ target, state, report: () => ({ fetch: report, sources: parts ?? new Map() }) }, null);
}

const download = (fields: object) => ({ missing: [], peers: [], bans: [], sources: [], ...fields }) as never;
const source = (fields: object) => fields as FetchReport['sources'][number];
const sender = {
  peer: a,
  pieces: 7,
  bytesPerSecond: 1_000,
  received: 5_000,
  wasted: 100,
  creditWindow: 2_000,
  sending: null,
  stalls: 1,
  stalled: false,
};

describe('what is missing', () => {
  it('is all of it while nobody is there to say what the pieces are', () => {
    expect(explain({}).missing).toEqual([{ first: 0, last: 9, lastHad: null }]);
    expect(explain({ sources: [source({ device: a, phase: 'connected' })] }).missing).toEqual([]);
    expect(explain({}, { pieceCount: 0 }).missing).toEqual([]);
  });

  it('is what nobody has, in the order of the file', () => {
    const missing = [
      { runs: [[8, 10]], lastHad: a },
      {
        runs: [
          [0, 1],
          [3, 5],
        ],
        lastHad: null,
      },
    ];
    expect(explain({ download: download({ missing }) }).missing).toEqual([
      { first: 0, last: 0, lastHad: null },
      { first: 3, last: 4, lastHad: null },
      { first: 8, last: 9, lastHad: a },
    ]);
  });

  it('is nothing to speak of while it does not run', () => {
    expect(explain(undefined, { state: 'paused' }).missing).toEqual([]);
  });
});

describe('the peers', () => {
  it('are those that are there with their figures, those that are not, and those whose parts there are', () => {
    const { peers } = explain(
      {
        sources: [
          source({ device: a, phase: 'connected', roundTripMs: 12.5 }),
          source({ device: b, phase: 'waiting', trouble: 'not_reached', retryInMs: 2_000 }),
        ],
        download: download({ peers: [sender] }),
      },
      {
        parts: new Map([
          [c, 9_000],
          [a, 4_900],
        ]),
      },
    );
    const nothing = { pieces: null, bytesPerSecond: 0, roundTripMs: null, outstandingBytes: 0, stalls: 0 };
    expect(peers).toEqual([
      { ...nothing, device: c, phase: 'gone', trouble: null, retryInMs: null, bytes: 9_000 },
      {
        device: a,
        phase: 'connected',
        trouble: null,
        retryInMs: null,
        pieces: 7,
        bytesPerSecond: 1_000,
        roundTripMs: 12.5,
        outstandingBytes: 2_000,
        stalls: 1,
        bytes: 4_900,
      },
      { ...nothing, device: b, phase: 'waiting', trouble: 'could not be reached', retryInMs: 2_000, bytes: 0 },
    ]);
  });

  it('of a finished download are its sources', () => {
    const { peers, missing } = explain(undefined, {
      state: 'complete',
      parts: new Map([
        [a, 1],
        [b, 3],
      ]),
    });
    expect(missing).toEqual([]);
    expect(peers.map(({ device, phase, bytes }) => [device, phase, bytes])).toEqual([
      [b, 'gone', 3],
      [a, 'gone', 1],
    ]);
  });

  it('that are banned say what they have done', () => {
    const { peers } = explain({ sources: [source({ device: a, phase: 'banned', trouble: 'wrong_piece' })] });
    expect(peers).toMatchObject([{ phase: 'banned', trouble: 'sent a wrong piece' }]);
  });
});
