/** Dials nobody. */
import type { Dialled } from '../../src/dial.js';

export async function dialSecure(): Promise<Dialled> {
  return { ok: false, reason: 'unreachable', message: 'nobody is there' };
}
