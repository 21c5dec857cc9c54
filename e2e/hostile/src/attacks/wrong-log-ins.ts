/** Tries passwords without end: of one account, of many, and of nobody; and makes accounts in between. */
import { TOKEN_BYTES } from '@p2p/protocol';
import type { Attack } from '../attack.js';
import { pour } from '../pour.js';
import { openGreeted } from '../sockets.js';

const token = new Uint8Array(TOKEN_BYTES);

export const wrongLogIns: Attack = async ({ target: { port, stranger }, index, signal, arrived, sent }) => {
  const socket = await openGreeted(stranger, { port, signal });
  await arrived();
  socket.resume();
  const request = (id: number) => {
    const counter = Date.now() * 1_000 + id;
    const password = `guess ${index} ${id}`;
    if (id % 16 === 0) return { type: 'create_user', id, counter, user: `nobody${index}-${counter}`, password };
    const user = id % 2 === 0 ? 'honest0' : `nobody${index}-${id}`;
    return { type: 'login', id, counter, user, password, token };
  };
  await pour(socket, request, sent);
};
