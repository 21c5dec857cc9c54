/** A script's answers as a person reads them: results on standard output, refusals and notices on standard error. */
import { printable } from '@p2p/command-line';
import type { PeerEvent } from '@p2p/peer';
import type { Outcome } from './commands/command.js';
import { DownloadChanges } from './download-changes.js';
import { noticeOf } from './notices.js';
import type { Output, TextSink } from './output.js';

export class TextOutput implements Output {
  private readonly changes: DownloadChanges;

  constructor(
    private readonly stdout: TextSink,
    private readonly stderr: TextSink,
    nowMs: () => number,
  ) {
    this.changes = new DownloadChanges(nowMs);
  }

  answer(command: string | null, outcome: Outcome): void {
    if (!outcome.ok) {
      const subject = command === null ? '' : `${command}: `;
      this.stderr.write(`${printable(`${subject}${outcome.message}`)}\n`);
      return;
    }
    const text = outcome.text();
    if (text !== '') this.stdout.write(`${text}\n`);
  }

  event(event: PeerEvent): void {
    if (event.event === 'download' && this.changes.judge(event) !== 'change') return;
    const notice = noticeOf(event);
    if (notice !== undefined) this.stderr.write(`${notice}\n`);
  }
}
