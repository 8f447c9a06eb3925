import type { ProductTerms } from './product-terms.ts';
import {
  ageText,
  ages,
  benefits,
  exclusions,
  graceMinutes,
  lateText,
  longestShiftMinutes,
  longestShiftText,
  tailMinutes,
  yuan,
} from './gig-terms.ts';

/** A delivery rider's day, 01:30 to 01:30, bought by the first shift of the day. */
export const riderDay1: ProductTerms = {
  productId: 'rider-day',
  version: 1,
  name: { en: "Rider's day", zh: '骑手日保' },
  summary: {
    en: 'Accident cover for delivery riders: one price for the whole day, from the first shift on.',
    zh: '外卖骑手意外保障：每日一价，自当日首次开工起生效。',
  },
  currency: 'CNY',
  dayBoundary: '01:30',
  unitOfWork: 'shift',
  window: { kind: 'whole_day', tailMinutes },
  charge: { kind: 'per_day', amount: yuan(3) },
  graceMinutes,
  longestShiftMinutes,
  ages,
  benefits,
  exclusions,
  texts: [
    {
      en: 'CNY 3.00 a day, once a day, charged at the first shift of the day.',
      zh: '每日3.00元，当日首次开工时收取，每日只收一次。',
    },
    {
      en: 'The day runs from 01:30 to 01:30 local time: an order at 00:40 belongs to the evening before.',
      zh: '保险日为当地时间01:30至次日01:30：00:40的订单归属前一晚。',
    },
    {
      en: 'Cover holds from the first shift to the end of the day, and past it while a shift that began before still runs, plus 15 minutes.',
      zh: '保障自首次开工起至保险日结束；此前开始的工作跨过日界的，延续至工作结束后15分钟。',
    },
    lateText,
    longestShiftText,
    ageText,
  ],
};
