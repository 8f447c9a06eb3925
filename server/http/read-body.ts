import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Refusal } from '../../programs/refusal.ts';

const DECODERS: Readonly<Record<string, (content: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * Reads a whole request body of at most `bytesMax`, counted before and after decompression, so that a small archive cannot
 * unpack into a large one. A client that asked first (`Expect: 100-continue`) is told to go on only now, after it was
 * authenticated (G25). Throws `too_large` / `body_too_large`, `unsupported_media` / `body_encoding`,
 * `invalid` / `body_encoding`, `body_interrupted`.
 */
export async function readBody(req: IncomingMessage, res: ServerResponse, bytesMax: number): Promise<Buffer> {
  const announced = req.headers['content-length'];
  if (announced !== undefined && Number(announced) > bytesMax) throw tooLarge(bytesMax);
  const encoding = req.headers['content-encoding'];
  const decode = encoding === undefined ? undefined : decoderFor(encoding);
  if (req.headers.expect !== undefined) res.writeContinue();
  const content = await collect(req, bytesMax);
  if (decode === undefined) return content;
  try {
    return await decode(content, { maxOutputLength: bytesMax });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(bytesMax);
    throw new Refusal(
      'invalid',
      'body_encoding',
      `The body is not whole or not ${encoding}: it cannot be decompressed.`,
    );
  }
}

function decoderFor(encoding: string) {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return undefined;
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decoder !== undefined) return decoder;
  throw new Refusal(
    'unsupported_media',
    'body_encoding',
    'Content-Encoding must be gzip, deflate or br (one of them), or left out.',
  );
}

function collect(req: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= bytesMax) chunks.push(chunk);
      else settle(() => reject(tooLarge(bytesMax)));
    };
    const onEnd = (): void => {
      const [first] = chunks;
      settle(() => resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)));
    };
    const onBroken = (): void => {
      settle(() => reject(new Refusal('invalid', 'body_interrupted', 'The connection ended before the body did.')));
    };
    // Every request closes, so a listener that stayed would cost each of them an error with its stack.
    const settle = (answer: () => void): void => {
      req.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      answer();
    };
    req.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

function tooLarge(bytesMax: number): Refusal {
  return new Refusal(
    'too_large',
    'body_too_large',
    `The body is larger than ${bytesMax / 1024 / 1024} MiB (counted after decompression): send it in parts.`,
  );
}
