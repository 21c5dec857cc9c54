/** The part of the contract on frames: what arrives, when the first one does, and how long it may be. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Recorder, text, turns } from '../recorder.js';
import { MIB, type Pair } from './pair.js';

export function describeFrames(pair: () => Pair): void {
  describe('frames', () => {
    it('arrive in order, however many leave together', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      const sent = Array.from({ length: 1_000 }, (_, index) => `frame ${index}`);
      for (const words of sent) a.send(text(words));
      await ofB.received(sent.length);
      expect(ofB.texts).toEqual(sent);
    });

    it('are made of their parts', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      a.send(text('one '), new Uint8Array(0), text('frame'));
      a.send(text('another'));
      await ofB.received(2);
      expect(ofB.texts).toEqual(['one frame', 'another']);
    });

    it('are sent as they lie, and the memory is free afterwards', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      const room = new Uint8Array(MIB + 4);
      for (let frame = 0; frame < 10; frame++) {
        a.send(text(`before ${frame}`));
        await new Promise<void>((taken) => {
          a.sendInPlace(room.fill(frame), taken);
          a.send(text('after'));
        });
      }
      await ofB.received(30);
      expect(ofB.texts.filter((_, index) => index % 3 !== 1)).toEqual(
        Array.from({ length: 10 }, (_, frame) => [`before ${frame}`, 'after']).flat(),
      );
      for (let frame = 0; frame < 10; frame++) {
        expect(Buffer.compare(ofB.frames[3 * frame + 1] as Uint8Array, Buffer.alloc(MIB, frame))).toBe(0);
      }
    });

    it('that are sent as they lie leave their memory also where the connection ends', async () => {
      const { a, b } = pair();
      b.pause();
      const taken: number[] = [];
      for (let frame = 0; frame < 32; frame++) a.sendInPlace(new Uint8Array(MIB), () => taken.push(frame));
      a.fail('too_slow');
      await new Recorder(a).closed();
      await new Promise<void>((last) => a.sendInPlace(new Uint8Array(MIB), last));
      await vi.waitFor(() =>
        expect(taken.sort((x, y) => x - y)).toEqual(Array.from({ length: 32 }, (_, frame) => frame)),
      );
    });

    it('that are large come in memory of the handler’s, where it has said so', async () => {
      const { a, b } = pair();
      const lent = new Set<Uint8Array>();
      const memory = {
        take: (byteCount: number) => {
          const taken = new Uint8Array(byteCount);
          lent.add(taken);
          return taken;
        },
        giveBack: (taken: Uint8Array) => void lent.delete(taken),
      };
      a.setLargeFrameMemory(memory);
      b.setLargeFrameMemory(memory);
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      for (const recorder of [ofA, ofB]) {
        recorder.onFrame = (frame, isOwn) => {
          expect(lent.has(frame)).toBe(isOwn);
          lent.delete(frame);
        };
      }
      const lengths = [1, MIB, 5, 100_000, MIB];
      for (const length of lengths) {
        a.send(new Uint8Array(length).fill(length));
        b.send(new Uint8Array(length).fill(length));
      }
      await Promise.all([ofA.received(lengths.length), ofB.received(lengths.length)]);
      for (const { frames } of [ofA, ofB]) {
        expect(frames.map(({ length }) => length)).toEqual(lengths);
        expect(frames.every((frame) => frame.every((byte) => byte === frame.length % 256))).toBe(true);
      }
      b.send(new Uint8Array(MIB));
      b.fail('too_slow');
      await ofA.closed();
      await vi.waitFor(() => expect(lent.size).toBe(0));
    });

    it('of 1 MiB cross in both directions at once', async () => {
      const { a, b } = pair();
      const [ofA, ofB] = [new Recorder(a), new Recorder(b)];
      const large = new Uint8Array(MIB).map((_, index) => index % 251);
      for (let frame = 0; frame < 4; frame++) {
        a.send(large.subarray(0, 13), large.subarray(13));
        b.send(large);
      }
      await Promise.all([ofA.received(4), ofB.received(4)]);
      for (const frame of [...ofA.frames, ...ofB.frames]) expect(Buffer.compare(frame, large)).toBe(0);
    });

    it('of any lengths come out as they went in', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      const lengths = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(lengths, async (all) => {
          ofB.frames.length = 0;
          for (const [index, length] of all.entries()) a.send(new Uint8Array(length).fill(index));
          await ofB.received(all.length);
          expect(ofB.frames.map((frame) => frame.length)).toEqual(all);
          expect(ofB.frames.every((frame, index) => frame.every((byte) => byte === index))).toBe(true);
        }),
        { numRuns: 20 },
      );
    });

    it('are plain byte arrays, whether they came whole or cut', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      const kinds = new Set<unknown>();
      ofB.onFrame = (frame) => kinds.add(frame.constructor);
      a.send(text('short'));
      a.send(new Uint8Array(MIB));
      await ofB.received(2);
      expect([...kinds]).toEqual([Uint8Array]);
    });

    it('have at least one byte', () => {
      const { a } = pair();
      expect(() => a.send()).toThrow(RangeError);
      expect(() => a.send(new Uint8Array(0))).toThrow(RangeError);
      expect(() => a.sendInPlace(new Uint8Array(4), () => undefined)).toThrow(RangeError);
    });
  });

  describe('start', () => {
    it('holds frames and the end back, and returns before the first of them', async () => {
      const { a, b } = pair();
      a.send(text('early'));
      a.close();
      await turns();
      const heard: string[] = [];
      const end = new Promise<void>((resolve) => {
        b.start({
          frame: (frame) => heard.push(Buffer.from(frame).toString()),
          closed: ({ kind }) => {
            heard.push(kind);
            resolve();
          },
        });
      });
      heard.push('start returned');
      await end;
      expect(heard).toEqual(['start returned', 'early', 'ended']);
    });

    it('tells of an end that came before it', async () => {
      const { a } = pair();
      a.fail('malformed_message');
      const heard: string[] = [];
      await new Promise<void>((resolve) => {
        a.start({
          frame: () => heard.push('frame'),
          closed: ({ kind }) => {
            heard.push(kind);
            resolve();
          },
        });
        heard.push('start returned');
      });
      expect(heard).toEqual(['start returned', 'violation']);
    });

    it('happens once', () => {
      const { a } = pair();
      new Recorder(a);
      expect(() => new Recorder(a)).toThrow();
    });
  });

  describe('limits', () => {
    it('let a frame of the bound in and none beyond', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      b.setMaxFrameBytes(100);
      a.send(new Uint8Array(100));
      a.send(new Uint8Array(101));
      a.send(text('never'));
      expect(await ofB.closed()).toEqual({ kind: 'violation', code: 'frame_too_large' });
      expect(ofB.frames.map((frame) => frame.length)).toEqual([100]);
    });

    it('may be changed by a handler for the next frame', async () => {
      const { a, b } = pair();
      const ofB = new Recorder(b);
      b.setMaxFrameBytes(5);
      ofB.onFrame = () => b.setMaxFrameBytes(50);
      a.send(text('hello'));
      a.send(new Uint8Array(50));
      await ofB.received(2);
    });
  });
}
