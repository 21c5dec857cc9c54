/** Requests without end, as many as the other side takes. */
import type { Socket } from 'node:net';
import { encodeFrame, encodeMessage } from '@p2p/protocol';
import { closed } from './sockets.js';

type Request = { readonly type: string; readonly id: number };

/** Requests written together; the socket says when there is room for more. */
const AT_ONCE = 64;

/** Resolves when the socket is closed. `request`: the one with this id. */
export async function pour(
  socket: Socket,
  request: (id: number) => Request,
  sent: (count: number) => void,
): Promise<void> {
  let id = 0;
  const more = (): void => {
    let hasRoom = true;
    while (hasRoom && !socket.destroyed) {
      const frames = Array.from({ length: AT_ONCE }, () => encodeFrame(encodeMessage(request(++id))));
      hasRoom = socket.write(Buffer.concat(frames));
      sent(AT_ONCE);
    }
  };
  socket.on('drain', more);
  more();
  await closed(socket);
}
