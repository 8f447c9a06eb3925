import { isTimeZone } from '../../programs/calendar.ts';
import type { PolicyRevision } from '../../programs/cover/cover-facts.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import { Refusal, type RefusalDetail } from '../../programs/refusal.ts';
import type { Services } from '../services.ts';

/** What the parties agree on, and what a revision may change. The platform and the policy's id never change. */
export type PolicyTerms = Pick<
  PolicyRevision,
  | 'carrierId'
  | 'policyholder'
  | 'product'
  | 'period'
  | 'timeZone'
  | 'occupationClasses'
  | 'territories'
  | 'backFilling'
  | 'prepaid'
  | 'netting'
>;

const LIST_LENGTH_MAX = 200;
const TEXT_LENGTH_MAX = 200;

/**
 * Refuses terms under which no cover could be decided: a product that is not in the catalogue, an empty period, a time
 * zone that is none, nobody and nowhere to insure, a carrier that does not exist (without an underwriter there is no
 * cover). Throws `policy_invalid` with every bad field at once.
 */
export async function assertPolicyTerms(services: Services, terms: PolicyTerms): Promise<void> {
  const details: RefusalDetail[] = [];
  const bad = (pointer: string, message: string): number => details.push({ pointer, message });

  if (productTerms(terms.product) === undefined) {
    bad(
      '/product',
      `There is no product ${terms.product} in the catalogue: name one with its version, like rider-day@1.`,
    );
  }
  if (!Number.isSafeInteger(terms.period.from) || !Number.isSafeInteger(terms.period.to)) {
    bad('/period', 'A period has two instants.');
  } else if (terms.period.from >= terms.period.to) {
    bad('/period', 'A period must begin before it ends.');
  }
  if (!isTimeZone(terms.timeZone)) {
    bad('/timeZone', `${terms.timeZone} is not a time zone of the IANA database, like Asia/Shanghai.`);
  }
  if (!isText(terms.policyholder))
    bad('/policyholder', `A policyholder has a name of at most ${TEXT_LENGTH_MAX} characters.`);
  for (const field of ['occupationClasses', 'territories'] as const) {
    const problem = listProblem(terms[field]);
    if (problem !== undefined) bad(`/${field}`, problem);
  }
  if ((await services.models.carriers.exists({ _id: terms.carrierId })) === null) {
    bad('/carrierId', `There is no carrier ${terms.carrierId}: create it first.`);
  }
  if (details.length > 0) {
    throw new Refusal('unprocessable', 'policy_invalid', 'The policy cannot be recorded with these terms.', {
      details,
    });
  }
}

const isText = (text: string): boolean => text.trim() !== '' && text.length <= TEXT_LENGTH_MAX;

function listProblem(values: readonly string[]): string | undefined {
  if (values.length === 0) return 'At least one must be named: an empty list would insure nobody.';
  if (values.length > LIST_LENGTH_MAX) return `At most ${LIST_LENGTH_MAX} can be named.`;
  if (!values.every(isText)) return `Each must be a text of at most ${TEXT_LENGTH_MAX} characters.`;
  return new Set(values).size === values.length ? undefined : 'Each can be named only once.';
}
