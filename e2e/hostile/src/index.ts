/** A crowd of hostile clients, for tests and benchmarks of what trackers put up with. Only the loopback address is attacked. */
export type { Target } from './attack.js';
export { type AttackKind, attackKinds, Crowd, type Tally } from './crowd.js';
