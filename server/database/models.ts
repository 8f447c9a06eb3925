import type { Connection } from 'mongoose';
import { declareDisclosures } from '../audit/disclosure-model.ts';
import { declarePeriods } from '../billing/period-model.ts';
import { declareStatementLines, declareStatements } from '../billing/statement-model.ts';
import { declareBordereauLines, declareBordereaux } from '../bordereaux/bordereau-model.ts';
import { declareCarriers } from '../carriers/carrier-model.ts';
import { declareCertificates } from '../certificates/certificate-model.ts';
import { declareSigningKeys } from '../certificates/signing-key-model.ts';
import { declareConsents } from '../consents/consent-model.ts';
import { declareCovers } from '../covers/cover-model.ts';
import { declareDeposits, declareEnvelopes, declarePrepaidDays, declareTopUps } from '../deposits/deposit-models.ts';
import { declareEventHeads, declareEvents } from '../events/event-model.ts';
import { declareIdempotency } from '../http/idempotency-model.ts';
import { declareBillingTerms } from '../invoices/billing-terms-model.ts';
import { declareInvoices } from '../invoices/invoice-model.ts';
import { declarePlatformPayments } from '../invoices/platform-payment-model.ts';
import { declareReceivables } from '../invoices/receivable-model.ts';
import { declareAccounts, declareExpiries, declareRefusals, declareTransfers } from '../ledger/ledger-models.ts';
import {
  declareBankAccounts,
  declareBankDemands,
  declareBankFiles,
  declareBankLines,
  declareBankOrders,
} from '../payments/bank/bank-models.ts';
import { declareManualNotices, declarePayees, declarePayeeVersions } from '../payees/payee-model.ts';
import { declarePayoutCounters, declarePayouts } from '../payouts/payout-model.ts';
import {
  declarePaymentExceptions,
  declarePaymentFacts,
  declareProviderEvents,
  declareProviderSends,
} from '../payments/payment-models.ts';
import { declarePeople } from '../people/person-model.ts';
import { declareTokens } from '../people/token-model.ts';
import { declareApiKeys } from '../platforms/api-key-model.ts';
import { declarePlatforms } from '../platforms/platform-model.ts';
import { declarePolicyRevisions } from '../policies/policy-revision-model.ts';
import { declareSettlements } from '../settlements/settlement-model.ts';
import { declareNotices } from '../shifts/notice-model.ts';
import { declareReceiptCursors } from '../shifts/receipt-cursor-model.ts';
import { declareShiftEvents } from '../shifts/shift-event-model.ts';
import { declareUnavailabilities } from '../shifts/unavailability-model.ts';
import { declareWebhookDeliveries, declareWebhookEndpoints } from '../webhooks/webhook-models.ts';
import { declareWorkers } from '../workers/worker-model.ts';

/** Every collection, by name. Hot paths use `model.collection` (the driver), the rest `lean()`. */
export function openModels(connection: Connection) {
  return {
    accounts: declareAccounts(connection),
    apiKeys: declareApiKeys(connection),
    bordereauLines: declareBordereauLines(connection),
    bordereaux: declareBordereaux(connection),
    billingTerms: declareBillingTerms(connection),
    bankAccounts: declareBankAccounts(connection),
    bankDemands: declareBankDemands(connection),
    bankFiles: declareBankFiles(connection),
    bankLines: declareBankLines(connection),
    bankOrders: declareBankOrders(connection),
    carriers: declareCarriers(connection),
    certificates: declareCertificates(connection),
    consents: declareConsents(connection),
    covers: declareCovers(connection),
    deposits: declareDeposits(connection),
    disclosures: declareDisclosures(connection),
    eventHeads: declareEventHeads(connection),
    events: declareEvents(connection),
    envelopes: declareEnvelopes(connection),
    idempotency: declareIdempotency(connection),
    ledgerExpiries: declareExpiries(connection),
    invoices: declareInvoices(connection),
    ledgerRefusals: declareRefusals(connection),
    notices: declareNotices(connection),
    manualNotices: declareManualNotices(connection),
    payees: declarePayees(connection),
    payeeVersions: declarePayeeVersions(connection),
    payouts: declarePayouts(connection),
    payoutCounters: declarePayoutCounters(connection),
    paymentExceptions: declarePaymentExceptions(connection),
    paymentFacts: declarePaymentFacts(connection),
    people: declarePeople(connection),
    periods: declarePeriods(connection),
    platformPayments: declarePlatformPayments(connection),
    platforms: declarePlatforms(connection),
    policyRevisions: declarePolicyRevisions(connection),
    prepaidDays: declarePrepaidDays(connection),
    receivables: declareReceivables(connection),
    providerEvents: declareProviderEvents(connection),
    providerSends: declareProviderSends(connection),
    receiptCursors: declareReceiptCursors(connection),
    settlements: declareSettlements(connection),
    shiftEvents: declareShiftEvents(connection),
    signingKeys: declareSigningKeys(connection),
    statementLines: declareStatementLines(connection),
    statements: declareStatements(connection),
    tokens: declareTokens(connection),
    topUps: declareTopUps(connection),
    transfers: declareTransfers(connection),
    unavailabilities: declareUnavailabilities(connection),
    webhookDeliveries: declareWebhookDeliveries(connection),
    webhookEndpoints: declareWebhookEndpoints(connection),
    workers: declareWorkers(connection),
  };
}

export type Models = ReturnType<typeof openModels>;
