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

/** Ride-hailing, charged by the order. */
export const driverOrder1: ProductTerms = {
  productId: 'driver-order',
  version: 1,
  name: { en: 'Driver by the order', zh: '网约车单保' },
  summary: {
    en: 'Accident cover for ride-hailing drivers while an order is carried.',
    zh: '网约车司机履单期间的意外保障。',
  },
  currency: 'CNY',
  dayBoundary: '00:00',
  unitOfWork: 'order',
  window: { kind: 'on_order', tailMinutes, sessionGapMinutes: 10 },
  charge: { kind: 'per_order', amount: fen(1) },
  graceMinutes,
  longestShiftMinutes,
  ages,
  benefits,
  exclusions,
  texts: [
    {
      en: 'CNY 0.01 an order: each accepted order once, cancelled orders not.',
      zh: '每单0.01元：每个已接订单计一次，取消的订单不计。',
    },
    {
      en: 'Cover holds while an order is carried and for 15 minutes after; orders less than 10 minutes apart make one session.',
      zh: '保障期间为接单后履行期间及完成后15分钟；间隔不足10分钟的订单视为同一时段。',
    },
    midnightText,
    lateText,
    longestShiftText,
    ageText,
  ],
};
