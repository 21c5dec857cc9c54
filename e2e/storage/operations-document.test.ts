/** docs/OPERATIONS.md quotes what trackers and clients say: each line is there in the sources, word by word. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const said = ['apps/tracker', 'packages/peer', 'packages/state', 'packages/transport'].map((folder) =>
  textOf(join(root, folder, 'src')),
);
const document = readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8');

/** All sources below a folder; strings that are put together over several lines in one piece. */
function textOf(folder: string): string {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const texts = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  return texts.join('\n').replaceAll(/['`] \+\s+['`]/g, '');
}

/** What stands between the places where something else is filled in each time: `…`, and which tracker it is. */
function fixedParts(line: string): string[] {
  return line.split(/…|tracker [2N](?: \()?|line N/).map((part) => part.trim().replace(/^\)/, '').trim());
}

/** The first cells of the tables of lines. */
const lines = document
  .split('\n## ')
  .filter((chapter) => chapter.startsWith('Lines of'))
  .flatMap((chapter) => chapter.split('\n').filter((row) => row.startsWith('| `')))
  .flatMap((row) => [...(row.split(' | ')[0]?.matchAll(/`([^`]+)`/g) ?? [])].map(([, line = '']) => line));

test('there are lines to look for', () => {
  expect(lines.length).toBeGreaterThan(15);
});

test.each(lines)('%s', (line) => {
  const parts = fixedParts(line).filter((part) => /[a-z]{3}/.test(part));
  expect(parts).not.toEqual([]);
  for (const part of parts) expect(said.join('\n')).toContain(part);
});
