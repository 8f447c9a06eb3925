import {
  BILLING_CYCLES,
  DEFAULT_BILLING_TERMS,
  DUE_DAYS_MAX,
  type BillingTerms,
} from '../../programs/invoices/billing-terms.ts';
import { Refusal } from '../../programs/refusal.ts';
import { actorName, type ActorOf } from '../actor.ts';
import type { ProviderName } from '../payments/payment-port.ts';
import { policyOf } from '../policies/policy-of.ts';
import type { Services } from '../services.ts';

/** A policy's terms, and who collects under them. */
export interface PolicyBilling extends BillingTerms {
  readonly provider: ProviderName;
}

const COLLECTORS: readonly ProviderName[] = ['stripe', 'bank_file'];

/** How a policy is billed: what was set, or the default. Invoices freeze what they were issued under. */
export async function billingTermsOf({ models }: Pick<Services, 'models'>, policyId: string): Promise<PolicyBilling> {
  const stored = await models.billingTerms.findById(policyId).lean();
  if (stored === null) return { ...DEFAULT_BILLING_TERMS, provider: 'stripe' };
  const { cycle, dueDays, provider } = stored;
  return { cycle, dueDays, provider };
}

export interface SetBillingTerms {
  readonly actor: ActorOf<'operator'>;
  readonly policyId: string;
  readonly changes: Partial<PolicyBilling>;
}

/** Sets how a policy is billed from its next invoice on. Throws `policy_not_found`, `billing_terms_invalid`. */
export async function setBillingTerms(services: Services, input: SetBillingTerms): Promise<PolicyBilling> {
  const { actor, policyId, changes } = input;
  await policyOf(services, policyId);
  const terms = { ...(await billingTermsOf(services, policyId)), ...changes };
  assertBillingTerms(terms);
  const setAt = new Date(services.clock.now());
  await services.models.billingTerms.updateOne(
    { _id: policyId },
    { $set: { ...terms, setAt, setBy: actorName(actor) } },
    { upsert: true },
  );
  return terms;
}

function assertBillingTerms({ cycle, dueDays, provider }: PolicyBilling): void {
  const fits =
    BILLING_CYCLES.includes(cycle) &&
    Number.isInteger(dueDays) &&
    dueDays >= 0 &&
    dueDays <= DUE_DAYS_MAX &&
    COLLECTORS.includes(provider);
  if (fits) return;
  throw new Refusal(
    'invalid',
    'billing_terms_invalid',
    `A cycle is ${BILLING_CYCLES.join(', ')}, an invoice is due within 0 to ${DUE_DAYS_MAX} days, and is collected by ${COLLECTORS.join(' or ')}.`,
  );
}
