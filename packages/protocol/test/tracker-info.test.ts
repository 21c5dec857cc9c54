/** tracker_info.txt: what is understood, and which line is named when something is not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, MAX_TRACKERS, parseTrackerInfo } from '../src/index.js';

const key = 'ab'.repeat(32);
const otherKey = 'cd'.repeat(32);

/** The trackers of a text that is understood, as `number host:port`. */
function trackersOf(text: string): string[] {
  const info = parseTrackerInfo(text);
  if (!info.ok) throw new Error(`line ${info.line}: ${info.message}`);
  return info.trackers.map((tracker) => `${tracker.number} ${formatAddress(tracker)}`);
}

const two = ['1 127.0.0.1:9909', '2 127.0.0.1:9910'];

describe('understood', () => {
  test.each([
    ['one a line', '127.0.0.1:9909\n127.0.0.1:9910\n'],
    ['without a last line end', '127.0.0.1:9909\n127.0.0.1:9910'],
    ['host and port apart', '127.0.0.1 9909\n127.0.0.1\t9910\n'],
    ['both forms', '127.0.0.1:9909\n127.0.0.1 9910\n'],
    ['spaces around', '  127.0.0.1:9909  \n\t127.0.0.1:9910\t\n'],
    ['comments and blank lines', '# trackers\n\n127.0.0.1:9909 # the first\n  \n#\n127.0.0.1:9910#the second\n'],
    ['a comment with a fingerprint', `127.0.0.1:9909 # fingerprint=${key}\n127.0.0.1:9910`],
    ['line ends of Windows', '127.0.0.1:9909\r\n127.0.0.1:9910\r\n'],
    ['line ends of old Macs', '127.0.0.1:9909\r127.0.0.1:9910\r'],
    ['a byte order mark', '\ufeff127.0.0.1:9909\n127.0.0.1:9910\n'],
    ['the old form', '127.0.0.1\n9909\n127.0.0.1\n9910\n'],
    ['a comment with a line separator in it', '127.0.0.1:9909 # a\u2028b\n127.0.0.1:9910'],
    ['the old form with comments', '# one\n127.0.0.1 # host\n\n9909 # port\r\n127.0.0.1\n9910'],
  ])('%s', (_what, text) => {
    expect(trackersOf(text)).toEqual(two);
    expect(parseTrackerInfo(text)).toMatchObject({ fingerprint: undefined });
  });

  test('names and IPv6 addresses in brackets', () => {
    const text = 'tracker.example.org:1\n[::1]:2\n[2001:db8::1] 3\n';
    expect(trackersOf(text)).toEqual(['1 tracker.example.org:1', '2 [::1]:2', '3 [2001:db8::1]:3']);
    expect(parseTrackerInfo(text)).toMatchObject({ trackers: [{}, { host: '::1' }, { host: '2001:db8::1' }] });
    expect(trackersOf('[::1]\n9909\nlocalhost\n9910')).toEqual(['1 [::1]:9909', '2 localhost:9910']);
  });

  test.each([
    ['on every line', `127.0.0.1:9909 fingerprint=sha256:${key}\n127.0.0.1:9910 fingerprint=sha256:${key}\n`],
    ['on one', `127.0.0.1:9909\n127.0.0.1 9910 fingerprint=sha256:${key} # of cluster.key\n`],
    ['in capitals', `127.0.0.1:9909 fingerprint=sha256:${key.toUpperCase()}\n127.0.0.1:9910`],
    ['in the old form', `127.0.0.1\n9909 fingerprint=sha256:${key}\n127.0.0.1\n9910`],
  ])('a fingerprint %s', (_where, text) => {
    expect(trackersOf(text)).toEqual(two);
    expect(parseTrackerInfo(text)).toMatchObject({ fingerprint: key });
  });

  test('as many trackers as there may be', () => {
    const text = Array.from({ length: MAX_TRACKERS }, (_, index) => `localhost:${index + 1}`).join('\n');
    expect(trackersOf(text)).toHaveLength(MAX_TRACKERS);
  });

  test('every list of different addresses', () => {
    const host = fc.constantFrom('localhost', 'a.example', '10.0.0.1', '::1', 'fe80::2');
    const address = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) });
    const list = fc.uniqueArray(address, { minLength: 1, maxLength: MAX_TRACKERS, selector: formatAddress });
    fc.assert(
      fc.property(list, fc.constantFrom('\n', '\r\n', '\n\n# x\n'), (addresses, lineEnd) => {
        const expected = addresses.map((each, index) => `${index + 1} ${formatAddress(each)}`);
        expect(trackersOf(addresses.map(formatAddress).join(lineEnd))).toEqual(expected);
      }),
    );
  });
});

describe('refused, with the line named', () => {
  test.each([
    ['an empty file', '', 1],
    ['only comments', '# nothing\n\n', 1],
    ['a word', '127.0.0.1:9909\nnonsense\n', 2],
    ['a word first', 'nonsense\n127.0.0.1:9909\n', 1],
    ['a word alone', 'localhost', 1],
    ['a port that is none', '# x\n\n127.0.0.1:99099\n', 3],
    ['port 0', '127.0.0.1:0', 1],
    ['a host that is none', '127.0.0.1:9909\n127.0.0.256:9910\n', 2],
    ['an IPv6 address without brackets', '::1 9909', 1],
    ['a third word', '127.0.0.1 9909 9910\n', 1],
    ['a word that may come later', '127.0.0.1:9909 weight=2\n', 1],
    ['a URL', 'http://127.0.0.1:9909\n', 1],
    ['the same twice', '127.0.0.1:9909\n127.0.0.1:9910\n127.0.0.1 9909\n', 3],
    ['the same twice in other letters', 'LOCALHOST:1\nlocalhost:1', 2],
    ['the old form without the last port', '127.0.0.1\n9909\n127.0.0.1\n', 3],
    ['the old form with a line missing', '127.0.0.1\n9909\n9910\n127.0.0.1\n', 3],
    ['the old form with a bad port', '127.0.0.1\n9909\n127.0.0.1\nx\n', 4],
    ['the old form and then the new', '127.0.0.1\n9909\n127.0.0.1:9910\n', 3],
    ['the new form and then the old', '127.0.0.1:9909\n127.0.0.1\n9910\n', 2],
    ['a fingerprint alone', `fingerprint=sha256:${key}\n127.0.0.1:9909`, 1],
    ['a fingerprint too short', `127.0.0.1:9909\n127.0.0.1:9910 fingerprint=sha256:${key.slice(1)}`, 2],
    ['a fingerprint of another hash', `127.0.0.1:9909 fingerprint=md5:${key}`, 1],
    ['a fingerprint without its hash', `127.0.0.1:9909 fingerprint=${key}`, 1],
    ['different fingerprints', `a:1 fingerprint=sha256:${key}\nb:2\nc:3 fingerprint=sha256:${otherKey}`, 3],
    ['two on one line', `a:1 fingerprint=sha256:${key} fingerprint=sha256:${otherKey}`, 1],
  ])('%s', (_what, text, line) => {
    expect(parseTrackerInfo(text)).toEqual({ ok: false, line, message: expect.stringMatching(/^[^\n]{10,}$/) });
  });

  test('one tracker too many', () => {
    const text = Array.from({ length: MAX_TRACKERS + 1 }, (_, index) => `localhost:${index + 1}`).join('\n');
    expect(parseTrackerInfo(text)).toMatchObject({ ok: false, line: MAX_TRACKERS + 1 });
  });

  test('no text throws, and a refused line is one of the text', () => {
    const word = fc.constantFrom(
      '127.0.0.1',
      ':',
      '9909',
      '#',
      'fingerprint=',
      'sha256:',
      key,
      ' ',
      '\n',
      '\r\n',
      '[::1]',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 30 }), (words) => {
        const info = parseTrackerInfo(words.join(''));
        if (!info.ok) expect(info.line).toBeLessThanOrEqual(words.join('').split(/\r\n|\r|\n/).length);
        else expect(info.trackers.length).toBeGreaterThan(0);
      }),
      { numRuns: 3_000 },
    );
  });
});
