import { PAYOUT_POINTS, type PayoutPoint } from '../../../server/payouts/payout-points.ts';

/** By this name the database knows whose commands it is told to fail. */
export const CHAOS_APP = 'parasol-chaos-payouts';

/** Which of the payees has its account changed, and between which accounts. */
export const MOVING_PAYEE = 4;
export const BANK_ACCOUNTS = ['000123450000', '000123450001'] as const;

/** What a worker of the chaos is told, through its environment. */
export interface WorkerOrders {
  readonly role: 'send' | 'create' | 'office';
  /** It kills itself there, the n-th time. */
  readonly dieAt?: PayoutPoint;
  readonly dieAfter: number;
  /** Of a creator: the payouts that it makes, both inclusive. */
  readonly first: number;
  readonly last: number;
  readonly payees: readonly string[];
  readonly fundingAccount: string;
  /** It never has enough for all that is to be paid from it. */
  readonly poorAccount: string;
}

export function ordersAsEnvironment(orders: WorkerOrders): Record<string, string> {
  return { CHAOS_ORDERS: JSON.stringify(orders) };
}

export function readOrders(environment: Readonly<Record<string, string | undefined>>): WorkerOrders {
  const parsed: unknown = JSON.parse(environment['CHAOS_ORDERS'] ?? 'null');
  if (!isOrders(parsed)) throw new Error('A worker of the chaos was started without orders.');
  if (parsed.dieAt !== undefined && !PAYOUT_POINTS.includes(parsed.dieAt)) throw new Error(`No point ${parsed.dieAt}.`);
  return parsed;
}

function isOrders(value: unknown): value is WorkerOrders {
  return typeof value === 'object' && value !== null && 'role' in value && 'payees' in value && 'dieAfter' in value;
}
