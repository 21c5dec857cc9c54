/** Dials a tracker, checks its key against the pin and says hello: everything up to a connection that can be used. */
import {
  type HelloRequest,
  MAX_REPLY_FRAME_BYTES,
  PROTOCOL_VERSION,
  type ReplyTo,
  type TrackerEntry,
} from '@p2p/protocol';
import { dialSecure, type Identity } from '@p2p/transport';
import type { ClusterPin } from '../data-directory/cluster-pin.js';
import { TrackerConnection } from './tracker-connection.js';

/** TCP and TLS, and then the hello: a hung tracker must hold up the next one for no longer than this each. */
const GREETING_TIMEOUT_MS = 1_500;

export interface GreetingOptions {
  readonly identity: Identity;
  readonly entry: TrackerEntry;
  readonly pin: ClusterPin;
  readonly hello: Pick<HelloRequest, 'counter' | 'token' | 'address'>;
  readonly signal: AbortSignal;
}

export type Greeting =
  | { readonly ok: true; readonly tracker: TrackerConnection; readonly hello: ReplyTo<'hello'> }
  /** `mismatch`: another key than the pinned one; the message explains it to a person. */
  | { readonly ok: false; readonly mismatch: boolean; readonly message: string };

const failed = (message: string): Greeting => ({ ok: false, mismatch: false, message });

function mismatch({ pin, entry }: GreetingOptions, shown: string | undefined): Greeting {
  return { ok: false, mismatch: true, message: pin.explain(`${entry.host}:${entry.port}`, shown) };
}

/** Takes at most twice {@link GREETING_TIMEOUT_MS}. Rejects only where the pin can't be written down. */
export async function greetTracker(options: GreetingOptions): Promise<Greeting> {
  const { identity, entry, pin, hello, signal } = options;
  const dialled = await dialSecure({
    identity,
    host: entry.host,
    port: entry.port,
    askForKey: pin.expected,
    expectKey: (key) => pin.accepts(key),
    timeoutMs: GREETING_TIMEOUT_MS,
    maxFrameBytes: MAX_REPLY_FRAME_BYTES,
    signal,
  });
  if (!dialled.ok)
    return dialled.reason === 'wrong_identity' ? mismatch(options, dialled.key) : failed(dialled.message);
  const tracker = new TrackerConnection(dialled.connection);
  tracker.send({ type: 'hello', id: 0, protocol: PROTOCOL_VERSION, ...hello });
  const answer = await tracker.next(GREETING_TIMEOUT_MS, signal);
  if (answer?.type === 'hello.ok') {
    if (await pin.accept(tracker.key, answer.successions)) return { ok: true, tracker, hello: answer };
    tracker.close();
    return mismatch(options, tracker.key);
  }
  tracker.close();
  return failed(
    answer?.type === 'error' ? `the tracker refused the hello: ${answer.message}` : 'no answer to the hello',
  );
}
