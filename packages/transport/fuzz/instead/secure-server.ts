/** Listens at no socket, but at one of the doors: a target knocks there. */
import { doors } from '@p2p/fuzzing';
import type { Listening, SecureServerOptions } from '../../src/secure-server.js';

export async function listenSecure(options: SecureServerOptions): Promise<Listening> {
  const { host, port } = options;
  const door = `${host}:${port}`;
  doors.set(door, options);
  const close = async () => void doors.delete(door);
  return { ok: true, server: { host, port, show: () => undefined, close } };
}
