import { money } from '../money.ts';
import type { Money } from '../money.ts';
import type { BenefitTerms, LocalText } from './product-terms.ts';

/*
 * What the published gig products share. They are published: changing a word or a number here would change versions that
 * people hold, so a new version gets new pieces beside these (a test holds the fingerprint of every version).
 */

export const yuan = (amount: number): Money => money(amount * 100, 'CNY');
export const fen = (amount: number): Money => money(amount, 'CNY');

/** Ten grades, 100 % to 10 % of the sum insured. */
export const gradePercents = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10] as const;

export const ages = { from: 16, to: 65 } as const;
export const graceMinutes = 10;
export const tailMinutes = 15;
export const longestShiftMinutes = 16 * 60;

export const benefits: readonly BenefitTerms[] = [
  {
    kind: 'accidental_death',
    limit: yuan(600_000),
    text: {
      en: 'If an accident at work causes death within 180 days: CNY 600,000, one sum shared with disability.',
      zh: '因工作期间意外事故，自事故发生之日起180日内身故：给付60万元，与伤残共用保额。',
    },
  },
  {
    kind: 'accidental_disability',
    limit: yuan(600_000),
    gradePercents,
    text: {
      en: 'If an accident at work leaves a lasting disability: from 100 % (grade 1) to 10 % (grade 10) of CNY 600,000.',
      zh: '因工作期间意外事故造成伤残：按伤残等级给付60万元的100%（一级）至10%（十级）。',
    },
  },
  {
    kind: 'medical_expense',
    limit: yuan(50_000),
    text: {
      en: 'Necessary medical treatment after an accident at work: up to CNY 50,000 for each accident.',
      zh: '因工作期间意外事故发生的必要医疗费用：每次事故最高5万元。',
    },
  },
  {
    kind: 'hospital_cash',
    limit: yuan(100),
    daysMax: 90,
    text: {
      en: 'While in hospital after an accident at work: CNY 100 a day, at most 90 days.',
      zh: '因工作期间意外事故住院：每日津贴100元，最多90日。',
    },
  },
  {
    kind: 'third_party_injury',
    limit: yuan(200_000),
    text: {
      en: 'If you injure somebody else while working and are liable: up to CNY 200,000.',
      zh: '工作期间造成他人人身伤害并依法应承担赔偿责任：最高20万元。',
    },
  },
];

export const exclusions: readonly LocalText[] = [
  { en: 'Injury caused on purpose by the insured person.', zh: '被保险人故意造成的伤害。' },
  { en: 'Working under the influence of alcohol or drugs.', zh: '酒后或受毒品、管制药物影响期间工作。' },
  {
    en: 'Driving without the licence or registration that the law requires.',
    zh: '无合法有效驾驶证或驾驶无合法登记的车辆。',
  },
  { en: 'Illness that no accident caused.', zh: '非意外事故引起的疾病。' },
];

export const lateText: LocalText = {
  en: 'Work reported more than 10 minutes after it began is covered from the moment the report arrives, not before.',
  zh: '开工后超过10分钟才上报的，自收到上报之时起承保，此前时段不在保障内。',
};

export const ageText: LocalText = {
  en: 'For people aged 16 to 65, both included, on the day of work.',
  zh: '承保年龄为工作当日已满16周岁至65周岁（含）。',
};

export const longestShiftText: LocalText = {
  en: 'Work whose end is never reported counts as ended 16 hours after it began.',
  zh: '未上报结束的工作，自开始起满16小时视为结束。',
};

export const midnightText: LocalText = {
  en: 'Work belongs to the local date on which it begins; running past midnight buys no second day.',
  zh: '工作归属于开始时的当地日期；跨越零点不另计一日。',
};
