/** Keys that sign: as `@p2p/transport` would load them. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { Signer } from '../src/statement.js';

export function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    id: createHash('sha256').update(spki).digest('hex'),
  };
}
