/** Where a script's answers and events go. Two ways of saying them: for programs (JSON lines) and for people. */
import type { PeerEvent } from '@p2p/peer';
import type { Outcome } from './commands/command.js';

/** Anything that takes text; what is at its other end may have gone away. */
export interface TextSink {
  write(text: string): unknown;
}

export interface Output {
  /** The answer to one line; `command` is its first word as typed, null where the line could not be cut. */
  answer(command: string | null, outcome: Outcome): void;
  event(event: PeerEvent): void;
}
