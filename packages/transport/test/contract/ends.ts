/** The part of the contract on how a connection ends: in good order, at once, by silence. */
import { CLOSE_TIMEOUT_MS } from '@p2p/protocol';
import { describe, expect, it, vi } from 'vitest';
import { Recorder, text, turns } from '../recorder.js';
import { type Pair, sendTooMuch } from './pair.js';

export function describeEnds(pair: () => Pair): void {
  describe('close', () => {
    it('sends everything first', async () => {
      const { a, b } = pair();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      b.pause();
      sendTooMuch(a);
      a.close();
      await turns();
      b.resume();
      expect(await ofB.closed()).toEqual({ kind: 'ended' });
      expect(ofB.frames.length).toBe(32);
      expect(await ofA.closed()).toEqual({ kind: 'ended' });
    });

    it('ends sending and receiving on its own side at once', async () => {
      const { a, b } = pair();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      b.send(text('crosses'));
      expect(a.closed).toBe(false);
      a.close();
      expect(a.closed).toBe(true);
      a.send(text('too late'));
      await Promise.all([ofA.closed(), ofB.closed()]);
      expect(ofA.frames).toEqual([]);
      expect(ofB.frames).toEqual([]);
    });

    it('in a handler lets its answer through and no other frame in', async () => {
      const { a, b } = pair();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      ofB.onFrame = () => {
        b.send(text('goodbye'));
        b.close();
      };
      a.send(text('one'));
      a.send(text('two'));
      await Promise.all([ofA.closed(), ofB.closed()]);
      expect(ofB.texts).toEqual(['one']);
      expect(ofA.texts).toEqual(['goodbye']);
    });

    it('by both sides and again is told once to each', async () => {
      const { a, b } = pair();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      a.close();
      b.close();
      a.close();
      expect(await ofA.closed()).toEqual({ kind: 'ended' });
      expect(await ofB.closed()).toEqual({ kind: 'ended' });
      a.fail('silence');
      b.close();
      await turns();
      expect([ofA.reasons.length, ofB.reasons.length]).toEqual([1, 1]);
    });

    it('gives up on a side that takes nothing', async () => {
      const { a, b } = pair();
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      const ofA = new Recorder(a);
      b.pause();
      sendTooMuch(a);
      a.close();
      while (ofA.reasons.length === 0) {
        vi.advanceTimersByTime(CLOSE_TIMEOUT_MS);
        await turns();
      }
      expect(ofA.reasons).toEqual([{ kind: 'violation', code: 'too_slow' }]);
    });
  });

  describe('fail', () => {
    it('closes at once, and the other side sees an end', async () => {
      const { a, b } = pair();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      a.fail('malformed_message');
      expect(a.closed).toBe(true);
      expect(ofA.reasons).toEqual([]);
      expect(await ofA.closed()).toEqual({ kind: 'violation', code: 'malformed_message' });
      expect((await ofB.closed()).kind).not.toBe('violation');
      a.fail('silence');
      await turns();
      expect([ofA.reasons.length, ofB.reasons.length]).toEqual([1, 1]);
    });

    it('in a handler lets no other frame in', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      ofB.onFrame = () => b.fail('unexpected_message');
      for (const words of ['one', 'two', 'three']) a.send(text(words));
      expect(await ofB.closed()).toEqual({ kind: 'violation', code: 'unexpected_message' });
      expect(ofB.texts).toEqual(['one']);
    });

    it('drops frames that a pause held back', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      ofB.onFrame = () => b.pause();
      a.send(text('one'));
      a.send(text('two'));
      await ofB.received(1);
      b.fail('hello_timeout');
      b.resume();
      expect(await ofB.closed()).toEqual({ kind: 'violation', code: 'hello_timeout' });
      expect(ofB.texts).toEqual(['one']);
    });
  });

  describe('silence', () => {
    it('ends a connection on which nothing is heard, and no other', async () => {
      const { a, b } = pair();
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      b.setSilenceTimeout(1_000);
      vi.advanceTimersByTime(900);
      a.send(text('still here'));
      await ofB.received(1);
      vi.advanceTimersByTime(900);
      await turns();
      expect(ofB.reasons).toEqual([]);
      vi.advanceTimersByTime(400);
      expect(await ofB.closed()).toEqual({ kind: 'violation', code: 'silence' });
      await ofA.closed();
    });
  });
}
