import assert from 'node:assert/strict';
import type { Services } from '../../services.ts';
import { foldCovers } from '../fold-covers.ts';

/** After every day was closed: the lines of each cover add up to its fold, and nothing else is charged. */
export async function checkCharges(services: Services): Promise<void> {
  const { models, clock } = services;
  const billed = await models.statementLines.collection
    .aggregate<{ _id: string; amount: number; quantity: number }>([
      { $group: { _id: '$coverId', amount: { $sum: '$amount' }, quantity: { $sum: '$quantity' } } },
    ])
    .toArray();
  const charged = new Map(billed.map((cover) => [cover._id, cover]));
  const covers = await models.covers.find().lean();
  for (const productDay of new Set(covers.map((cover) => cover.productDay))) {
    const ofDay = covers.filter((cover) => cover.productDay === productDay);
    const named = ofDay.map(({ _id, workerId }) => ({ coverId: _id, workerId }));
    for (const fold of await foldCovers(services, named, clock.now())) {
      const { coverId } = fold.terms;
      const sums = charged.get(coverId) ?? { amount: 0, quantity: 0 };
      assert.equal(sums.amount, fold.live ? fold.charge.amount : 0, `${coverId}: amount`);
      assert.equal(sums.quantity, fold.live ? fold.quantity : 0, `${coverId}: quantity`);
      charged.delete(coverId);
    }
  }
  assert.deepEqual([...charged.keys()], [], 'nothing is charged without a cover');
}
