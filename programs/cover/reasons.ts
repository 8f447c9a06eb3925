import type { LocalText } from '../products/product-terms.ts';

/** A reason as people and platforms read it. Code and name never change and are never used again for something else. */
export interface ReasonEntry {
  readonly code: string;
  readonly name: Reason;
  readonly text: LocalText;
}

/** What decisions store: the stable name. */
export type Reason = keyof typeof table;

/*
 * C01 to C19 refuse cover, in order of precedence: the first that applies is the one given.
 * C20 to C39 explain an event that was taken; C40 and above answer why nobody was covered at an instant.
 */
const table = {
  no_policy: reason('C01', 'no_policy', 'The platform has no policy.', '平台没有保单。'),
  unknown_policy: reason(
    'C02',
    'unknown_policy',
    'The policy named is not known, or not one of this platform.',
    '所指定的保单不存在，或不属于该平台。',
  ),
  policy_not_in_force: reason(
    'C03',
    'policy_not_in_force',
    'No policy was in force when cover would have begun.',
    '保障应开始之时没有有效的保单。',
  ),
  occupation_not_covered: reason(
    'C04',
    'occupation_not_covered',
    'The policy does not cover this occupation.',
    '保单不承保该职业类别。',
  ),
  territory_not_covered: reason(
    'C05',
    'territory_not_covered',
    'The policy does not cover this territory.',
    '保单不承保该地区。',
  ),
  several_policies: reason(
    'C06',
    'several_policies',
    'Several policies match: name one with policyId.',
    '有多份保单符合：请用 policyId 指明其一。',
  ),
  shift_of_other_worker: reason(
    'C07',
    'shift_of_other_worker',
    'Another worker started this shift first: one shift belongs to one worker.',
    '该班次已由另一名劳动者先行开始：一个班次只属于一人。',
  ),
  age_below: reason('C08', 'age_below', 'The worker is younger than the product covers.', '劳动者低于产品承保年龄。'),
  age_above: reason('C09', 'age_above', 'The worker is older than the product covers.', '劳动者高于产品承保年龄。'),
  shift_cancelled: reason(
    'C10',
    'shift_cancelled',
    'The work was cancelled before its start was received.',
    '收到开始上报之前，该工作已被取消。',
  ),
  late_and_over: reason(
    'C11',
    'late_and_over',
    'The start was reported late, and by then the work was over.',
    '开始上报过晚，收到时工作已经结束。',
  ),
  deposit_empty: reason('C12', 'deposit_empty', 'The prepaid deposit is used up.', '预付保费余额已用尽。'),
  late_from_receipt: reason(
    'C20',
    'late_from_receipt',
    'The start was reported late: cover begins at its receipt.',
    '开始上报过晚：自收到之时起承保。',
  ),
  back_filled: reason(
    'C21',
    'back_filled',
    'Reported afterwards, as the policy allows: cover begins at the time reported; claims before receipt go to a person.',
    '依保单约定事后补报：自所报时间起承保；收到之前的事故理赔由人工审核。',
  ),
  unavailability_excused: reason(
    'C22',
    'unavailability_excused',
    'Our own recorded unavailability did not count as lateness.',
    '我方登记的系统不可用时段不计入迟报。',
  ),
  age_unknown: reason(
    'C23',
    'age_unknown',
    'The age is not known: accepted, and asked for at a claim.',
    '年龄未知：予以承保，理赔时核实。',
  ),
  shift_already_started: reason(
    'C24',
    'shift_already_started',
    'This shift was already started: the earliest effective start counts.',
    '该班次已开始：以最早生效的开始为准。',
  ),
  cancelled_charge_void: reason(
    'C25',
    'cancelled_charge_void',
    'Cancelled in time: nothing is charged for this work.',
    '及时取消：该工作不收取保费。',
  ),
  cancelled_after_grace: reason(
    'C26',
    'cancelled_after_grace',
    'Cancelled too late to void the charge: it counts as an end at its receipt.',
    '取消过晚，不能免除保费：视为收到之时结束。',
  ),
  end_before_start: reason(
    'C27',
    'end_before_start',
    'The end lies before the start: it is ignored.',
    '结束时间早于开始时间：不予采用。',
  ),
  start_unknown: reason(
    'C28',
    'start_unknown',
    'Stored; its start has not been received.',
    '已保存；尚未收到对应的开始。',
  ),
  start_not_covered: reason(
    'C29',
    'start_not_covered',
    'Stored; the start it belongs to was not covered.',
    '已保存；其对应的开始未获承保。',
  ),
  event_not_used: reason(
    'C30',
    'event_not_used',
    'Stored; no product of the platform uses this type of event.',
    '已保存；平台的产品不使用此类事件。',
  ),
  no_work_reported: reason('C40', 'no_work_reported', 'No work was reported for this time.', '该时间没有上报工作。'),
  outside_window: reason(
    'C41',
    'outside_window',
    'Work was reported, but this time lies outside the hours that it covers.',
    '有工作上报，但该时间不在其保障时段内。',
  ),
};

/** Every reason by its name, in the order of the codes. */
export const REASONS: Readonly<{ [Name in Reason]: ReasonEntry & { readonly name: Name } }> = table;

const entries = Object.values(REASONS);
const byName = new Map<string, ReasonEntry>(entries.map((entry) => [entry.name, entry]));

/** The entry of a name; `undefined` for a name that is none. */
export function reasonOf(name: string): ReasonEntry | undefined {
  return byName.get(name);
}

/** Each once, by code: an answer must not depend on the order in which its parts were found. */
export function sortReasons(names: Iterable<Reason>): Reason[] {
  const wanted = new Set<Reason>(names);
  if (wanted.size <= 1) return [...wanted]; // nearly always, and this runs for every event
  return entries.filter(({ name }) => wanted.has(name)).map(({ name }) => name);
}

function reason<Name extends string>(code: string, name: Name, en: string, zh: string) {
  return { code, name, text: { en, zh } };
}
