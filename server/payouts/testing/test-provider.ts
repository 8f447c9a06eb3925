import { accountId } from '../../../programs/ledger/chart.ts';
import { Refusal } from '../../../programs/refusal.ts';
import type { PayoutOrder, ProviderPayout, SendAnswer } from '../../payments/payment-port.ts';
import type { ReadableProvider } from '../../payments/readable-provider.ts';
import type { PayoutDeps } from '../payout-deps.ts';

/** What a call may do instead of succeeding. */
export type Fault = 'lost_before' | 'lost_after' | 'try_again' | 'refused' | 'payee_refused' | 'throws' | 'processing';

/** A provider in memory: what it did is its own log of effects, one for each key, by which tests count. */
export class TestProvider {
  readonly calls: PayoutOrder[] = [];
  /** Money that left, by idempotency key. */
  readonly effects = new Map<string, ProviderPayout>();
  readonly refusals = new Map<string, SendAnswer>();
  /** Taken one by one by the calls. */
  faults: (Fault | undefined)[] = [];
  /** Asked before `faults`: what the next call of a key does. */
  faultOf: ((key: string) => Fault | undefined) | undefined;
  away = false;
  /** Called inside each call, while it is under way. */
  during: ((order: PayoutOrder) => Promise<void>) | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  cashAccount = (currency: string): string => accountId('cash:*', currency, 'stripe');

  async sendPayout(order: PayoutOrder): Promise<SendAnswer> {
    this.calls.push(order);
    await this.during?.(order);
    const { idempotencyKey: key } = order;
    const fault = this.faultOf?.(key) ?? this.faults.shift();
    const known = this.refusals.get(key);
    if (known !== undefined) return known;
    switch (fault) {
      case 'lost_before':
        return { outcome: 'unknown', message: 'timeout' };
      case 'try_again':
        return { outcome: 'try_again', code: 'rate_limit', message: 'Slow down.' };
      case 'refused':
        return this.#refuse(key, 'declined', 'We do not want to.');
      case 'payee_refused':
        return this.#refuse(key, 'account_closed', 'The account is closed.');
      case 'lost_after':
        this.#effect(order);
        return { outcome: 'unknown', message: 'reset' };
      case 'throws':
        this.#effect(order);
        throw new TypeError('a bug of the adapter');
      case 'processing':
        return { outcome: 'sent', providerRef: this.#effect(order, 'processing').providerRef, state: 'processing' };
      case undefined:
        return { outcome: 'sent', providerRef: this.#effect(order).providerRef, state: 'posted' };
    }
  }

  async findPayouts(payoutId: string): Promise<readonly ProviderPayout[]> {
    if (this.away) throw new Refusal('unavailable', 'provider_unavailable', 'The provider is away.');
    return [...this.effects.values()].filter((effect) => effect.payoutId === payoutId);
  }

  /** Effects of one payout that stand: what `doubled` counts. */
  standing(payoutId: string): number {
    return [...this.effects.values()].filter(
      (effect) => effect.payoutId === payoutId && (effect.state === 'posted' || effect.state === 'processing'),
    ).length;
  }

  /** The provider's object becomes something else. */
  become(key: string, state: ProviderPayout['state'], more: Partial<ProviderPayout> = {}): ProviderPayout {
    const effect = this.effects.get(key);
    if (effect === undefined) throw new Error(`Nothing was done under ${key}.`);
    const next = { ...effect, ...more, state };
    this.effects.set(key, next);
    return next;
  }

  #effect(order: PayoutOrder, state: 'posted' | 'processing' = 'posted'): ProviderPayout {
    const known = this.effects.get(order.idempotencyKey);
    if (known !== undefined) return known;
    const { payoutId, attempt, amount } = order;
    const providerRef = `obp_${this.effects.size + 1}`;
    const effect = { providerRef, payoutId, attempt, amount, state, createdAt: this.#now() };
    this.effects.set(order.idempotencyKey, effect);
    return effect;
  }

  #refuse(key: string, code: string, message: string): SendAnswer {
    const answer = { outcome: 'refused', code, message } as const;
    this.refusals.set(key, answer);
    return answer;
  }
}

export const providersOf = (provider: TestProvider): PayoutDeps['providers'] => ({
  stripe: provider,
  bank_file: provider,
});

/** The same as a provider of the services; only payouts work. */
export function readableTestProvider(now: () => number): {
  readonly provider: TestProvider;
  readonly readable: ReadableProvider;
} {
  const provider = new TestProvider(now);
  const absent = (): Promise<never> => Promise.reject(new Error('This provider only pays out.'));
  const readable: ReadableProvider = {
    name: 'stripe',
    sandbox: true,
    cashAccount: provider.cashAccount,
    clearingAccount: (currency) => accountId('*:clearing', currency, 'stripe'),
    sendPayout: (order) => provider.sendPayout(order),
    findPayouts: (payoutId) => provider.findPayouts(payoutId),
    sendInvoice: absent,
    voidInvoice: absent,
    openTopUp: absent,
    findRefund: absent,
    refundPayment: absent,
    receive: absent,
    fetchSightings: absent,
    readSettlements: absent,
    readMovements: absent,
    readBalances: absent,
  };
  return { provider, readable };
}
