/** Two connected ends, and what the parts of the contract do with them. */
import type { Connection } from '../../src/connection.js';
import { type Recorder, text, turns } from '../recorder.js';

export interface Pair {
  readonly a: Connection;
  readonly b: Connection;
  /** Keys that the two were made with. */
  readonly keyOfA: string;
  readonly keyOfB: string;
}

export const MIB = 1024 * 1024;

/** A frame goes from b to a and is seen there: everything a did before has had its chance. */
export async function barrier(b: Connection, ofA: Recorder): Promise<void> {
  b.send(text('barrier'));
  await ofA.received(ofA.frames.length + 1);
  await turns();
}

/** 32 frames of 1 MiB, more than any system's own buffers take; each is filled with its number. */
export function sendTooMuch(connection: Connection): void {
  for (let frame = 0; frame < 32; frame++) connection.send(new Uint8Array(MIB).fill(frame));
}
