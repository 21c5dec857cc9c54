/** Connects and goes no further: not a byte, or half of a TLS hello. */
import type { Attack } from '../attack.js';
import { closed, openTcp } from '../sockets.js';

/** The first bytes of a ClientHello of 512 bytes. */
const HALF_HELLO = Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03);

export const halfOpen: Attack = async ({ target, index, signal, arrived, sent }) => {
  const socket = await openTcp(target.port, signal);
  if (index % 2 === 0) socket.write(HALF_HELLO);
  await arrived();
  sent(1);
  socket.resume();
  await closed(socket);
};
