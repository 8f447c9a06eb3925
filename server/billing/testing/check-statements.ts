import assert from 'node:assert/strict';
import type { Services } from '../../services.ts';
import { assertBooks } from '../../ledger/testing/assert-books.ts';
import { checkPremium } from './check-premium.ts';

/**
 * The books of the statements: each declares what its lines are, covers are charged in consecutive revisions, no line is
 * without its statement (unless a close is under way), and amounts are longs. All of it is booked (`checkPremium`), and the
 * ledger's books are right (`assertBooks`).
 */
export async function checkStatements({
  models,
  database,
  clock,
}: Pick<Services, 'models' | 'database' | 'clock'>): Promise<void> {
  await checkPremium({ models });
  await assertBooks({ database, clock });
  const statements = await models.statements.find().lean();
  for (const { _id, closeKey, lineCount, coverCount, total } of statements) {
    const lines = await models.statementLines.find({ statementId: _id }).lean();
    assert.equal(lines.length, lineCount, `${closeKey} declares its lines`);
    assert.equal(new Set(lines.map(({ coverId }) => coverId)).size, coverCount, `${closeKey} declares its covers`);
    assert.equal(
      lines.reduce((sum, { amount }) => sum + amount, 0),
      total.amount,
      `${closeKey} declares its total`,
    );
    assert.ok(lines.every(({ currency }) => currency === total.currency));
  }
  const revisions = await models.statementLines.collection
    .aggregate<{ _id: string; count: number; last: number }>([
      { $group: { _id: '$coverId', count: { $sum: 1 }, last: { $max: '$revision' } } },
    ])
    .toArray();
  for (const { _id, count, last } of revisions) assert.equal(count, last, `${_id}: revisions without a gap`);
  if ((await models.periods.countDocuments({ closing: { $exists: true } })) === 0) {
    const ids = statements.map(({ _id }) => _id);
    assert.equal(await models.statementLines.countDocuments({ statementId: { $nin: ids } }), 0, 'no stray lines');
  }
  const lines = database.db.collection('statement_lines');
  assert.equal(await lines.countDocuments({ amount: { $not: { $type: 'long' } } }), 0, 'amounts are longs (M1)');
}
