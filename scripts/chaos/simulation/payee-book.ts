import type { PayeeNow } from '../../../programs/payouts/payout.ts';
import type { PayeeDestination } from '../../../server/payments/payment-port.ts';
import { versionKey, type PayeeLookup } from '../../../server/payouts/payout-deps.ts';
import { versionName, type PlannedPayee } from './wave-plan.ts';

/** The payees of a wave in memory, with the account of each of their versions. */
export class PayeeBook implements PayeeLookup {
  readonly #payees = new Map<string, PayeeNow>();
  readonly #destinations = new Map<string, PayeeDestination>();

  constructor(planned: readonly PlannedPayee[]) {
    for (const { destination, ...payee } of planned) this.#set({ ...payee, version: 1 }, destination);
  }

  async current(payeeIds: readonly string[]): Promise<ReadonlyMap<string, PayeeNow>> {
    return new Map(payeeIds.map((id) => [id, this.get(id)]));
  }

  async destinations(versions: Parameters<PayeeLookup['destinations']>[0]): ReturnType<PayeeLookup['destinations']> {
    return new Map(versions.map((ref) => [versionKey(ref), { open: () => this.#destinations.get(versionKey(ref)) }]));
  }

  get(payeeId: string): PayeeNow {
    const payee = this.#payees.get(payeeId);
    if (payee === undefined) throw new Error(`There is no payee ${payeeId}.`);
    return payee;
  }

  /** A verified account in place of the present one: the next version. */
  change(payeeId: string, setAt: number, editor: string, makeDestination: (name: string) => PayeeDestination): void {
    const before = this.get(payeeId);
    const version = before.version + 1;
    const name = versionName(Number(payeeId.slice('pye_'.length)), version);
    this.#set({ ...before, version, setAt, editor, verified: true }, makeDestination(name));
  }

  /** By `<payee>:<version>`: the account's number, the wallet's handle, or the connected account. */
  accounts(): ReadonlyMap<string, string> {
    return new Map([...this.#destinations].map(([key, destination]) => [key, accountOf(destination)]));
  }

  /** By payee. */
  holders(): ReadonlyMap<string, string> {
    return new Map([...this.#payees].map(([id, { holderId }]) => [id, holderId]));
  }

  #set(payee: PayeeNow, destination: PayeeDestination): void {
    this.#payees.set(payee.payeeId, payee);
    this.#destinations.set(versionKey(payee), destination);
  }
}

function accountOf(destination: PayeeDestination): string {
  switch (destination.kind) {
    case 'bank_account':
      return destination.accountNumber;
    case 'wallet':
      return destination.handle;
    case 'connected_account':
      return destination.accountId;
  }
}
