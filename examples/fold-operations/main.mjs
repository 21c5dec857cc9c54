/**
 * A program of one's own that uses the trackers' rules without a tracker: it makes operations by `decide`, folds them
 * into a state by `applyOperation`, and shows that the same operations always come to the same digest.
 */
import { createHash } from 'node:crypto';
import { applyOperation, brokenInvariants, decide, emptyState, stateDigest, userByName } from '@p2p/state';

/**
 * The trackers' types tell ids and names apart, since a schema has checked each at the door; here they are plain strings.
 * @typedef {Parameters<typeof applyOperation>[1]} Operation
 * @typedef {import('@p2p/state').Actor} Actor
 * @typedef {import('@p2p/state').Command} Command
 * @typedef {import('@p2p/state').DecisionContext} DecisionContext
 */

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
/** @param {string} text */
const hexOf = (text) => createHash('sha256').update(text).digest('hex');

/** @param {readonly Operation[]} operations In the order of their stamps. */
function fold(operations) {
  const state = emptyState();
  for (const operation of operations) applyOperation(state, operation);
  return state;
}

// A tracker would take the time from its clock, and the device from the key that its client shows.
const beginning = Date.UTC(2025, 0, 1);
const incarnation = '1.0000000000000001';
const device = hexOf('a device');
const session = hexOf('a session token');

const state = emptyState();
/** @type {Operation[]} */
const operations = [];

/**
 * Decides one command, as the tracker that was asked does, and applies what comes of it.
 * @param {unknown} command
 * @param {string} [shownSession]
 */
function ask(command, shownSession) {
  const turn = operations.length + 1;
  const now = beginning + turn;
  const context = { requestId: `${device}.${turn}`, stamp: { time: now, count: 0, incarnation }, seq: turn, now };
  const decision = decide(
    state,
    /** @type {Actor} */ ({ device, session: shownSession }),
    /** @type {Command} */ (command),
    /** @type {DecisionContext} */ ({ ...context, mode: 'reject' }),
  );
  if (!('stamp' in decision)) return decision.ok ? 'nothing to change' : decision.code;
  operations.push(decision);
  applyOperation(state, decision);
  return `operation ${turn}`;
}

const root = hexOf('what would be the pieces root of the film');
const film = { type: 'share_file', group: 'films', file: 'film.mkv', bytes: 1_073_741_824, pieceLength: 262_144, root };

console.log('create_user ann:', ask({ type: 'create_user', user: 'ann', credential: 'a memory-hard hash' }));
console.log('create_user ann:', ask({ type: 'create_user', user: 'ann', credential: 'another hash' }));
console.log('create_group films:', ask({ type: 'create_group', group: 'films' }));
const ann = userByName(state, 'ann');
const checked = { user: ann?.id, credentialVersion: ann?.credentialVersion };
console.log('login ann:', ask({ type: 'login', ...checked, session, expires: beginning + 86_400_000 }));
console.log('create_group films:', ask({ type: 'create_group', group: 'films' }, session));
console.log('share_file film.mkv:', ask(film, session));
console.log('share_file film.mkv:', ask(film, session));

const digest = stateDigest(state, sha256);
console.log(`${operations.length} operations, digest ${digest}`);

if (stateDigest(fold(operations), sha256) !== digest) throw new Error('the same operations came to another state');
if (stateDigest(fold(operations.slice(1)), sha256) === digest) throw new Error('a missing operation goes unnoticed');
const broken = brokenInvariants(state);
if (broken.length > 0) throw new Error(broken.join('; '));
console.log('folded again: the same digest');
