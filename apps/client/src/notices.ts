/** What a person is told of an event, in one calm line; nothing of what they would only have to read past. */
import { printable } from '@p2p/command-line';
import type { PeerEvent } from '@p2p/peer';
import { downloadLine } from './human-output.js';

/** The line for `event`, or undefined. Progress is not a notice. */
export function noticeOf(event: PeerEvent): string | undefined {
  switch (event.event) {
    case 'tracker':
      return trackerNotice(event);
    case 'download':
      return event.state === 'complete' || event.state === 'failed' ? downloadLine(event) : undefined;
    case 'notice':
      return printable(event.message);
    default:
      return undefined;
  }
}

function trackerNotice(event: Extract<PeerEvent, { event: 'tracker' }>): string {
  if (event.state === 'lost') return `tracker ${event.number} lost, no other answers – still trying`;
  if (event.lost === undefined) return `connected to tracker ${event.number}`;
  if (event.lost === event.number) return `tracker ${event.number} is back`;
  return `tracker ${event.lost} lost, now on tracker ${event.number}`;
}
