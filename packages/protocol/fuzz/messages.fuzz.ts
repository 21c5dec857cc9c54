/** Every message that anybody may send to anybody, as the schemas have it now. */
import type { Target } from '@p2p/fuzzing';
import {
  clientRequest,
  downloaderMessage,
  helloRequest,
  MAX_HELLO_FRAME_BYTES,
  MAX_PEER_FRAME_BYTES,
  MAX_REPLY_FRAME_BYTES,
  MAX_REPLY_VALUES,
  MAX_REQUEST_FRAME_BYTES,
  MAX_REQUEST_VALUES,
  MAX_SYNC_FRAME_BYTES,
  MAX_SYNC_VALUES,
  operatorReply,
  operatorRequest,
  peerHello,
  serverMessage,
  syncMessage,
  trackerMessage,
} from '../src/index.js';
import { messageTarget } from './message-target.js';

const requests = { maxBytes: MAX_REQUEST_FRAME_BYTES, maxValues: MAX_REQUEST_VALUES };
const hellos = { maxBytes: MAX_HELLO_FRAME_BYTES, maxValues: MAX_REQUEST_VALUES };
const operator = { maxBytes: MAX_SYNC_FRAME_BYTES, maxValues: MAX_REQUEST_VALUES };

export const targets: readonly Target[] = [
  messageTarget({ name: 'client-hello', schema: helloRequest, ...hellos, executions: 500_000 }),
  messageTarget({ name: 'client-requests', schema: clientRequest, ...requests, executions: 1_500_000 }),
  messageTarget({
    name: 'tracker-messages',
    schema: trackerMessage,
    maxBytes: MAX_REPLY_FRAME_BYTES,
    maxValues: MAX_REPLY_VALUES,
    executions: 1_000_000,
  }),
  messageTarget({
    name: 'sync-messages',
    schema: syncMessage,
    maxBytes: MAX_SYNC_FRAME_BYTES,
    maxValues: MAX_SYNC_VALUES,
    executions: 1_000_000,
  }),
  messageTarget({ name: 'operator-requests', schema: operatorRequest, ...operator, executions: 250_000 }),
  messageTarget({ name: 'operator-replies', schema: operatorReply, ...operator, executions: 250_000 }),
  messageTarget({ name: 'peer-hello', schema: peerHello, ...hellos, executions: 250_000 }),
  messageTarget({ name: 'downloader-messages', schema: downloaderMessage, ...requests, executions: 750_000 }),
  messageTarget({
    name: 'server-messages',
    schema: serverMessage,
    maxBytes: MAX_PEER_FRAME_BYTES,
    maxValues: MAX_REPLY_VALUES,
    executions: 750_000,
  }),
];
