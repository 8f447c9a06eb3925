/**
 * The closed list of business events that move money. Each has one function in this folder that makes its transfers; a
 * transfer of another kind does not compile.
 */
export const TRANSFER_KINDS = {
  // Premium (money in from platforms)
  premium_charged: 'A closed product day charges its premium',
  premium_credited: 'A correction takes premium back',
  invoice_paid: 'A policyholder paid, wholly or in part',
  invoice_overpaid: 'What was paid beyond an invoice',
  credit_kept: 'What a credit note owes was kept for the next invoice',
  credit_applied: 'Credit that was kept paid an invoice',
  clearing_settled: 'A provider settled what was paid',
  provider_fee: 'A provider kept its fee',
  payment_refunded: 'A payment went back to its payer',
  payment_disputed: 'A payer took a payment back',
  dispute_held: 'A provider took out what a payer disputes, or gave it back',
  bank_received: 'Money arrived at a bank, payer or purpose not known yet',
  bank_identified: 'Money that had arrived was matched',
  cash_swept: 'Cash moved between our own accounts',

  // Deposits (G21)
  deposit_topped_up: 'A prepaid platform paid into its deposit',
  deposit_debt_paid: 'A prepaid platform paid what it owed of a top-up that was taken back',
  deposit_withdrawn: 'A deposit was paid back',
  envelope_opened: 'Money was set apart for one spender',
  envelope_drawn: 'An envelope paid for covers',
  envelope_closed: 'What an envelope had left went back',
  prepaid_applied: 'What was drawn paid a closed product day',
  prepaid_returned: 'What was drawn and its day did not need went back to the deposit',
  deposit_charged: 'A deposit paid what a closed day costs beyond what was drawn',
  deposit_credited: 'A correction of a prepaid day went back to the deposit',

  // Carriers
  premium_settled: 'Premium was paid to the carrier',
  premium_netted: 'Premium owed was moved to the claims float (M4)',
  levy_settled: 'A levy was paid to its authority',
  float_funded: 'A carrier paid into its claims float',
  float_returned: 'A carrier took claims float back',
  claims_refunded: 'A carrier refunded claims that were paid for it',

  // Payouts
  payout: 'Money to a payee: reserved, then paid or released',
  payout_returned: 'A paid payout came back',
  payout_released: 'What had come back was set free for the next attempt or its source',
  payout_recovered: 'Something paid in error came back',
  written_off: 'A loss was written off with approval',

  // Charity (H5, H6)
  donation_received: 'A gift was paid',
  donation_matched: 'A match was added to a gift',
  donation_refunded: 'A gift was refunded at the wish of its donor',
  donation_disputed: 'A gift was lost in a dispute',
  donation_fee: 'A provider kept its fee on a gift',
  deficit_repaired: 'Unrestricted gifts made up for a deficit',
  pool_reserved: 'A cover in force reserved its share of the claims pool',
  pool_released: 'A cover ended and set its share free',
  program_spent: 'A program paid for people',
  program_expense: 'Administrative cost of a program',
  program_loss: 'Paid in error by a program and not recovered',

  opening_balance: 'What was there before these books',
} as const;

export type TransferKind = keyof typeof TRANSFER_KINDS;
