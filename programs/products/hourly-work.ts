import type { ProductTerms } from './product-terms.ts';
import {
  ageText,
  ages,
  benefits,
  exclusions,
  fen,
  graceMinutes,
  lateText,
  longestShiftMinutes,
  longestShiftText,
  midnightText,
  tailMinutes,
} from './gig-terms.ts';

/** Work by the hour: covered while on shift, charged by the minute with one hour as the least (G17). */
export const hourlyWork1: ProductTerms = {
  productId: 'hourly-work',
  version: 1,
  name: { en: 'Work by the hour', zh: '小时工保' },
  summary: {
    en: 'Accident cover while on shift, charged for the minutes worked.',
    zh: '上工期间的意外保障，按实际工作分钟计费。',
  },
  currency: 'CNY',
  dayBoundary: '00:00',
  unitOfWork: 'shift',
  window: { kind: 'on_shift', tailMinutes },
  charge: { kind: 'per_hour', amount: fen(60), minimumMinutes: 60 },
  graceMinutes,
  longestShiftMinutes,
  ages,
  benefits,
  exclusions,
  texts: [
    {
      en: 'CNY 0.60 an hour: the minutes of the day, rounded up to a whole minute, one hour at least once a day; the total is rounded half up to the fen.',
      zh: '每小时0.60元：按当日工作分钟计（不足一分钟按一分钟），每日至少计一小时；合计金额四舍五入到分。',
    },
    { en: 'Cover holds while on shift and for 15 minutes after.', zh: '保障期间为上工期间及结束后15分钟。' },
    midnightText,
    lateText,
    longestShiftText,
    ageText,
  ],
};
