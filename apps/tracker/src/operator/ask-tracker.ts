/** Asks a running tracker for something, as one who has the cluster's key. */
import {
  decodeMessage,
  encodeMessage,
  formatAddress,
  MAX_HELLO_FRAME_BYTES,
  OPERATOR_PATIENCE_MS,
  type OperatorReply,
  type OperatorRequest,
  operatorReply,
  type TrackerEntry,
} from '@p2p/protocol';
import type { Connection, Dialled } from '@p2p/transport';
import type { ClusterKeys } from '../cluster-keys/cluster-keys.js';
import { dialTracker } from '../cluster-keys/dial-tracker.js';

export type Asked =
  | { readonly kind: 'replied'; readonly reply: OperatorReply }
  /** Nobody listens there, or does not answer. */
  | { readonly kind: 'away' }
  /** Somebody listens, and it is not known what has become of the request; a sentence. */
  | { readonly kind: 'failed'; readonly message: string };

export interface Asking {
  readonly keys: ClusterKeys;
}

/** Takes at most TRACKER_DIAL_TIMEOUT_MS, for each key that is in force, and OPERATOR_PATIENCE_MS. */
export async function askTracker(asking: Asking, entry: TrackerEntry, request: OperatorRequest): Promise<Asked> {
  const dialled = await dial(asking, entry);
  if (dialled.ok) return replyOver(dialled.connection, entry, request);
  if (dialled.reason === 'unreachable' || dialled.reason === 'timeout') return { kind: 'away' };
  return { kind: 'failed', message: dialled.message };
}

/** Whether a tracker of this cluster listens there. */
export async function answers(asking: Asking, entry: TrackerEntry): Promise<boolean> {
  const dialled = await dial(asking, entry);
  if (dialled.ok) dialled.connection.close();
  return dialled.ok;
}

function dial({ keys }: Asking, entry: TrackerEntry): Promise<Dialled> {
  return dialTracker(keys, entry, { maxFrameBytes: MAX_HELLO_FRAME_BYTES });
}

function replyOver(connection: Connection, entry: TrackerEntry, request: OperatorRequest): Promise<Asked> {
  const who = `tracker ${entry.number} (${formatAddress(entry)})`;
  return new Promise((resolve) => {
    const end = (asked: Asked) => {
      clearTimeout(timer);
      resolve(asked);
      connection.close();
    };
    const late = `${who} has not answered within ${OPERATOR_PATIENCE_MS / 1_000} s – ask again: twice does no harm`;
    const timer = setTimeout(() => end({ kind: 'failed', message: late }), OPERATOR_PATIENCE_MS);
    connection.start({
      frame: (frame) => {
        const decoded = decodeMessage(operatorReply, frame);
        if (decoded.ok) end({ kind: 'replied', reply: decoded.message });
        else end({ kind: 'failed', message: `${who} answers something that this version does not know` });
      },
      closed: () => end({ kind: 'failed', message: `${who} has ended the connection without an answer` }),
    });
    connection.send(encodeMessage(request));
  });
}
