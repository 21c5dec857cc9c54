/** What a cluster signs with its key: grants of membership, and successions of the key itself. */
export { type Grant, type GrantCheck, signGrant, verifyGrant } from './grant.js';
export type { Signer } from './statement.js';
export { type Succession, signSuccession, verifySuccession, verifySuccessions } from './succession.js';
