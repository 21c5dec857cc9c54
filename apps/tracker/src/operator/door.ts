/**
 * Where connections with the cluster's own key come in. The first message tells whether it is another tracker or
 * somebody who runs this one: a tracker's begins with `init`, an operator's with what is asked.
 */
import { decodeMessage, MAX_SYNC_FRAME_BYTES, type OperatorRequest, operatorRequest } from '@p2p/protocol';
import { type Connection, readFirstFrame } from '@p2p/transport';

export interface Rooms {
  /** Takes over a connection of which nothing has been read yet, as far as it can tell. */
  tracker(connection: Connection): void;
  /** The request that a connection began with; nothing else that comes over it is read. */
  operator(connection: Connection, request: OperatorRequest): void;
}

/** Starts the connection, waits for its first message, and hands it on. */
export function letIn(connection: Connection, rooms: Rooms): void {
  connection.setMaxFrameBytes(MAX_SYNC_FRAME_BYTES);
  readFirstFrame(connection, (frame, handOn) => {
    const decoded = decodeMessage(operatorRequest, frame);
    if (decoded.ok) rooms.operator(connection, decoded.message);
    else rooms.tracker(handOn('first frame'));
  });
}
