/** Documents stay true: their links lead somewhere, and the commands they name exist. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function documentsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(\.|node_modules$|dist$)/.test(entry.name) ? [] : documentsIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const documents = documentsIn(root).map((path) => relative(root, path));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const withoutCode = (markdown: string) => markdown.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '');

/** The anchors that headings get where the documents are shown. */
function anchorsOf(markdown: string): string[] {
  const headings = markdown.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Where a document's links lead that stay in the tree: path from the root and anchor. */
function linksOf(document: string): { path: string; anchor: string | undefined }[] {
  const targets = [...withoutCode(textOf(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#');
      return { path: path === '' ? document : join(dirname(document), path), anchor };
    });
}

describe.each(documents)('%s', (document) => {
  test('links lead somewhere', () => {
    const broken = linksOf(document).filter(({ path, anchor }) => {
      if (!existsSync(join(root, path))) return true;
      const isPage = statSync(join(root, path)).isFile() && path.endsWith('.md');
      return anchor !== undefined && !(isPage && anchorsOf(textOf(path)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  test('commands exist', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const known = new Set([...Object.keys(scripts), 'install', 'exec', 'add', 'pack']);
    const code = [...textOf(document).matchAll(/```[\s\S]*?```|`[^`\n]*`/g)].join('\n');
    const named = [...code.matchAll(/\bpnpm(?:@10)? ([a-z][a-z:-]*)/g)].map(([, word = '']) => word);
    expect(named.filter((word) => !known.has(word))).toEqual([]);
  });
});

test('there are documents to look at', () => {
  expect(documents).toEqual(expect.arrayContaining(['CONTRIBUTING.md', join('docs', 'PROTOCOL.md')]));
});
