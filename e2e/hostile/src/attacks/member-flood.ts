/** Somebody who is logged in and asks for all sorts of things as fast as it can: lists, questions, changes. */
import type { Attack } from '../attack.js';
import { pour } from '../pour.js';
import { openGreeted } from '../sockets.js';

export const memberFlood: Attack = async ({ target: { port, member, token }, index, signal, arrived, sent }) => {
  const socket = await openGreeted(member, { port, signal, token });
  await arrived();
  socket.resume();
  const request = (id: number) => {
    const counter = (Date.now() * 1_000 + id) * 128 + index;
    const group = `flood ${index} ${Math.floor(id / 8)}`;
    switch (id % 8) {
      case 0:
        return { type: 'create_group', id, counter, group };
      case 1:
        return { type: 'list_groups', id };
      case 2:
        return { type: 'check_member', id, group };
      case 3:
        return { type: 'list_members', id, group };
      case 4:
        return { type: 'join_group', id, counter, group };
      case 5:
        return { type: 'open_swarm', id, group, file: 'nothing' };
      case 6:
        return { type: 'delete_group', id, counter, group };
      default:
        return { type: 'whoami', id };
    }
  };
  await pour(socket, request, sent);
};
