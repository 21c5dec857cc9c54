/** The hash that `@p2p/swarm` is given. */
import { hash } from 'node:crypto';
import type { Sha256 } from '@p2p/swarm';

/** One call without a hash object in between: the fastest that Node has for 16 KiB. */
export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');
