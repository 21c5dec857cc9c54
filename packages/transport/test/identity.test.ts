import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Identity, loadOrCreateIdentity } from '../src/index.js';
import { bundleProgram, firstLine, startProgram } from './child-program.js';
import { temporaryFolder } from './identities.js';

async function load(path: string): Promise<{ identity: Identity; created: boolean }> {
  const loaded = await loadOrCreateIdentity(path);
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded;
}

describe('loadOrCreateIdentity', () => {
  it('makes a key once and finds it again', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'cluster.key');
    const first = await load(path);
    const second = await load(path);
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.identity).toEqual(first.identity);
    expect(first.identity.id).toMatch(/^[0-9a-f]{64}$/);
    expect((await readdir(folder)).sort()).toEqual(['cluster.crt', 'cluster.key']);
  });

  it.skipIf(process.platform === 'win32')('keeps both files from everyone else', async () => {
    const folder = await temporaryFolder();
    await load(join(folder, 'device.key'));
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('has a certificate of that key for a century', async () => {
    const { identity } = await load(join(await temporaryFolder(), 'device.key'));
    const certificate = new X509Certificate(identity.certificatePem);
    expect(certificate.checkPrivateKey(createPrivateKey(identity.privateKeyPem))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe(`CN=${identity.id}`);
    expect(new Date(certificate.validTo).getFullYear()).toBeGreaterThanOrEqual(2099);
  });

  it('makes the same certificate again where it is missing, damaged or of another key', async () => {
    const folder = await temporaryFolder();
    const [path, certificatePath] = [join(folder, 'device.key'), join(folder, 'device.crt')];
    const { certificatePem } = (await load(path)).identity;
    const foreign = (await load(join(folder, 'other.key'))).identity.certificatePem;
    for (const content of ['', certificatePem.slice(0, 200), foreign]) {
      await writeFile(certificatePath, content);
      expect((await load(path)).identity.certificatePem).toBe(certificatePem);
      expect(await readFile(certificatePath, 'utf8')).toBe(certificatePem);
    }
  });

  it('gives all that start together the same key', async () => {
    const path = join(await temporaryFolder(), 'cluster.key');
    const all = await Promise.all(Array.from({ length: 8 }, () => load(path)));
    expect(new Set(all.map(({ identity }) => identity.id)).size).toBe(1);
    expect(all.filter(({ created }) => created).length).toBe(1);
  });

  it('gives two processes that start together the same key', async () => {
    const program = await bundleProgram(`
      import { loadOrCreateIdentity } from '../src/identity.js';
      const loaded = await loadOrCreateIdentity(process.argv[2] ?? '');
      console.log(loaded.ok ? loaded.identity.id : loaded.message);
    `);
    const path = join(await temporaryFolder(), 'cluster.key');
    const ids = await Promise.all([1, 2].map(() => firstLine(startProgram(program, path))));
    const { identity, created } = await load(path);
    expect(ids).toEqual([identity.id, identity.id]);
    expect(created).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('refuses a key that others can read, and says what to do', async () => {
    const path = join(await temporaryFolder(), 'cluster.key');
    await load(path);
    for (const mode of [0o640, 0o604, 0o620]) {
      await chmod(path, mode);
      const message = `other users of this machine can read the private key ${path} – run: chmod 600 '${path}'`;
      expect(await loadOrCreateIdentity(path)).toMatchObject({ ok: false, message });
    }
    await chmod(path, 0o600);
    await load(path);
  });

  it('refuses what is no Ed25519 key, and leaves the file alone', async () => {
    const path = join(await temporaryFolder(), 'cluster.key');
    const { identity } = await load(path);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const otherKind = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const content of ['', 'not a key', identity.privateKeyPem.slice(0, 60), identity.certificatePem, otherKind]) {
      await writeFile(path, content);
      const message = `${path} holds no Ed25519 private key – put back a copy, or move it away to start with a new key`;
      expect(await loadOrCreateIdentity(path)).toMatchObject({ ok: false, message });
      expect(await readFile(path, 'utf8')).toBe(content);
    }
    await writeFile(path, `${identity.privateKeyPem}${' '.repeat(16 * 1024)}`);
    expect((await loadOrCreateIdentity(path)).ok).toBe(false);
  });

  it('says what the system says where there is no folder', async () => {
    const path = join(await temporaryFolder(), 'missing', 'device.key');
    const message = `the key file ${path} cannot be used: it does not exist`;
    expect(await loadOrCreateIdentity(path)).toMatchObject({ ok: false, message });
  });
});
