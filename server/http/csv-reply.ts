import type { Reply } from './route.ts';

/** A table as a file of CSV (RFC 4180, UTF-8), sent piece by piece as it is made. */
export const csvReply = (fileName: string, chunks: AsyncIterable<string>): Reply => ({
  status: 200,
  headers: { 'Content-Disposition': `attachment; filename="${fileName}"` },
  stream: { type: 'text/csv; charset=utf-8', chunks },
});
