/**
 * Pieces roots and piece layers that our code did not make. They come from vectors.py beside this file, a recursive
 * program written from BEP 52's definition; libtorrent 2.0.8 (Debian's python3-libtorrent, `create_torrent` with
 * `v2_only`) gave the same roots and layers for all of ROOT_VECTORS, and the same root of zeros.
 */

interface RootVector {
  readonly bytes: number;
  readonly pieceLength: number;
  readonly root: string;
  /** SHA-256 of the whole piece layer; of nothing where the file has at most one piece. */
  readonly layerSha256: string;
}

const NO_LAYER = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const KIB = 1024;
const MIB = 1024 * KIB;

/** Of {@link vectorContent}. */
export const ROOT_VECTORS: readonly RootVector[] = [
  {
    bytes: 1,
    pieceLength: 256 * KIB,
    root: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    layerSha256: NO_LAYER,
  },
  {
    bytes: 16_383,
    pieceLength: 256 * KIB,
    root: 'b89c0781be72ea53056066316c980ab290ddb085471a850f7735081f292de9e3',
    layerSha256: NO_LAYER,
  },
  {
    bytes: 16_384,
    pieceLength: 256 * KIB,
    root: '5252abae92836caa122f8d6c078aa2487dc32b17e1b204a7cc022809faebc192',
    layerSha256: NO_LAYER,
  },
  {
    bytes: 16_385,
    pieceLength: 256 * KIB,
    root: '831c51b911745d225c3ef7ddaaeb0971d93962202f8bd82789db755f86fb5a49',
    layerSha256: NO_LAYER,
  },
  {
    bytes: 256 * KIB,
    pieceLength: 256 * KIB,
    root: 'b3644648c9549c62ea513fcd49b0bba06df0d9176ddf759d20265c9e04b3a091',
    layerSha256: NO_LAYER,
  },
  {
    bytes: 256 * KIB + 1,
    pieceLength: 256 * KIB,
    root: '62d8b48ab1584ecd68f9efdc80b73e7312ee997bdf0dcc57e35184fe910d800a',
    // No slip: with two pieces, root and digest are both the hash of the same 64 bytes.
    layerSha256: '62d8b48ab1584ecd68f9efdc80b73e7312ee997bdf0dcc57e35184fe910d800a',
  },
  {
    bytes: 3 * MIB + 5,
    pieceLength: 256 * KIB,
    root: '8f800b07955146b01b5c305486c1967c94739a107a18500347eb5696c6f70232',
    layerSha256: 'bdabbef792089b72eb9c2aa264c3596735b0343ee8f69e72211da6d99c6bad55',
  },
  {
    bytes: 3 * MIB + 5,
    pieceLength: 1 * MIB,
    root: '8f800b07955146b01b5c305486c1967c94739a107a18500347eb5696c6f70232',
    layerSha256: '633fc28b32399334df18dbb8acde5c9667ec27155e002b97a9dcffedc7c01bb0',
  },
  {
    bytes: 3 * MIB + 5,
    pieceLength: 32 * KIB,
    root: '8f800b07955146b01b5c305486c1967c94739a107a18500347eb5696c6f70232',
    layerSha256: 'd79322ffd56b13e74c89d87d0d73fe74c4593854701c2f0d469e7abd43daceb4',
  },
];

/** A file of this many zero bytes. */
export const LARGE_ZEROS = {
  bytes: 4 * 1024 * MIB + 1,
  root: 'c499088c78e453f347e971c5149fc2b74a5f303548b9c009338cc24fee16eb01',
};

/** Byte i is (7 i + floor(i / 2^8) + 11 floor(i / 2^16)) mod 256: no two blocks up to 16 MiB are alike. */
export function vectorContent(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => 7 * i + (i >> 8) + 11 * (i >> 16));
}
