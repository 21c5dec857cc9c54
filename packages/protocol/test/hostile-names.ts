/** Names that nobody may have, put together from tables that were written from Unicode's and Microsoft's documents. */

type Range = readonly [first: number, last: number];

/** Unicode 17: general categories Cc, Cf, Zl and Zp. */
const controlsAndFormats: readonly Range[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2064],
  [0x2066, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0001, 0xe0001],
  [0xe0020, 0xe007f],
];

/** DerivedCoreProperties.txt, Default_Ignorable_Code_Point: variation selectors and fillers, reserved ones as well. */
const ignorable: readonly Range[] = [
  [0x34f, 0x34f],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x2065, 0x2065],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfff8],
  [0xe0000, 0xe0fff],
];

/** A note that isn't drawn, and what stands for unreadable bytes. */
const ofOurOwn: readonly Range[] = [
  [0x1d159, 0x1d159],
  [0xfffd, 0xfffd],
];

function charactersOf(ranges: readonly Range[]): string[] {
  return ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)),
  );
}

/** Every character that may stand nowhere in a name of letters. */
export const unseen: readonly string[] = charactersOf([...controlsAndFormats, ...ignorable, ...ofOurOwn]);

/** White_Space of PropList.txt without the controls, and the blank pattern of Braille. */
export const blanks: readonly string[] = charactersOf([
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x2800, 0x2800],
  [0x3000, 0x3000],
]);

/** "Naming Files, Paths, and Namespaces" and the console's own; CLOCK$ was reserved up to Windows NT. */
export const reservedNames: readonly string[] = [
  ...['CON', 'PRN', 'AUX', 'NUL', 'CONIN$', 'CONOUT$', 'CLOCK$'],
  ...[...'0123456789¹²³'].flatMap((digit) => [`COM${digit}`, `LPT${digit}`]),
];

const asWritten: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toLowerCase(),
  (name) => name.slice(0, 1) + name.slice(1).toLowerCase(),
];

/** What Windows cuts off before it compares. */
const endings = ['', '.txt', '.tar.gz', '.', ' ', '. ', ' .', '...', ' .txt', '   .a b', '\u00a0.txt', '.con', '.~2'];

/** Reserved names as one might try to get them past a check. */
export const reservedInDisguise: readonly string[] = reservedNames.flatMap((name) =>
  asWritten.flatMap((write) => endings.map((ending) => write(name) + ending)),
);

/** Ways out of a directory, to another drive, machine or stream of a file, and on to a command line. */
export const paths: readonly string[] = [
  '.',
  '..',
  '...',
  '. .',
  '.. ',
  ' ..',
  '..\u00a0',
  '/',
  '//',
  '\\',
  '/etc/passwd',
  '../x',
  'x/..',
  'x/../y',
  '..\\x',
  'x\\..\\y',
  './x',
  'x/',
  'x\\',
  'C:',
  'C:x',
  'C:\\x',
  'c:/x',
  '\\\\server\\share\\x',
  '//server/share/x',
  '\\\\?\\C:\\x',
  '\\\\.\\PhysicalDrive0',
  '\\??\\C:\\x',
  'x:stream',
  'x::$DATA',
  'x.txt:evil.exe:$DATA',
  ':x',
  'x:',
  '<x',
  'x>',
  'x|y',
  'x*',
  '?',
  '"x"',
  'x\0.txt',
  'x\0/../y',
];

/** Names that are refused for what NFC makes of them. U+212A is a K, U+2000 and U+2001 are blanks, U+FB2C is three. */
export const refusedOnceNormal: readonly string[] = ['cloc\u212a$', 'CLOC\u212a$.txt', 'a\u2000', '\u2001a', '\u2000'];

/** Selectors that choose no form of what stands before them. */
export const strayedSelectors: readonly string[] = [
  'admin\ufe0f',
  'ad\ufe0emin',
  '\ufe0fadmin',
  '\ufe0f',
  'a\ufe00',
  'a\u{e0100}',
  'é\ufe0f',
  '1\ufe0f',
  '1\ufe0fa',
  '1\ufe0e\u20e3',
  'a\ufe0f\u20e3',
  '❤\ufe0f\ufe0f',
  '❤\ufe0f\ufe0e',
  '❤\ufe00',
  '❤\u{e0100}',
  '❤a\ufe0f',
  '葛\ufe0f',
  '葛\u{e0100}\u{e0101}',
  '葛a\u{e0100}',
  'か\u{e0100}',
  '한\ufe00',
  'ᠠ\u180b',
];

/** Halves of characters, alone, turned round, and beside a whole one. */
export const loneSurrogates: readonly string[] = [
  '\ud800',
  '\udbff',
  '\udc00',
  '\udfff',
  'a\ud83d',
  '\udc4da',
  '\udc4d\ud83d',
  '\ud83d\ud83d\udc4d',
  '\ud83d\udc4d\udc4d',
  'a\ud800b',
];

/** Names as merges give them: of all kinds, and of files in front of an extension, be it as long as it may. */
export const likeMerged: readonly string[] = [
  'a~0',
  'a~2',
  'a~02',
  `a~${'9'.repeat(20)}`,
  '~2',
  'a~~2',
  '.a~2',
  'a b~2',
];
export const likeMergedFiles: readonly string[] = [
  ...['a~2.mkv', '~2.x', 'a.tar~3.gz', '.a~2.b', 'a~2. b', 'a~2.b c', 'a~2.日本語'],
  `a~2.${'x'.repeat(32)}`,
  `a~2.${'x'.repeat(33)}`,
  `a~2.${'x'.repeat(200)}`,
];
