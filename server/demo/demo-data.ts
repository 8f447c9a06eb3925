/** What the demo consists of. The ids are fixed, so that seeding again finds what is there. */
export const DEMO = {
  carrier: { carrierId: 'car_demo', name: 'Demo Insurance', licence: 'DEMO-0001' },
  platform: { platformId: 'plt_demo', name: 'Demo Platform', sources: ['//demo.platform/shifts'], mode: 'test' },
  worker: { externalId: 'demo-rider', name: '王小明', phone: '13800000000', birthOn: '1995-04-01' },
  policies: [
    {
      policyId: 'pol_demo_rider',
      product: 'rider-day@1',
      timeZone: 'Asia/Shanghai',
      from: '2022-01-01T00:00:00+08:00',
      to: '2100-01-01T00:00:00+08:00',
      occupationClasses: ['food-delivery'],
      territories: ['CN'],
      backFilling: false,
    },
    {
      // For importing files of past work: its territory keeps it apart from the one above.
      policyId: 'pol_demo_backfill',
      product: 'rider-day@1',
      timeZone: 'Asia/Kolkata',
      from: '2022-01-01T00:00:00+05:30',
      to: '2100-01-01T00:00:00+05:30',
      occupationClasses: ['food-delivery'],
      territories: ['IN'],
      backFilling: true,
    },
    {
      policyId: 'pol_demo_hourly',
      product: 'hourly-work@1',
      timeZone: 'Asia/Shanghai',
      from: '2022-01-01T00:00:00+08:00',
      to: '2100-01-01T00:00:00+08:00',
      occupationClasses: ['warehouse'],
      territories: ['CN'],
      backFilling: true,
    },
    {
      policyId: 'pol_demo_orders',
      product: 'driver-order@1',
      timeZone: 'Asia/Shanghai',
      from: '2022-01-01T00:00:00+08:00',
      to: '2100-01-01T00:00:00+08:00',
      occupationClasses: ['ride-hailing'],
      territories: ['CN'],
      backFilling: true,
    },
  ],
} as const;

/** Well-formed for us, and no country's: nobody has it. */
export const DEMO_NATIONAL_ID = 'DEMO00000001';
