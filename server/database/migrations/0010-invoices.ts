import type { Db } from 'mongodb';

/** Invoices and what they bill; payments of platforms; deposits with their envelopes, prepaid days and top-ups (G21). */
export const invoices = {
  id: '0010-invoices',
  async up(db: Db): Promise<void> {
    const existing = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
    for (const name of [
      'receivables',
      'billing_terms',
      'invoices',
      'platform_payments',
      'deposits',
      'envelopes',
      'prepaid_days',
      'top_ups',
    ]) {
      if (!existing.has(name)) await db.createCollection(name);
    }
    await db.collection('receivables').createIndexes([
      // What is to be billed, and what a deposit has not settled yet: few, whatever was billed before.
      {
        key: { policyId: 1, currency: 1, issuedAt: 1 },
        name: 'unbilled',
        partialFilterExpression: { invoiceId: null },
      },
      { key: { policyId: 1, productDay: 1 }, name: 'unsettled', partialFilterExpression: { settled: null } },
      { key: { invoiceId: 1, _id: 1 }, partialFilterExpression: { invoiceId: { $type: 'string' } } },
    ]);
    await db
      .collection('invoices')
      .createIndexes([
        { key: { platformId: 1, issuedAt: -1, _id: -1 } },
        { key: { issuedAt: -1, _id: -1 } },
        { key: { nextDunningAt: 1 }, partialFilterExpression: { nextDunningAt: { $type: 'date' } } },
        { key: { 'delivery.state': 1, 'delivery.nextTryAt': 1 } },
      ]);
    await db
      .collection('platform_payments')
      .createIndexes([{ key: { invoiceId: 1, occurredAt: 1 } }, { key: { topUpId: 1, occurredAt: 1 } }]);
    await db.collection('envelopes').createIndexes([
      { key: { platformId: 1, currency: 1, openedAt: 1 }, name: 'open', partialFilterExpression: { state: 'open' } },
      { key: { expiresAt: 1 }, name: 'open_until', partialFilterExpression: { state: 'open' } },
    ]);
    await db
      .collection('prepaid_days')
      .createIndexes([{ key: { _id: 1, due: 1 }, partialFilterExpression: { due: true } }]);
    await db.collection('top_ups').createIndexes([{ key: { platformId: 1, createdAt: -1 } }]);
    // Covers of prepaid policies alone: the others do not enter this index, and their insert costs what it did.
    await db
      .collection('covers')
      .createIndex({ envelopeId: 1 }, { partialFilterExpression: { envelopeId: { $type: 'string' } } });
  },
};
