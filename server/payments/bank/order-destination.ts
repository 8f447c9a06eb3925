import type { PaymentOrderLine } from '../../../programs/bank/payment-file.ts';
import type { Models } from '../../database/models.ts';
import type { Secrets } from '../../people/secrets.ts';
import type { PayeeDestination } from '../payment-port.ts';
import type { BankOrderDocument } from './bank-models.ts';

interface SealServices {
  readonly models: Models;
  readonly secrets: Secrets;
}

/** Where an order is paid, as its row in a payment file says it. */
export type Destination = Pick<PaymentOrderLine, 'holder' | 'bankCode' | 'accountNumber' | 'country'>;

/** What of an order says where it is paid. */
export type SealedOrder = Pick<BankOrderDocument, 'destination' | 'personId'>;

/**
 * Seals where a payout is paid: under the person's key where it pays a person, so that erasure destroys it here as well; for
 * everybody else directly under the encryption key. Undefined when the person was erased meanwhile.
 */
export async function sealDestination(
  { models, secrets }: SealServices,
  payoutId: string,
  destination: PayeeDestination,
): Promise<SealedOrder | undefined> {
  const text = JSON.stringify(destination);
  const personId = await personPaidBy(models, payoutId);
  if (personId === undefined) return { destination: secrets.wrap(text) };
  const key = (await keysOf(models, [personId])).get(personId);
  return key === undefined ? undefined : { destination: secrets.encrypt(key, text), personId };
}

/** Where orders are paid, by their id; those whose person was erased are missing. Throws when a seal is damaged. */
export async function openDestinations(
  { models, secrets }: SealServices,
  orders: readonly BankOrderDocument[],
): Promise<ReadonlyMap<string, Destination>> {
  const keys = await keysOf(
    models,
    orders.flatMap(({ personId }) => personId ?? []),
  );
  const opened = new Map<string, Destination>();
  for (const { _id, destination, personId } of orders) {
    const key = personId === undefined ? undefined : keys.get(personId);
    // Blank: erased. Those sealed before there was a `personId` are known by that alone.
    if (destination === '' || (personId !== undefined && key === undefined)) continue;
    const text = key === undefined ? secrets.unwrap(destination) : secrets.decrypt(key, destination);
    const parsed: unknown = JSON.parse(text);
    if (!isDestination(parsed)) throw new Error(`The destination of ${_id} cannot be read.`);
    opened.set(_id, parsed);
  }
  return opened;
}

async function personPaidBy({ payouts, payees }: Models, payoutId: string): Promise<string | undefined> {
  const payout = await payouts.findById(payoutId, { payeeId: 1 }).lean();
  if (payout === null) return undefined;
  const payee = await payees.findById(payout.payeeId, { holderKind: 1, holderId: 1 }).lean();
  return payee?.holderKind === 'person' ? payee.holderId : undefined;
}

async function keysOf({ people }: Models, personIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await people.find({ _id: { $in: [...new Set(personIds)] } }, { wrappedKey: 1 }).lean();
  return new Map(
    found.flatMap(({ _id, wrappedKey }) => (wrappedKey === undefined ? [] : [[_id, wrappedKey] as const])),
  );
}

function isDestination(value: unknown): value is Destination {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['holder', 'bankCode', 'accountNumber', 'country'].every(
      (field) => field in value && typeof Object.entries(value).find(([name]) => name === field)?.[1] === 'string',
    )
  );
}
