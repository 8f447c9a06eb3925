/** What a state means, and where a payout may go from it. */
export interface StateTerms {
  readonly means: string;
  /** A pending transfer of the ledger holds the money. */
  readonly reserved: boolean;
  /** A key was given to a provider and may still act: no other key may be made, and nothing may be voided. */
  readonly keyMayAct: boolean;
  readonly next: readonly PayoutState[];
}

export type PayoutState =
  | 'awaiting_funds'
  | 'awaiting_approval'
  | 'cooling_down'
  | 'payee_fix'
  | 'ready'
  | 'sending'
  | 'unknown'
  | 'sent'
  | 'paid'
  | 'failed'
  | 'returned'
  | 'voided';

/** What a payout waits for before a provider may be asked; in this order, by `gate`. */
const GATE = ['payee_fix', 'awaiting_approval', 'cooling_down', 'ready'] as const satisfies readonly PayoutState[];
/** What a provider may tell late of an attempt that was held for dead: the truth is booked all the same. */
const LATE_TRUTH = ['sent', 'paid', 'returned'] as const satisfies readonly PayoutState[];
/** How an attempt ends. */
const ENDS = ['sent', 'paid', 'returned', 'failed', 'payee_fix', 'ready'] as const satisfies readonly PayoutState[];

const waiting = (means: string): StateTerms => ({
  means,
  reserved: true,
  keyMayAct: false,
  next: [...GATE, 'voided', ...LATE_TRUTH],
});

/** The table of states; drawn in README.md. A step that does not stand here throws. */
export const PAYOUT_STATES: Readonly<Record<PayoutState, StateTerms>> = {
  awaiting_funds: {
    means: 'Decided; the account that pays lacks the money. Tried again in order of decision (M2, H2)',
    reserved: false,
    keyMayAct: false,
    next: [...GATE, 'voided'],
  },
  awaiting_approval: waiting('Reserved; persons have to approve it (M8)'),
  cooling_down: waiting("Approved; the payee's account is too new (M9)"),
  payee_fix: waiting('Reserved; the payee has to be verified, or changed after a failure that was its fault'),
  ready: { ...waiting('The next attempt may go out'), next: [...GATE, 'sending', 'voided', ...LATE_TRUTH] },
  sending: {
    means: 'A key is stored and may be with the provider; leased by a worker, or waiting to send the same key again',
    reserved: true,
    keyMayAct: true,
    next: ['sending', 'unknown', ...ENDS],
  },
  unknown: {
    means: 'The answer was ambiguous: to be reconciled, never sent under another key',
    reserved: true,
    keyMayAct: true,
    next: ['unknown', 'sending', ...ENDS],
  },
  sent: { means: 'The provider has it and is at work', reserved: true, keyMayAct: true, next: ENDS },
  paid: { means: 'The money left and is booked', reserved: false, keyMayAct: false, next: ['returned'] },
  failed: {
    means: 'Certainly not paid; a person decides between another attempt and giving up',
    reserved: true,
    keyMayAct: false,
    next: [...GATE, 'voided', ...LATE_TRUTH],
  },
  returned: {
    means: 'The money came back and is held for its person; the next attempt is a new, linked payout (M7)',
    reserved: false,
    keyMayAct: false,
    next: [],
  },
  voided: {
    means: 'Given up before money left; the reservation is released',
    reserved: false,
    keyMayAct: false,
    next: [],
  },
};

/** Whether the table lets a payout go from one state to the other. */
export const mayMove = (from: PayoutState, to: PayoutState): boolean =>
  from === to || PAYOUT_STATES[from].next.includes(to);
