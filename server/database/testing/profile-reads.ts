import assert from 'node:assert/strict';
import type { Database } from '../connect.ts';

/** A read as the server's profiler saw it. */
export interface ProfiledRead {
  readonly ns: string;
  readonly op: string;
  readonly command: Readonly<Record<string, unknown>>;
  readonly docsExamined?: number;
  readonly keysExamined?: number;
  readonly nreturned?: number;
  readonly hasSortStage?: boolean;
  readonly planSummary?: string;
}

/** What the server read of the named collections while `work` was done. */
export async function profileReads(
  { db }: Pick<Database, 'db'>,
  collections: readonly string[],
  work: () => Promise<unknown>,
): Promise<readonly ProfiledRead[]> {
  const profile = db.collection<ProfiledRead>('system.profile');
  await profile.drop();
  await db.command({ profile: 2 });
  try {
    await work();
  } finally {
    await db.command({ profile: 0 });
  }
  const seen = await profile.find({ op: { $in: ['query', 'command', 'getmore'] } }).toArray();
  return seen.filter(
    ({ ns, docsExamined }) => collections.includes(ns.slice(ns.indexOf('.') + 1)) && docsExamined !== undefined,
  );
}

/** Every read looks at no document more than it returns, through an index, and sorts nothing in memory. */
export function assertLean(reads: readonly ProfiledRead[]): void {
  assert.ok(reads.length > 0, 'something is read');
  for (const { ns, op, command, docsExamined = 0, nreturned = 0, planSummary, hasSortStage } of reads) {
    const what = `${op} on ${ns} examines ${docsExamined} for ${nreturned} (${planSummary}): ${JSON.stringify(command).slice(0, 400)}`;
    assert.ok(docsExamined <= nreturned, what);
    assert.doesNotMatch(planSummary ?? '', /COLLSCAN/, what);
    assert.ok(!hasSortStage, `${what}, and sorts in memory`);
  }
}
