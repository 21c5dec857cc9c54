/** The part of the contract on pausing, and on what a sender notices of it. */
import { SEND_HIGH_WATER_BYTES, SEND_LOW_WATER_BYTES } from '@p2p/protocol';
import { describe, expect, it } from 'vitest';
import { Recorder, text, turns } from '../recorder.js';
import { barrier, MIB, type Pair, sendTooMuch } from './pair.js';

export function describeFlow(pair: () => Pair): void {
  describe('pause', () => {
    it('holds back frames that have come already', async () => {
      const { a, b } = pair();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      ofB.onFrame = () => b.pause();
      for (const words of ['one', 'two', 'three']) a.send(text(words));
      await ofB.received(1);
      await barrier(b, ofA);
      expect(ofB.texts).toEqual(['one']);
      b.resume();
      expect(ofB.texts).toEqual(['one']);
      await ofB.received(2);
      await barrier(b, ofA);
      expect(ofB.texts).toEqual(['one', 'two']);
      b.resume();
      await ofB.received(3);
      expect(ofB.texts).toEqual(['one', 'two', 'three']);
    });

    it('and resume within one handler lose nothing', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      ofB.onFrame = () => {
        b.pause();
        b.resume();
      };
      for (let frame = 0; frame < 100; frame++) a.send(text(`${frame}`));
      await ofB.received(100);
      a.send(text('last'));
      await ofB.received(101);
      expect(ofB.texts).toEqual([...Array.from({ length: 100 }, (_, frame) => `${frame}`), 'last']);
    });

    it('before start holds back everything', async () => {
      const { a, b } = pair();
      b.pause();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      a.send(text('one'));
      await barrier(b, ofA);
      expect(ofB.texts).toEqual([]);
      b.resume();
      await ofB.received(1);
    });

    it('leaves time to raise the bound for what has come already', async () => {
      const { a, b } = pair();
      b.setMaxFrameBytes(10);
      const ofB = new Recorder(b);
      ofB.onFrame = () => b.pause();
      a.send(text('hello'));
      a.send(new Uint8Array(1_000));
      await ofB.received(1);
      b.setMaxFrameBytes(1_000);
      b.resume();
      await ofB.received(2);
      expect(ofB.reasons).toEqual([]);
    });

    it('hands out the rest before the end', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      ofB.onFrame = () => b.pause();
      a.send(text('one'));
      a.send(text('two'));
      a.close();
      await ofB.received(1);
      await turns();
      expect(ofB.reasons).toEqual([]);
      b.resume();
      expect(await ofB.closed()).toEqual({ kind: 'ended' });
      expect(ofB.texts).toEqual(['one', 'two']);
    });
  });

  describe('backpressure', () => {
    it('shows at the sender while the receiver is paused, and ends when it reads on', async () => {
      const { a, b } = pair();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      b.pause();
      await a.drained();
      sendTooMuch(a);
      let drained = false;
      const waiting = a.drained().then(() => {
        drained = true;
        expect(a.bufferedBytes).toBeLessThanOrEqual(SEND_LOW_WATER_BYTES);
      });
      await barrier(b, ofA);
      expect(a.bufferedBytes).toBeGreaterThan(SEND_HIGH_WATER_BYTES);
      expect(drained).toBe(false);
      b.resume();
      await waiting;
      await ofB.received(32);
      expect(ofB.frames.every((frame, index) => frame.length === MIB && frame[0] === index)).toBe(true);
    });

    it('lets go of those who wait when the connection ends', async () => {
      const { a, b } = pair();
      b.pause();
      sendTooMuch(a);
      const [waiting, ofA] = [a.drained(), new Recorder(a)];
      a.fail('too_slow');
      await waiting;
      await ofA.closed();
      expect(a.bufferedBytes).toBe(0);
      await a.drained();
    });
  });
}
