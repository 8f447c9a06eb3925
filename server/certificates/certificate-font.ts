import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';

const FILE = '@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff';

const WOFF_SIGNATURE = 0x774f4646;
const WOFF_HEADER_BYTES = 44;
const WOFF_ENTRY_BYTES = 20;
const SFNT_HEADER_BYTES = 12;
const SFNT_ENTRY_BYTES = 16;

let loaded: Promise<Buffer> | undefined;

/** The font of certificates: Noto Sans SC, which has both the Latin and the Chinese letters. Read once per process. */
export function certificateFont(): Promise<Buffer> {
  loaded ??= readFile(createRequire(import.meta.url).resolve(FILE)).then(unpackWoff);
  return loaded;
}

/**
 * The plain TrueType font inside a WOFF 1.0 file (W3C, WOFF File Format 1.0, section 3). Unpacked here because the PDF
 * library inflates a packed table anew for every glyph, which takes seconds per page.
 */
export function unpackWoff(woff: Buffer): Buffer {
  if (woff.readUInt32BE(0) !== WOFF_SIGNATURE) throw new Error('The certificate font is not a WOFF file.');
  const count = woff.readUInt16BE(12);
  const tables = Array.from({ length: count }, (_, index) =>
    readTable(woff, WOFF_HEADER_BYTES + index * WOFF_ENTRY_BYTES),
  );
  const headBytes = SFNT_HEADER_BYTES + count * SFNT_ENTRY_BYTES;
  const head = Buffer.alloc(headBytes);
  const entrySelector = Math.floor(Math.log2(count));
  head.writeUInt32BE(woff.readUInt32BE(4), 0);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(2 ** entrySelector * SFNT_ENTRY_BYTES, 6);
  head.writeUInt16BE(entrySelector, 8);
  head.writeUInt16BE((count - 2 ** entrySelector) * SFNT_ENTRY_BYTES, 10);
  const parts: Buffer[] = [head];
  let offset = headBytes;
  tables.forEach((table, index) => {
    const at = SFNT_HEADER_BYTES + index * SFNT_ENTRY_BYTES;
    head.writeUInt32BE(table.tag, at);
    head.writeUInt32BE(table.checksum, at + 4);
    head.writeUInt32BE(offset, at + 8);
    head.writeUInt32BE(table.content.length, at + 12);
    const padding = Buffer.alloc((4 - (table.content.length % 4)) % 4);
    parts.push(table.content, padding);
    offset += table.content.length + padding.length;
  });
  return Buffer.concat(parts);
}

function readTable(woff: Buffer, at: number): { tag: number; checksum: number; content: Buffer } {
  const offset = woff.readUInt32BE(at + 4);
  const packedBytes = woff.readUInt32BE(at + 8);
  const plainBytes = woff.readUInt32BE(at + 12);
  const stored = woff.subarray(offset, offset + packedBytes);
  const content = packedBytes < plainBytes ? inflateSync(stored) : stored;
  if (content.length !== plainBytes) throw new Error('The certificate font is damaged: install the packages again.');
  return { tag: woff.readUInt32BE(at), checksum: woff.readUInt32BE(at + 16), content };
}
