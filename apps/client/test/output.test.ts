import { refusal } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { downloadLine, formatBytes, formatDuration, formatPercent, sentence, table } from '../src/human-output.js';
import { JsonOutput } from '../src/json-output.js';
import { TextOutput } from '../src/text-output.js';
import { download } from './memory-peer.js';

class Sink {
  text = '';
  write(text: string): void {
    this.text += text;
  }
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

/** An output on two sinks with a clock that the test moves. */
function outputs() {
  const stdout = new Sink();
  const stderr = new Sink();
  const clock = { ms: 0 };
  const nowMs = () => clock.ms;
  return {
    stdout,
    stderr,
    clock,
    json: new JsonOutput(stdout, stderr, nowMs),
    text: new TextOutput(stdout, stderr, nowMs),
    printed: () => stdout.lines.map((line): unknown => JSON.parse(line)),
  };
}

describe('JsonOutput', () => {
  it('prints one line an answer, whatever is in it', () => {
    const { json, stdout, printed } = outputs();
    json.answer('create_group', { ok: true, result: { group: 'a\nb', replicated: true }, text: () => 'made' });
    json.answer(null, refusal('bad_request', 'unbalanced quote'));
    expect(stdout.lines[0]).toBe('{"command":"create_group","ok":true,"result":{"group":"a\\nb","replicated":true}}');
    expect(printed()[1]).toEqual({
      command: null,
      ok: false,
      error: { code: 'bad_request', message: 'unbalanced quote' },
    });
  });

  it('tells progress twice a second at most, a change of state at once', () => {
    const { json, clock, printed } = outputs();
    for (let ms = 0; ms <= 2_000; ms += 100) {
      clock.ms = ms;
      json.event({ event: 'download', ...download({ done: ms }) });
      json.event({ event: 'download', ...download({ file: 'other', done: ms }) });
    }
    json.event({ event: 'download', ...download({ state: 'complete', done: 1_000_000 }) });
    const told = printed() as { file: string; state: string; done: number }[];
    const first = told.filter(({ file }) => file === 'a.mkv');
    expect(first.map(({ done }) => done)).toEqual([0, 500, 1_000, 1_500, 2_000, 1_000_000]);
    expect(told.filter(({ file }) => file === 'other')).toHaveLength(5);
  });

  it('has exactly the fields of each state', () => {
    const { json, printed } = outputs();
    const error = { code: 'no_peers', message: 'nobody' } as const;
    json.event({ event: 'download', ...download() });
    json.event({ event: 'download', ...download({ state: 'failed', error }) });
    json.event({ event: 'download', ...download({ state: 'complete', done: 1_000_000 }) });
    const common = { event: 'download', group: 'films', file: 'a.mkv', bytes: 1_000_000 };
    expect(printed()).toEqual([
      { ...common, state: 'downloading', done: 450_000 },
      { ...common, state: 'failed', done: 450_000, error },
      { ...common, state: 'complete', done: 1_000_000, path: '/home/ann/a.mkv', root: 'ab'.repeat(32) },
    ]);
  });

  it('says of a fail-over that one tracker is lost and another connected, each once', () => {
    const { json, printed } = outputs();
    json.event({ event: 'tracker', number: 1, state: 'connected' });
    json.event({ event: 'tracker', number: 2, state: 'connected', lost: 1 });
    json.event({ event: 'tracker', number: 2, state: 'lost' });
    json.event({ event: 'tracker', number: 1, state: 'connected', lost: 2 });
    expect(printed()).toEqual([
      { event: 'tracker', number: 1, state: 'connected' },
      { event: 'tracker', number: 1, state: 'lost' },
      { event: 'tracker', number: 2, state: 'connected' },
      { event: 'tracker', number: 2, state: 'lost' },
      { event: 'tracker', number: 1, state: 'connected' },
    ]);
  });

  it('keeps what is meant for people off standard output', () => {
    const { json, stdout, stderr } = outputs();
    json.event({ event: 'notice', message: 'a\u001b[2Jb' });
    json.event({ event: 'hashing', path: '/a', done: 1, bytes: 2 });
    expect(stdout.text).toBe('');
    expect(stderr.lines).toEqual(['a\\u{1b}[2Jb']);
  });
});

describe('TextOutput', () => {
  it('prints results, and refusals beside them', () => {
    const { text, stdout, stderr } = outputs();
    text.answer('logout', { ok: true, result: {}, text: () => 'logged out' });
    text.answer('quit', { ok: true, result: {}, text: () => '' });
    text.answer('whoami', refusal('not_logged_in'));
    text.answer(null, refusal('bad_request', 'unbalanced quote'));
    expect(stdout.lines).toEqual(['logged out']);
    expect(stderr.lines).toEqual(['whoami: not logged in – use: login <user>', 'unbalanced quote']);
  });

  it('tells the ends of downloads and the changes of trackers', () => {
    const { text, clock, stderr, stdout } = outputs();
    text.event({ event: 'tracker', number: 1, state: 'connected' });
    text.event({ event: 'tracker', number: 2, state: 'connected', lost: 1 });
    text.event({ event: 'tracker', number: 2, state: 'lost' });
    text.event({ event: 'tracker', number: 2, state: 'connected', lost: 2 });
    text.event({ event: 'download', ...download() });
    text.event({ event: 'download', ...download({ state: 'complete' }) });
    clock.ms = 10_000;
    text.event({ event: 'download', ...download({ state: 'complete' }) });
    expect(stdout.text).toBe('');
    expect(stderr.lines).toEqual([
      'connected to tracker 1',
      'tracker 1 lost, now on tracker 2',
      'tracker 2 lost, no other answers – still trying',
      'tracker 2 is back',
      '[C] [films] a.mkv  977 KiB  /home/ann/a.mkv',
    ]);
  });
});

describe('human output', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [10 * 1024, '10 KiB'],
    [1024 * 1024 - 1, '1.0 MiB'],
    [640 * 2 ** 20, '640 MiB'],
    [1.5 * 2 ** 30, '1.5 GiB'],
    [2 ** 50, '1.0 PiB'],
    [2 ** 53, '8.0 PiB'],
  ])('%d bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '1 s'],
    [1_001, '2 s'],
    [59_000, '59 s'],
    [59_001, '1 min'],
    [60_001, '2 min'],
    [7_140_000, '119 min'],
    [7_140_001, '2 h'],
    [7_200_001, '3 h'],
    [169_200_000, '47 h'],
    [172_800_000, '2 d'],
  ])('%d ms', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('promises no end while nothing comes', () => {
    const line = (bytesPerSecond: number) => downloadLine(download({ done: 0, bytesPerSecond, peers: 1 }));
    expect(line(0)).toBe('[D] [films] a.mkv  0 % of 977 KiB  0 B/s  1 peer');
    expect(line(1_024)).toBe('[D] [films] a.mkv  0 % of 977 KiB  1.0 KiB/s  17 min left  1 peer');
  });

  it('says 100 % only of the whole', () => {
    expect([formatPercent(0, 0), formatPercent(999, 1000), formatPercent(1000, 1000)]).toEqual([
      '100 %',
      '99 %',
      '100 %',
    ]);
  });

  it('aligns columns by characters', () => {
    expect(
      table(
        ['USER', 'ROLE'],
        [
          ['ann', 'owner'],
          ['\u{1f600}schön', ''],
        ],
        'nobody',
      ),
    ).toBe('USER    ROLE\nann     owner\n\u{1f600}schön');
    expect(table(['USER'], [], 'nobody')).toBe('nobody');
  });

  it('writes what comes from others into a sentence as it can be printed', () => {
    expect(sentence`a ${'x\u001b]0;y\u0007'} ${1} b`).toBe('a x\\u{1b}]0;y\\u{7} 1 b');
  });
});
