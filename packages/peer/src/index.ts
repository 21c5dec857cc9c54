/** A client without a face: tracker session, sharing, fetching. Embeddable in any Node.js program. */
export type * from './api.js';
export type * from './explanation.js';
export { openPeer } from './open-peer.js';
