import type { BenefitTerms, LocalText, ProductTerms } from './product-terms.ts';

/** What is wrong with a product before it is published, one sentence each; empty when it may be. */
export function checkTerms(terms: ProductTerms): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, sentence: string) => {
    if (!holds) faults.push(sentence);
  };
  const whole = (value: number, from: number) => Number.isSafeInteger(value) && value >= from;
  must(/^[a-z]+(-[a-z]+)*$/.test(terms.productId), 'productId is kebab-case');
  must(whole(terms.version, 1), 'version counts from 1');
  must(/^([01]\d|2[0-3]):[0-5]\d$/.test(terms.dayBoundary), 'dayBoundary is a wall time HH:MM');
  must(whole(terms.graceMinutes, 0), 'graceMinutes is a whole number, zero or more');
  must(whole(terms.longestShiftMinutes, 1), 'longestShiftMinutes is a whole number above zero');
  // Longer shifts would make the events that a fold must load (G13) reach over several days.
  must(terms.longestShiftMinutes <= 24 * 60, 'longestShiftMinutes is at most a day');
  must(whole(terms.window.tailMinutes, 0), 'tailMinutes is a whole number, zero or more');
  must(whole(terms.ages.from, 0) && terms.ages.from <= terms.ages.to, 'ages run from the younger to the older');
  must(terms.charge.amount.amount > 0, 'the price is above zero');
  must(terms.charge.amount.currency === terms.currency, 'the price is in the currency of the product');
  must(
    (terms.unitOfWork === 'order') === (terms.window.kind === 'on_order'),
    'order products cover while an order is carried, and only they do',
  );
  must(
    (terms.unitOfWork === 'order') === (terms.charge.kind === 'per_order'),
    'order products charge per order, and only they do',
  );
  // Otherwise joining two orders would insure the gap between them after it has passed: nothing may reach back.
  must(
    terms.window.kind !== 'on_order' || terms.window.sessionGapMinutes <= terms.window.tailMinutes,
    'the tail bridges the session gap',
  );
  must(
    terms.charge.kind !== 'per_hour' || whole(terms.charge.minimumMinutes, 1),
    'minimumMinutes is a whole number above zero',
  );
  must(terms.benefits.length > 0, 'there is a benefit');
  must(new Set(terms.benefits.map(({ kind }) => kind)).size === terms.benefits.length, 'each benefit is named once');
  terms.benefits.forEach((benefit) => faults.push(...checkBenefit(benefit, terms.currency)));
  const texts = [terms.name, terms.summary, ...terms.texts, ...terms.exclusions];
  must(texts.every(isText), 'every text is there in English and in Chinese');
  must(terms.texts.length > 0 && terms.exclusions.length > 0, 'terms and exclusions are written out');
  return faults;
}

function checkBenefit(benefit: BenefitTerms, currency: string): string[] {
  const faults: string[] = [];
  const { kind, limit, daysMax, gradePercents } = benefit;
  if (limit.amount <= 0 || limit.currency !== currency) faults.push(`${kind}: the limit is above zero, in ${currency}`);
  if ((kind === 'hospital_cash') !== (daysMax !== undefined)) faults.push(`${kind}: daysMax is for hospital cash`);
  if ((kind === 'accidental_disability') !== (gradePercents !== undefined)) {
    faults.push(`${kind}: gradePercents is for disability`);
  }
  const grades = gradePercents ?? [];
  if (grades.some((percent, index) => percent <= 0 || percent > (grades[index - 1] ?? 100))) {
    faults.push(`${kind}: grades fall from 100 per cent`);
  }
  if (!isText(benefit.text)) faults.push(`${kind}: the text is there in English and in Chinese`);
  return faults;
}

function isText(text: LocalText): boolean {
  return text.en.trim() !== '' && /\p{Script=Han}/u.test(text.zh);
}
