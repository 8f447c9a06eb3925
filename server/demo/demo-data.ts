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
    {
      // Paid from the platform's deposit; its kind of work keeps it apart from the others.
      policyId: 'pol_demo_prepaid',
      product: 'rider-day@1',
      timeZone: 'Asia/Shanghai',
      from: '2022-01-01T00:00:00+08:00',
      to: '2100-01-01T00:00:00+08:00',
      occupationClasses: ['parcel-delivery'],
      territories: ['CN'],
      backFilling: false,
      prepaid: true,
    },
  ],
  /** Three persons, since nobody verifies an account that they set, or approves a payout to it (M8). */
  operators: { key: 'demo-operator', clerk: 'demo-clerk', verifier: 'demo-verifier' },
  payee: {
    relation: 'self',
    destination: {
      kind: 'bank_account',
      holder: '王小明',
      country: 'CN',
      bankCode: '102100099996',
      accountNumber: '6222020000000000',
    },
    contact: '13800000000',
  },
  /** Minor units. The sandbox holds as much as deposit and float together. */
  money: { currency: 'CNY', deposit: 500_00, float: 50_000_00, bank: 'sandbox_bank', topUp: 'tu_demo_opening' },
} as const;

/** Well-formed for us, and no country's: nobody has it. */
export const DEMO_NATIONAL_ID = 'DEMO00000001';
