/** Sockets, TLS and identities: the only package that opens a connection. */
export type { CloseReason, Connection, ConnectionHandlers, Remote } from './connection.js';
