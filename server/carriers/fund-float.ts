import { fundFloat } from '../../programs/ledger/carrier-events.ts';
import { accountId, type AccountId } from '../../programs/ledger/chart.ts';
import { isCurrency, type Money } from '../../programs/money.ts';
import { Refusal } from '../../programs/refusal.ts';
import type { ActorOf } from '../actor.ts';
import { openBooksDay } from '../ledger/closed-months.ts';
import type { Services } from '../services.ts';

export interface FundFloat {
  readonly actor: ActorOf<'operator'>;
  readonly carrierId: string;
  /** Above zero. */
  readonly amount: Money;
  /** Where the money arrived: the `*` of the account `cash:*`. */
  readonly cash: string;
  /** The payment's own reference, on the bank statement: by it the payment is booked once. */
  readonly ref: string;
}

export interface FundedFloat {
  readonly account: AccountId;
  /** False: the same payment was booked before, and nothing was done. */
  readonly booked: boolean;
}

/**
 * Books a carrier's payment into its claims float, from which its claims are paid (M4). The same reference and amount
 * again changes nothing. Throws `carrier_not_found`, `float_invalid`, `float_ref_reused`.
 */
export async function fundCarrierFloat(services: Services, input: FundFloat): Promise<FundedFloat> {
  const { carrierId, amount, cash, ref } = input;
  mustBeSound(input);
  if (!(await services.models.carriers.exists({ _id: carrierId }))) {
    throw new Refusal('not_found', 'carrier_not_found', `There is no carrier ${carrierId}.`);
  }
  const effectiveOn = await openBooksDay(services, services.clock.now());
  const transfer = fundFloat(ref, accountId('cash:*', amount.currency, cash), { carrierId, amount, effectiveOn });
  const earlier = await services.models.transfers.findById(transfer.id).lean();
  if (earlier) {
    const same = earlier.amount === transfer.amount && earlier.debit === transfer.debit;
    if (same && earlier.credit === transfer.credit) return { account: transfer.credit, booked: false };
    throw refReused(input);
  }
  const result = await services.ledger.commit({ id: transfer.id, transfers: [transfer] });
  if (result.status !== 'refused') return { account: transfer.credit, booked: result.status === 'committed' };
  if (result.code === 'transfer_id_reused') throw refReused(input);
  // Closed just now: another day is taken.
  if (result.code === 'month_closed') return fundCarrierFloat(services, input);
  throw new Error(`The ledger refuses ${transfer.id}: ${result.code}, ${result.message}`);
}

function mustBeSound({ amount: { amount, currency }, cash, ref }: FundFloat): void {
  const bad = (message: string): Refusal => new Refusal('invalid', 'float_invalid', message);
  if (!Number.isSafeInteger(amount) || amount <= 0) throw bad('A payment is above zero, in whole minor units.');
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(cash)) throw bad(`${cash} names no cash account.`);
  if (!/^[\x21-\x7e]{1,80}$/.test(ref)) throw bad('A reference is 1 to 80 printable characters without spaces.');
  if (!isCurrency(currency)) throw bad(`${currency} is not an ISO 4217 currency.`);
}

const refReused = ({ carrierId, ref }: FundFloat): Refusal =>
  new Refusal(
    'conflict',
    'float_ref_reused',
    `The payment ${ref} of ${carrierId} was booked before with other facts: check the reference.`,
  );
