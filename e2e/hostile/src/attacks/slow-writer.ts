/** Announces a frame as large as is allowed, and sends it one byte a second. */
import { MAX_REQUEST_FRAME_BYTES } from '@p2p/protocol';
import type { Attack } from '../attack.js';
import { closed, openGreeted } from '../sockets.js';

const INTERVAL_MS = 1_000;

export const slowWriter: Attack = async ({ target: { port, stranger }, signal, arrived, sent }) => {
  const socket = await openGreeted(stranger, { port, signal });
  await arrived();
  const header = Buffer.alloc(4);
  header.writeUInt32BE(MAX_REQUEST_FRAME_BYTES);
  socket.write(header);
  sent(1);
  const trickle = setInterval(() => {
    socket.write(Uint8Array.of(0));
    sent(1);
  }, INTERVAL_MS);
  socket.resume();
  await closed(socket);
  clearInterval(trickle);
};
