import type { Document } from 'mongodb';
import { expectThat } from './gate-check.ts';
import type { GateCheck, GateContext } from './gate-check.ts';

const DOCUMENTS = 2_000;
const PAGE = 10;

async function idAndVersion({ database, emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<{ _id: number; version: number }>('versions');
  await items.insertMany(Array.from({ length: DOCUMENTS }, (_, _id) => ({ _id, version: 1 })));
  const found = await items.find({ _id: 7, version: 1 }).explain('executionStats');
  assertFrugal(found, 1, 'a find by {_id, version}');
  const updated = await database.db.command({
    explain: { update: items.collectionName, updates: [{ q: { _id: 7, version: 1 }, u: { $inc: { version: 1 } } }] },
    verbosity: 'executionStats',
  });
  assertFrugal(updated, 1, 'an update by {_id, version}');
  return 'a find and an update by {_id, version} look at one document';
}

async function rangeSortLimit({ emptyCollection }: GateContext): Promise<string> {
  const items = await emptyCollection<{ owner: string; at: Date }>('ranges');
  await items.createIndex({ owner: 1, at: 1 });
  const documents = Array.from({ length: DOCUMENTS }, (_, n) => ({ owner: `o${n % 4}`, at: new Date(n * 1_000) }));
  await items.insertMany(documents);
  const range = { owner: 'o1', at: { $gte: new Date(100_000), $lt: new Date(1_900_000) } };
  for (const direction of [1, -1] as const) {
    const plan = await items.find(range).sort({ at: direction }).limit(PAGE).explain('executionStats');
    assertFrugal(plan, PAGE, 'a page of a range');
  }
  return `a page of ${PAGE} from a range of ${(DOCUMENTS * 0.9) / 4} looks at ${PAGE}, without a sort`;
}

/** Fails when a plan scans the collection, sorts in memory, or looks at more documents than it needs. */
function assertFrugal(plan: Document, documentsMax: number, what: string): void {
  const stages = new Set<string>();
  let examined = 0;
  // Walked, not addressed: a sharded cluster and each version nest plans in their own way.
  const walk = (value: unknown, key: string): void => {
    if (key === 'rejectedPlans') return;
    if (key === 'stage' && typeof value === 'string') stages.add(value);
    if (key === 'totalDocsExamined' && typeof value === 'number') examined = Math.max(examined, value);
    if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(inner, name);
  };
  walk(plan, '');
  const seen = `plan: ${[...stages].join(', ')}; looked at ${examined}`;
  expectThat(!stages.has('COLLSCAN'), `It scans the collection for ${what} (${seen}).`);
  expectThat(!stages.has('SORT'), `It sorts in memory for ${what} (${seen}).`);
  expectThat(stages.size > 0 && examined <= documentsMax, `It looks at too many documents for ${what} (${seen}).`);
}

/** What the speed rests on. */
export const indexChecks: readonly GateCheck[] = [
  { name: 'index-id-version', run: idAndVersion },
  { name: 'index-range-sort-limit', run: rangeSortLimit },
];
