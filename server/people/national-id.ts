/** What a national id is compared and hashed by: full-width characters folded, upper case, without spaces, dots and dashes. */
export function normaliseNationalId(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s.\-‐-―]/gu, '');
}

const CHINESE_ID_SHAPE = /^\d{17}[\dX]$/;
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';

/** Whether a normalised id has the shape of a resident identity number of the People's Republic (GB 11643): 17 digits and a check character. */
export function looksLikeChineseId(normalised: string): boolean {
  return CHINESE_ID_SHAPE.test(normalised);
}

/**
 * Whether a normalised id is one: the check character is right (ISO 7064, MOD 11-2) and the date of birth in it exists.
 * The date matters: one in eleven of all 18-digit numbers passes the check character alone.
 */
export function isChineseId(normalised: string): boolean {
  if (!looksLikeChineseId(normalised)) return false;
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(normalised.charAt(at)), 0);
  return CHECK_CHARACTERS.charAt(sum % 11) === normalised.charAt(17) && isBirthDate(normalised.slice(6, 14));
}

function isBirthDate(digits: string): boolean {
  const year = Number(digits.slice(0, 4));
  const month = Number(digits.slice(4, 6));
  const day = Number(digits.slice(6, 8));
  if (year < 1850 || year > 2199 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Why a text cannot be a national id of any country, as a sentence; undefined when it can. Chinese ones are checked to the last character. */
export function nationalIdProblem(text: string): string | undefined {
  const normalised = normaliseNationalId(text);
  if (!/^[\p{L}\p{N}/]{4,32}$/u.test(normalised)) {
    return 'A national id has 4 to 32 letters and digits; spaces, dots and dashes do not count.';
  }
  if (looksLikeChineseId(normalised) && !isChineseId(normalised)) {
    return 'This is not a resident identity number: its check character or its date of birth is wrong. Look for a typing error.';
  }
  return undefined;
}
