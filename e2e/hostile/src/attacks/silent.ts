/** Finishes TLS and says nothing, or says hello and nothing more. */
import type { Attack } from '../attack.js';
import { closed, openGreeted, openTls } from '../sockets.js';

export const silent: Attack = async ({ target: { port, stranger }, index, signal, arrived, sent }) => {
  const socket =
    index % 2 === 0 ? await openTls(stranger, port, signal) : await openGreeted(stranger, { port, signal });
  await arrived();
  sent(1);
  socket.resume();
  await closed(socket);
};
