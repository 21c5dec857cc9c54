import { describe, expect, it } from 'vitest';
import { Bitfield } from '../src/index.js';
import { ASK_AGAIN_MS, downloadOf, SILENT_MS, some } from './download-in-lines.js';

describe('the end', () => {
  it('is there from the start for an empty file and for one that is resumed whole', () => {
    const empty = downloadOf(0);
    expect(empty.download.isComplete).toBe(true);
    expect(empty.open('a')).toEqual([]);
    const whole = downloadOf(10, { verified: Bitfield.full(10) });
    expect(whole.download.isComplete).toBe(true);
    expect([...whole.open('a'), ...whole.tick(1)]).toEqual([]);
  });

  it('is said once, after the last cancel', () => {
    const { open, tick, verified } = downloadOf(1);
    open('a');
    open('b');
    expect(tick(ASK_AGAIN_MS)).toEqual(['request b 0']);
    expect(verified('b', 0)).toEqual(['cancel a 0', 'complete']);
    expect([...verified('a', 0), ...tick(SILENT_MS), ...open('c')]).toEqual([]);
  });

  it('asks a second peer for what is late, oldest first, and not before', () => {
    const { open, tick, verified } = downloadOf(2);
    expect(open('a')).toEqual(['request a 0', 'request a 1']);
    expect(open('b')).toEqual([]);
    expect(tick(ASK_AGAIN_MS - 1)).toEqual([]);
    expect(tick(ASK_AGAIN_MS)).toEqual(['request b 0', 'request b 1']);
    expect(tick(ASK_AGAIN_MS + 1)).toEqual([]);
    expect(verified('a', 0)).toEqual(['cancel b 0']);
    expect(verified('b', 1)).toEqual(['cancel a 1', 'complete']);
  });

  it('looks for what is late only when time passes', () => {
    const { open, tick, verified } = downloadOf(4);
    for (const peer of ['a', 'b', 'c']) open(peer);
    expect(tick(ASK_AGAIN_MS)).toEqual(['request c 0', 'request c 3']);
    expect(verified('c', 0)).toEqual(['cancel a 0']);
    expect(tick(ASK_AGAIN_MS + 1)).toEqual(['request a 2', 'request c 1']);
  });

  it('asks one peer more after each further wait, so that peers that trickle never hold it up', () => {
    const { open, received, tick } = downloadOf(1);
    for (const peer of ['a', 'b', 'c']) open(peer);
    const requests: string[] = [];
    for (let now = ASK_AGAIN_MS; now <= 3 * ASK_AGAIN_MS; now += ASK_AGAIN_MS) {
      for (const peer of ['a', 'b']) received(peer);
      requests.push(...tick(now));
    }
    expect(requests).toEqual(['request b 0', 'request c 0']);
  });

  it('waits with second requests while the other peer still has something of its own to send', () => {
    const { open, tick } = downloadOf(10);
    open('a', some(0, 1));
    open('b', some(0, 1, 2, 3, 4));
    expect(tick(ASK_AGAIN_MS)).toEqual([]);
  });
});

describe('a silent peer', () => {
  it('has its pieces asked of others, and keeps its place', () => {
    const { open, received, tick, verified } = downloadOf(10, { askAgainAfterMs: 1e9 });
    open('a', some(0, 1));
    open('b', some(0, 1));
    tick(1);
    received('a');
    expect(tick(SILENT_MS)).toEqual([]);
    expect(tick(SILENT_MS + 1)).toEqual(['request b 0', 'request b 1']);
    expect(verified('b', 0)).toEqual(['cancel a 0']);
    expect(verified('a', 1)).toEqual(['cancel b 1']);
  });

  it('is waited for again as soon as it sends something', () => {
    const { open, received, tick } = downloadOf(10, { askAgainAfterMs: 1e9 });
    open('a', some(0, 1));
    expect(tick(SILENT_MS)).toEqual([]);
    received('a');
    expect(open('b', some(0, 1))).toEqual([]);
  });

  it('is asked for one piece when it owes none, and everybody else for the same piece', () => {
    const { open, gone, has, tick, verified } = downloadOf(10, { askAgainAfterMs: 1e9 });
    open('a', some(0, 1));
    tick(SILENT_MS);
    open('b', some(0, 1));
    verified('b', 0);
    expect(verified('b', 1)).toEqual(['cancel a 1']);
    expect(has('a', 2, 3)).toHaveLength(1);
    gone('b');
    expect(open('c', some(2, 3))).toHaveLength(2);
  });

  it('takes no second request away from a peer that answers', () => {
    const { open, has, received, tick, verified } = downloadOf(10, { verified: some(2, 3, 4, 5, 6, 7, 8, 9) });
    open('silent', some(0));
    tick(SILENT_MS);
    open('honest', some(0));
    expect(verified('honest', 0)).toEqual(['cancel silent 0']);
    open('trickler', some(1));
    expect([...has('silent', 1), ...has('honest', 1), ...received('trickler')]).toEqual([]);
    expect(tick(SILENT_MS + ASK_AGAIN_MS)).toEqual(['request silent 1', 'request honest 1']);
  });

  it('is not silent while it owes nothing', () => {
    const { open, has, tick } = downloadOf(10, { askAgainAfterMs: 1e9 });
    open('a', some());
    tick(10 * SILENT_MS);
    expect(has('a', 0, 1)).toHaveLength(2);
    expect(tick(11 * SILENT_MS - 1)).toEqual([]);
    expect(open('b', some(0, 1))).toEqual([]);
  });
});
