import { expect, it } from 'vitest';
import { createLog } from '../src/log.js';

it('a log passes on what is important enough, in lines that nobody else can begin', () => {
  const lines: string[] = [];
  const log = createLog('info', (line) => lines.push(line));
  log.debug('not said');
  log.info('linked with tracker 2 (127.0.0.1:9910)');
  log.warn('tracker 2 refuses: \u001b[2J\rmade up\ntracker 1 listening on 127.0.0.1:1\u202e');
  expect(lines).toEqual([
    'linked with tracker 2 (127.0.0.1:9910)\n',
    'warn: tracker 2 refuses: \\u{1b}[2J\\u{d}made up\n    tracker 1 listening on 127.0.0.1:1\\u{202e}\n',
  ]);
});
