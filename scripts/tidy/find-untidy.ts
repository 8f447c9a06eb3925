import type { TreeFile } from './tree.ts';

/** Something that people forget; one sentence, with the place. */
export interface Finding {
  readonly path: string;
  /** Counted from 1; absent when the whole file is meant. */
  readonly line?: number;
  readonly message: string;
}

export const FILE_LINES_MAX = 300;
const FOLDERS = ['programs', 'server', 'jobs', 'scripts'];

/** Words that must not stand in a source line, and why. Written so that this file does not find itself. */
const FORBIDDEN: readonly { readonly pattern: RegExp; readonly where: RegExp; readonly message: string }[] = [
  {
    pattern: /\b(describe|it|context|suite|test)\.(only|skip)\s*\(|^\s*x(it|describe)\s*\(/,
    where: /\.test\.ts$/,
    message: 'a test is singled out or left out',
  },
  { pattern: /(:|\bas|<)\s*[a]ny\b(?!thing)\s*[,;)>=\][|&]/, where: /\.ts$/, message: 'a type is given up' },
  { pattern: /@ts-(ignore|nocheck|expect-error)/, where: /\.ts$/, message: 'the compiler is silenced' },
  {
    pattern: /\.catch\(\s*\(\s*\)\s*=>\s*(\{\s*\}|undefined|null)\s*\)/,
    where: /\.ts$/,
    message: 'an error is swallowed',
  },
  {
    pattern: /^export [d]efault\b/,
    where: /^(programs|server|jobs|scripts)\/.*\.ts$/,
    message: 'exports have names here',
  },
  { pattern: /\b(TO[D]O|FIX[M]E|XX[X])\b/, where: /\.(ts|mjs|js|md|ya?ml)$/, message: 'something is undecided' },
  {
    pattern: /(^|[\s"'`(=:])\/(wor[k]|home|root|Users)\/\w|C:\\\\User[s]/,
    where: /./,
    message: 'a path of one machine is named',
  },
];

/** Calls by which a test moves money, and those that give it a database to do so. */
const MOVES_MONEY = [
  /\b(ledger\.commit(Within)?|openTestLedger|close(Day|DueDays|Through)|startAll|fillDeposit|issueInvoices|createPayout|recordTopUp|createSettlement)\(/,
  /\buseTest(Database|Api)\(/,
];
const ASKS_THE_BOOKS = /\b(assertBooks|checkStatements)\(/;

/** Everything that is untidy, file by file and over the whole tree. */
export function findUntidy(files: readonly TreeFile[]): Finding[] {
  return [...files.flatMap(untidyFile), ...missingReadmes(files), ...secondDriver(files)];
}

function untidyFile({ path, text }: TreeFile): Finding[] {
  const findings: Finding[] = [];
  const lines = text.split('\n');
  const count = text.endsWith('\n') ? lines.length - 1 : lines.length;
  const isSource = /\.(ts|mjs)$/.test(path);
  if (isSource && count > FILE_LINES_MAX) {
    findings.push({ path, message: `has ${count} lines; more than ${FILE_LINES_MAX} is two things in one` });
  }
  if (isSource && !/(^|\/)[a-z0-9-]+(\.[a-z0-9]+)*\.(ts|mjs)$/.test(path)) {
    findings.push({ path, message: 'file names are kebab-case' });
  }
  if (MOVES_MONEY.every((pattern) => pattern.test(text)) && !ASKS_THE_BOOKS.test(text) && path.endsWith('.test.ts')) {
    findings.push({ path, message: 'moves money, and never asks the books whether they are right (assertBooks)' });
  }
  const rules = FORBIDDEN.filter(({ where }) => where.test(path));
  lines.forEach((line, at) => {
    for (const { pattern, message } of rules) {
      if (pattern.test(line))
        findings.push({ path, line: at + 1, message: `${message}: ${line.trim().slice(0, 100)}` });
    }
  });
  return findings;
}

function missingReadmes(files: readonly TreeFile[]): Finding[] {
  const paths = new Set(files.map(({ path }) => path));
  return FOLDERS.map((folder) => `${folder}/README.md`)
    .filter((path) => !paths.has(path))
    .map((path) => ({ path, message: 'is missing: each of the four folders says what lives there' }));
}

/** Mongoose and Agenda must share one MongoDB driver: documents of two do not mix. */
function secondDriver(files: readonly TreeFile[]): Finding[] {
  const lock = files.find(({ path }) => path === 'package-lock.json');
  if (lock === undefined) return [];
  const copies = [...lock.text.matchAll(/"([^"]*node_modules\/mongodb)": \{/g)].map((match) => match[1]);
  return copies.length > 1
    ? [{ path: lock.path, message: `installs several MongoDB drivers: ${copies.join(', ')}` }]
    : [];
}

/** Terms that a document must mention and does not; `what` names them in the sentence. */
export function unmentioned(
  what: string,
  terms: readonly string[],
  document: TreeFile | undefined,
  path: string,
): Finding[] {
  if (document === undefined) return [{ path, message: `is missing: it must document every ${what}` }];
  return terms
    .filter((term) => !mentions(document.text, term))
    .map((term) => ({ path, message: `does not mention the ${what} ${term}` }));
}

/** Terms that stand in no source but the one that lists them. */
export function unused(
  what: string,
  terms: readonly string[],
  files: readonly TreeFile[],
  listedIn: string,
): Finding[] {
  const sources = files.filter(({ path }) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== listedIn);
  return terms
    .filter((term) => !sources.some(({ text }) => mentions(text, term)))
    .map((term) => ({ path: listedIn, message: `lists the ${what} ${term}, which nothing uses` }));
}

/** As a whole word: `npm run lint` does not mention `lin`. */
function mentions(text: string, term: string): boolean {
  const escaped = term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^A-Za-z0-9_])${escaped}($|[^A-Za-z0-9_:])`).test(text);
}
