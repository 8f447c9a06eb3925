import type { Instant } from '../../programs/calendar.ts';
import type { CoverVerdict, LateGap, VerdictCover } from '../../programs/cover/cover-verdict.ts';
import { localTime } from './local-time.ts';
import { reasonText } from './reason-text.ts';
import { productTerms } from '../../programs/products/catalogue.ts';
import type { LocalText } from '../../programs/products/product-terms.ts';

export interface SentenceInput {
  readonly verdict: CoverVerdict;
  readonly gaps: readonly LateGap[];
  readonly timeZone: string;
}

/** Why a verdict is what it is, for people: the answer first, then each reason. Times are local. */
export function verdictSentences({ verdict, gaps, timeZone }: SentenceInput): readonly LocalText[] {
  const local = (at: Instant): string => localTime(at, timeZone);
  const head = verdict.covered
    ? verdict.covers.map((cover) => coveredSentence(cover, `${local(verdict.at)} (${timeZone})`, local))
    : [
        {
          en: `Not covered at ${local(verdict.at)} (${timeZone}).`,
          zh: `${local(verdict.at)}（${timeZone}）没有保障。`,
        },
      ];
  const inGap = gaps
    .filter(({ from, to }) => from <= verdict.at && verdict.at < to)
    .map(({ shiftId, from, to }) => ({
      en: `Shift ${shiftId} was reported late: the time from ${local(from)} to ${local(to)} is not insured.`,
      zh: `班次 ${shiftId} 上报过迟：${local(from)} 至 ${local(to)} 不在保障内。`,
    }));
  const person = {
    en: 'This protection is known only from reports received after the instant: a claim goes to a person.',
    zh: '该保障仅由该时刻之后收到的报告得知，理赔须由人工处理。',
  };
  return [
    ...head,
    ...verdict.reasons.map((reason) => reasonText(reason).text),
    ...inGap,
    ...(verdict.needsPerson ? [person] : []),
  ];
}

function coveredSentence(cover: VerdictCover, at: string, local: (at: Instant) => string): LocalText {
  const name = productTerms(cover.product)?.name ?? { en: cover.product, zh: cover.product };
  const { from, to } = cover.window;
  return {
    en: `Covered at ${at} by ${name.en} (${cover.product}), which protects from ${local(from)} until ${local(to)}.`,
    zh: `${at} 受“${name.zh}”（${cover.product}）保障，保障时段为 ${local(from)} 至 ${local(to)}。`,
  };
}
