/** Sockets, TLS, identities and the private files they lie in: the only package that opens a connection. */
export { replaceFile, syncDirectory } from './atomic-file.js';
export type { CloseReason, Connection, ConnectionHandlers, Remote } from './connection.js';
export { type DialFailure, type Dialled, type DialOptions, dialSecure } from './dial.js';
export { type DirectoryLock, lockDirectory } from './directory-lock.js';
export { readFirstFrame } from './first-frame.js';
export { type Identity, type LoadedIdentity, loadOrCreateIdentity } from './identity.js';
export {
  identitiesIn,
  type LoadedKeys,
  loadKeyFile,
  loadOrCreateKeyFile,
  newDatedKey,
  replaceKeyFile,
} from './key-file.js';
export { compareKeys, type DatedKey, formatKeyHistory, type KeyHistory, parseKeyHistory } from './key-history.js';
export { memoryPair } from './memory-connection.js';
export { isLoopback, networkOf } from './network.js';
export { openRegular } from './open-regular.js';
export { type PrivateFileKind, readPrivateFile } from './private-file.js';
export { retryDelayMs } from './retry-delay.js';
export { RoundRobin } from './round-robin.js';
export {
  type Listening,
  listenSecure,
  type SecureServer,
  type SecureServerOptions,
  type ServerBounds,
} from './secure-server.js';
export { APPLICATION_PROTOCOL } from './tls-settings.js';
