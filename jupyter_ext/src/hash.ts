/** The hash of a cell's source: the same as `moonlight.source.source_hash` in Python. */

const TABLE = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) {
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value;
});

// Lone surrogates become U+FFFD.
const encoder = new TextEncoder();

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

export function sourceHash(source: string): string {
  const bytes = encoder.encode(source);
  return `${crc32(bytes).toString(16).padStart(8, '0')}-${bytes.length.toString(16)}`;
}
