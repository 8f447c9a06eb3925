import assert from 'node:assert/strict';
import { openTopUp } from '../../deposits/open-top-up.ts';
import type { TopUpDocument } from '../../deposits/deposit-models.ts';
import type { PaymentsWorld } from './payments-world.ts';

/** The platform that pays, unless an earlier test made it. */
export async function addPayer({ api }: PaymentsWorld): Promise<void> {
  await api.addPlatform('plt_1').catch((error: unknown) => {
    assert.match(String(error), /taken/);
  });
}

/** A payment page for the deposit of `plt_1`; fen. */
export const askTopUp = ({ api }: PaymentsWorld, reference: string, amount: number): Promise<TopUpDocument> =>
  openTopUp(api.services, {
    ...{ platformId: 'plt_1', reference, amount: { amount, currency: 'CNY' } },
    ...{ successUrl: 'https://example.org/ok', cancelUrl: 'https://example.org/no' },
  });

/** The same, paid at once by one of the sandbox's methods. */
export async function payTopUp(world: PaymentsWorld, reference: string, amount: number, method: string): Promise<void> {
  const { providerRef } = await askTopUp(world, reference, amount);
  await world.control(`checkout_sessions/${providerRef}/pay`, { method });
}
