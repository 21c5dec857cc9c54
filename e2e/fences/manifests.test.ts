/** The arrows as the manifests and the projects state them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { arrows, folderOf, folders, manifestOf, root } from './tree.js';

test('every package and app is in the table of arrows', () => {
  const present = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${group}/${entry.name}`),
  );
  expect(present.sort()).toEqual([...folders].sort());
});

test.each(folders)('%s depends on what its arrows point at, and its project refers to the same', (folder) => {
  const { dependencies = {}, devDependencies = {} } = manifestOf(folder);
  const ours = Object.keys(dependencies).flatMap((name) => folderOf[name] ?? []);
  expect(ours.sort()).toEqual([...(arrows[folder] ?? [])].sort());
  const project = readFileSync(join(root, folder, 'tsconfig.json'), 'utf8');
  const references = [...project.matchAll(/"path":\s*"(?:\.\.\/)+([^"]+)"/g)].map(([, path = '']) =>
    path.includes('/') ? path : `packages/${path}`,
  );
  expect(references.sort()).toEqual([...(arrows[folder] ?? [])].sort());
  for (const app of ['tracker', 'client']) expect({ ...dependencies, ...devDependencies }).not.toHaveProperty(app);
});
