/** Asks for long lists without end and reads none of them. */
import type { Attack } from '../attack.js';
import { pour } from '../pour.js';
import { openGreeted } from '../sockets.js';

export const slowReader: Attack = async ({ target: { port, member, token }, signal, arrived, sent }) => {
  const socket = await openGreeted(member, { port, signal, token });
  await arrived();
  await pour(socket, (id) => ({ type: 'list_groups', id }), sent);
};
