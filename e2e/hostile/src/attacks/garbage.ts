/** Sends rubbish, in place of TLS or inside of it, is thrown out, and is back at once. */
import { randomBytes } from 'node:crypto';
import type { Attack } from '../attack.js';
import { closed, openTcp, openTls } from '../sockets.js';

const BYTES = 4_096;

export const garbage: Attack = async ({ target: { port, stranger }, index, signal, arrived, sent }) => {
  const socket = index % 2 === 0 ? await openTcp(port, signal) : await openTls(stranger, port, signal);
  await arrived();
  sent(1);
  socket.write(randomBytes(BYTES));
  socket.resume();
  await closed(socket);
};
