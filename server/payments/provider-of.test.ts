import assert from 'node:assert/strict';
import { useTestDatabase } from '../database/testing/test-database.ts';
import { openWorld, type World } from '../platforms/testing/open-world.ts';
import { openPaymentProviders } from './open-payment-providers.ts';
import { isSandbox } from './provider-of.ts';

describe('whether what a provider says of money is about real money', () => {
  const database = useTestDatabase();
  let world: World;
  before(async () => (world = await openWorld(database)));

  const stripeWith = (key: object) => {
    const { services } = world;
    return { payments: openPaymentProviders({ ...services, config: { ...services.config, ...key } }) };
  };

  for (const [what, key, expected] of [
    ['no key of Stripe', {}, true],
    ["Stripe's test key", { stripeSecretKey: 'sk_test_1' }, true],
    ["Stripe's live key", { stripeSecretKey: 'sk_live_1' }, false],
  ] as const) {
    it(`${what}: ${expected ? 'SANDBOX' : 'real'}`, () => {
      assert.equal(isSandbox(stripeWith(key), 'stripe'), expected);
    });
  }

  it('a bank is real', () => assert.equal(isSandbox(world.services, 'bank_file'), false));

  it('what is not set up any more is asked in vain, and taken for real', () => {
    assert.equal(isSandbox({ payments: {} }, 'stripe'), false);
  });
});
