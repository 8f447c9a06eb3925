import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { assertBooks } from '../ledger/testing/assert-books.ts';
import { applyFact } from '../payments/apply-fact.ts';
import type { ProviderPayout } from '../payments/payment-port.ts';
import { createPayee } from '../payees/set-payee.ts';
import { verifyPayee } from '../payees/verify-payee.ts';
import { NOW, openWorld, OPERATOR, refusalOf } from '../platforms/testing/open-world.ts';
import type { Services } from '../services.ts';
import { createPayout } from './create-payout.ts';
import { sendAllDue } from './drain-payouts.ts';
import { openPayouts } from './open-payouts.ts';
import { readableTestProvider, type TestProvider } from './testing/test-provider.ts';

const FLOAT = 'carrier:car_x:claims_float:CNY';

describe('facts about payouts', () => {
  const database = useTestDatabase();
  let services: Services;
  let provider: TestProvider;
  before(async () => {
    const world = await openWorld(database);
    const test = readableTestProvider(() => world.clock.now());
    provider = test.provider;
    services = { ...world.services, payments: { stripe: test.readable } };
    const common = { kind: 'opening_balance', type: 'posted', amount: 1_000_00, effectiveOn: '2026-03-01' } as const;
    await services.ledger.commit({
      id: 'opening',
      transfers: [
        { ...common, id: 'opening:float', debit: 'world:test:CNY', credit: FLOAT },
        { ...common, id: 'opening:cash', debit: 'cash:stripe:CNY', credit: 'world:test:CNY' },
      ],
    });
  });

  const tell = (payout: ProviderPayout) =>
    applyFact(
      services,
      {
        ...{ kind: 'payout_changed', provider: 'stripe', occurredAt: NOW },
        ...{ factId: `${payout.providerRef}:${payout.state}`, providerRef: payout.providerRef, payout },
      },
      { decision: 1, now: NOW },
    );

  it('end what they are about; what cannot be booked goes to a person, and stays there', async () => {
    const holder = { kind: 'provider', id: 'prv_1' } as const;
    const destination = { kind: 'connected_account', accountId: 'acct_1' } as const;
    const { _id: payeeId } = await createPayee(services, {
      actor: OPERATOR,
      holder,
      relation: 'provider',
      destination,
    });
    const verifier = { ...OPERATOR, operatorId: 'opr_other' };
    const seen = { payeeId, version: 1, method: 'document' } as const;
    await verifyPayee(services, openPayouts(services), { actor: verifier, ...seen });
    const { payout } = await createPayout(openPayouts(services), {
      ...{ actor: OPERATOR, businessKey: 'claim-1', payeeId, fundingAccount: FLOAT, statementText: 'PARASOL' },
      ...{ amount: { amount: 100, currency: 'CNY' }, incidentAt: NOW + 1 },
    });
    provider.faults = ['processing'];
    await sendAllDue(openPayouts(services));
    const posted = provider.become(`${payout.id}:1`, 'posted');
    await tell(posted);
    await tell(posted);
    assert.equal((await services.models.payouts.findById(payout.id).lean())?.state, 'paid');
    await assert.rejects(tell({ ...posted, payoutId: 'pyo_none' }), refusalOf('payout_not_found'));
    const twice = { ...posted, providerRef: 'obp_twice' };
    await assert.rejects(tell(twice), refusalOf('payout_contradicted'));
    await assert.rejects(tell(twice), refusalOf('payout_contradicted'));
    await tell(posted);
    await assertBooks(services);
  });
});
