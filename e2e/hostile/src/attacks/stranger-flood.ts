/** Asks for what needs no log-in, as fast as it can, and reads the answers. */
import type { Attack } from '../attack.js';
import { pour } from '../pour.js';
import { openGreeted } from '../sockets.js';

export const strangerFlood: Attack = async ({ target: { port, stranger }, signal, arrived, sent }) => {
  const socket = await openGreeted(stranger, { port, signal });
  await arrived();
  socket.resume();
  await pour(socket, (id) => ({ type: id % 2 === 0 ? 'ping' : 'status', id }), sent);
};
