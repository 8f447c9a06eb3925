export type {
  FactOf,
  PaymentFact,
  PaymentFactKind,
  PaymentPurpose,
  ProviderName,
  ProviderPayout,
} from '../../programs/payments/payment-fact.ts';
