/**
 * Where connections with the cluster's own key come in. The first message tells whether it is another tracker or
 * somebody who runs this one: a tracker's begins with `init`, an operator's with what is asked.
 */
import {
  decodeMessage,
  HELLO_TIMEOUT_MS,
  MAX_SYNC_FRAME_BYTES,
  type OperatorRequest,
  operatorRequest,
} from '@p2p/protocol';
import type { Connection, ConnectionHandlers } from '@p2p/transport';

export interface Rooms {
  /** Takes over a connection of which nothing has been read yet, as far as it can tell; starts it in this call. */
  tracker(connection: Connection): void;
  /** The request that a connection began with; nothing else that comes over it is read. */
  operator(connection: Connection, request: OperatorRequest): void;
}

/** Starts the connection, waits for its first message, and hands it on. */
export function letIn(connection: Connection, rooms: Rooms): void {
  let handlers: ConnectionHandlers | undefined;
  const timer = setTimeout(() => connection.fail('hello_timeout'), HELLO_TIMEOUT_MS);
  connection.setMaxFrameBytes(MAX_SYNC_FRAME_BYTES);
  connection.start({
    frame: (frame) => {
      if (handlers === undefined) {
        clearTimeout(timer);
        const decoded = decodeMessage(operatorRequest, frame);
        if (decoded.ok) {
          handlers = deaf;
          return rooms.operator(connection, decoded.message);
        }
        rooms.tracker(
          new StartedConnection(connection, (started) => {
            handlers = started;
          }),
        );
      }
      handlers?.frame(frame);
    },
    closed: (reason) => {
      clearTimeout(timer);
      handlers?.closed(reason);
    },
  });
}

const deaf: ConnectionHandlers = { frame: () => undefined, closed: () => undefined };

/** A connection that has been started already: whoever starts it again gets its frames from the first one on. */
class StartedConnection implements Connection {
  readonly #connection: Connection;
  readonly start: Connection['start'];

  constructor(connection: Connection, start: Connection['start']) {
    this.#connection = connection;
    this.start = start;
  }

  get remote() {
    return this.#connection.remote;
  }
  get bufferedBytes() {
    return this.#connection.bufferedBytes;
  }
  get closed() {
    return this.#connection.closed;
  }
  send: Connection['send'] = (...parts) => this.#connection.send(...parts);
  drained: Connection['drained'] = () => this.#connection.drained();
  pause: Connection['pause'] = () => this.#connection.pause();
  resume: Connection['resume'] = () => this.#connection.resume();
  setMaxFrameBytes: Connection['setMaxFrameBytes'] = (bytes) => this.#connection.setMaxFrameBytes(bytes);
  setUser: Connection['setUser'] = (user) => this.#connection.setUser(user);
  setSilenceTimeout: Connection['setSilenceTimeout'] = (ms) => this.#connection.setSilenceTimeout(ms);
  close: Connection['close'] = () => this.#connection.close();
  fail: Connection['fail'] = (code) => this.#connection.fail(code);
}
